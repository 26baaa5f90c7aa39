"""One tap takes everything off the phone that can be taken, and the last words say what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND
from bot.dispatch import callback_data
from bot.errors import TryLater
from bot.mailbox.clear_chat import AT_ONCE
from bot.messages import Remove, Say
from flows import phrases
from tests.dispatch.peeking import at, cases_of, faults, kept, tell
from tests.post import FINE, Mishap, fails

if TYPE_CHECKING:
    from bot.messages import Body
    from tests.houses import Home
    from tests.people import Person

CLEARED = phrases.CLEARED.source


class Phone:
    """What lies on a person's phone: their own messages as well as ours."""

    def __init__(self, home: Home, person: Person) -> None:
        self.home = home
        self.person = person
        self.removed: list[int] = []
        self.calls: list[tuple[int, ...]] = []

    def look(self) -> None:
        """Read what was removed since."""
        bodies = [body for chat, body in self.home.post.arrived if chat == self.person.id]
        self.calls = [body.messages for body in bodies if isinstance(body, Remove)]
        self.removed = [number for call in self.calls for number in call]

    @property
    def left(self) -> list[Say]:
        return self.person.screen

    def theirs(self) -> set[int]:
        """Return the numbers of what the person wrote."""
        return set(range(1, self.person._message + 1))


def whole_report(home: Home) -> tuple[Person, Phone]:
    person = home.person()
    tell(person)
    person.presses("Send")
    return person, Phone(home, person)


@pytest.mark.parametrize("way", ["press", "type", "label"])
def test_everything_of_both_sides_goes_at_once(home: Home, way: str) -> None:
    person, phone = whole_report(home)
    began = home.loop.now()
    if way == "press":
        person.does(person.press(callback_data.BYE))
    else:
        person.says("/bye" if way == "type" else "clear chat")
    phone.look()
    assert home.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]
    assert phone.theirs() <= set(phone.removed)
    assert all(len(call) <= AT_ONCE for call in phone.calls)
    assert at(person) is None
    assert faults(home) == []


def test_what_was_written_last_goes_first(home: Home) -> None:
    person, phone = whole_report(home)
    for number in range(130):
        person.says(f"more {number}")
    person.says("/bye")
    phone.look()
    wiped = [number for call in phone.calls if len(call) > 1 for number in call]
    assert len(wiped) > AT_ONCE
    assert wiped == sorted(wiped, reverse=True)


def test_nothing_is_asked_and_nothing_unsent_is_left(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("needle")
    assert person.says("/bye") == [CLEARED]
    assert not person.screen[-1].rows
    assert "needle" not in str(kept(person))
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_the_last_words_go_with_the_next_step_or_by_themselves(home: Home) -> None:
    one, two = home.person(), home.person()
    for person in (one, two):
        person.says("hello", "/bye")
        assert person.texts == [CLEARED]
    one.says("hello")
    assert CLEARED not in one.texts
    home.passes(150)
    home.run(home.rest(2))
    assert two.texts == []


def test_a_case_stays_and_is_named_nowhere(home: Home) -> None:
    person, _phone = whole_report(home)
    person.says("/bye")
    assert len(cases_of(home)) == 1
    stranger = home.person()
    assert person.says("hello") == stranger.says("hello")


def test_it_is_done_through_a_storm(home: Home) -> None:
    """Every second call is told to wait; what was done before is not done again."""
    person, phone = whole_report(home)
    for number in range(250):
        person.says(f"more {number}")
    tried: list[Body] = []

    def storm(_chat: int, body: Body) -> Mishap:
        if isinstance(body, Remove) and len(body.messages) > 1:
            tried.append(body)
            if len(tried) % 2:
                return fails(TryLater(0.5))
        return FINE

    home.post.fate = storm
    began = home.loop.now()
    person.says("/bye")
    phone.look()
    assert home.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]
    assert phone.theirs() <= set(phone.removed)
    assert len(phone.removed) == len(set(phone.removed))


def test_what_waited_to_be_said_is_not_said_any_more(home: Home) -> None:
    person = home.person()
    home.post.fate = lambda _chat, body: (
        fails(TryLater(60)) if isinstance(body, Say) and body.text != CLEARED else FINE
    )
    arrivals = [person.words("hello"), person.words("/bye")]
    began = home.loop.now()
    home.receives(*arrivals)
    assert home.loop.now() - began < 5 * SECOND
    assert person.texts == [CLEARED]


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_crash_in_the_middle_is_made_good_after_it(home: Home, done: int) -> None:
    person, phone = whole_report(home)
    for number in range(250):
        person.says(f"more {number}")
    calls: list[Body] = []

    def dies(_chat: int, body: Body) -> Mishap:
        if isinstance(body, Remove) and len(body.messages) > 1:
            calls.append(body)
            if len(calls) > done:
                return Mishap(TryLater(3600.0), arrives=False)
        return FINE

    home.post.fate = dies
    update = person.words("/bye")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(home, "settle", lambda: home.run(home.rest(1.0)))
        home.receives(update)
    phone.look()
    assert not phone.theirs() <= set(phone.removed)  # it really was in the middle
    home.crash()
    home.post.fate = lambda _chat, _body: FINE
    home.open()
    home.run(home.rest(3600.0))
    home.settle()
    phone.look()
    assert person.texts in ([CLEARED], [])
    assert phone.theirs() <= set(phone.removed)


def test_where_numbers_are_not_kept_messages_stay(home: Home) -> None:
    """The negative control: what is looked for above is really missing without them."""
    person, phone = whole_report(home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.dispatch.session.theirs", lambda _traces: ())
        patched.setattr("bot.dispatch.letter_ids.ours", lambda _traces: ())
        person.says("/bye")
    phone.look()
    assert not phone.theirs() <= set(phone.removed)
    assert len(person.texts) > 1


def test_what_a_failed_turn_leaves_on_the_phone_goes_as_well(home: Home) -> None:
    person, phone = whole_report(home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.dispatch.session.looks_like", _fail)
        person.does(person.words("this breaks something"))
    broken = person._message
    assert len(faults(home)) == 1
    person.says("/bye")
    phone.look()
    assert broken in phone.removed


def _fail(*_: object) -> None:
    raise RuntimeError


def test_numbers_outlive_the_draft_by_a_day_and_no_longer(home: Home) -> None:
    person, phone = whole_report(home)
    conversations = home.house.conversations

    def expire() -> int:
        now = home.loop.now()
        return home.database.writer.run_now(lambda work: conversations.expire(work, now))

    home.passes(26 * HOUR // SECOND)
    assert expire() == 1
    assert expire() == 0
    assert kept(person).case == ""
    assert not kept(person).position.frames
    person.says("/bye")
    phone.look()
    assert phone.theirs() <= set(phone.removed)
    home.passes(50 * HOUR // SECOND)
    expire()
    home.passes(HOUR // SECOND)
    expire()
    assert home.ask("SELECT count(*) FROM conversations") == [(0,)]
