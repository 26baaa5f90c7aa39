"""People who do anything, in any order, in a house that is now and then started anew."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.conversation.replies import CHANGE, CONTROLS, LEAVE_OUT
from bot.conversation.state import Position
from bot.dispatch.conversation_store import DRAFT_LIFETIME
from bot.dispatch.turn.flow_names import PASSPHRASE_FLOWS, PASSPHRASE_QUESTIONS
from bot.dispatch.turn.outcome_rules import ERASING_ANSWERS
from bot.languages import LANGUAGES, catalogue
from bot.messages import button_token
from flows.texts import phrases
from flows.texts.phrases import KEEP
from tests.support.dispatch_inspection import (
    cases_of,
    conversation_of,
    current_step,
    frames,
    messages_of_people,
    place_at,
    quarantine_reasons,
    reachable_positions,
    readable_text,
    stored_conversation,
)
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.people.chat_person import ChatPerson

COMMANDS = (
    "/start", "/help", "/language", "/privacy", "/danger", "/stop", "/bye", "/start@other x",
)  # fmt: skip
SENDS = {"send", "now", "take_back", "give"}
"""Codes with which a person lets something go to the hotline."""
PEOPLE = st.integers(0, 1)
FAREWELLS = (
    ("stop", "goodbye_erased"),
    ("report", "not_kept"),
    ("ask_for_help", "not_kept"),
    ("resume", "left"),
    ("notice_changed", "erased"),
    ("report", "erased"),
    ("ask_for_help", "erased"),
    ("delete", "erased"),
)
"""What is said when what was not sent has been erased."""
TAKES_OUT = {
    text.render(catalogue(tag))
    for text in (CONTROLS["clear"], CONTROLS["back"], LEAVE_OUT, CHANGE, KEEP["sitting"])
    for tag in LANGUAGES
}
"""Buttons after which an answer may be given anew, taken out, or not outlive the sitting: the model
does not follow them."""


class People(RuleBasedStateMachine):
    """Two people; what they wrote and did not erase has to be somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = HotlineHarness(Path(self.folder.name))
        self.people = [self.home.person() for _ in range(2)]
        self.serial = 0
        self.written: list[set[str]] = [set(), set()]
        self.asked = [(0, 0), (0, 0)]
        self.sends = 0
        self.old: list[list[tuple[int, str]]] = [[], []]

    def teardown(self) -> None:
        self.home.close()
        self.folder.cleanup()

    # What they do

    @initialize(place=st.deferred(lambda: st.sampled_from(sorted(reachable_positions()))))
    def somebody_is_in_the_middle(self, place: tuple[str, str]) -> None:
        """So that the far end of every flow is met as often as its beginning."""
        place_at(self.people[0], reachable_positions()[place])
        if any(frame.flow == "afterwards" for frame in frames(self.people[0])):
            self.people[0].says("/start")
        self._note(0)

    @rule(who=PEOPLE, many=st.integers(1, 3))
    def write(self, who: int, many: int) -> None:
        asked = self._asked(who) or ("", "")  # a passphrase may not be seen again
        is_secret = asked in PASSPHRASE_QUESTIONS or (many > 1 and asked[0] in PASSPHRASE_FLOWS)
        lines = []
        for _ in range(many):
            self.serial += 1
            lines.append(f"needle{self.serial:05d}")
        kept = () if is_secret else lines
        self._does(who, lambda person: person.send_update(*map(person.words, lines)), *kept)

    @rule(who=PEOPLE)
    def write_in_alarm(self, who: int) -> None:
        self.serial += 1
        line = f"help me now needle{self.serial:05d}"
        self._does(who, lambda person: person.says(line), f"needle{self.serial:05d}")

    @rule(who=PEOPLE, number=st.integers(0, 14))
    def type_a_number(self, who: int, number: int) -> None:
        if not self._looks_at_answers(who):
            self._does(who, lambda person: person.says(str(number)))

    @rule(who=PEOPLE, place=st.integers(0, 30), many=st.integers(1, 4))
    def press(self, who: int, place: int, many: int) -> None:
        for _ in range(many):
            if shown := self._shown(who):
                self._presses(who, *shown[place % len(shown)])

    @rule(who=PEOPLE, place=st.integers(0, 30))
    def press_twice(self, who: int, place: int) -> None:
        if shown := self._shown(who):
            message, token = shown[place % len(shown)]
            self._does(
                who,
                lambda person: person.send_update(
                    person.press(token, message), person.press(token, message)
                ),
            )

    @rule(who=PEOPLE, place=st.integers(0, 1000))
    def press_something_old(self, who: int, place: int) -> None:
        if self.old[who]:
            self._presses(who, *self.old[who][place % len(self.old[who])])

    @rule(who=PEOPLE, where=PEOPLE, place=st.integers(0, 1000))
    def press_what_belongs_to_another(self, who: int, where: int, place: int) -> None:
        if self.old[where]:
            self._presses(who, *self.old[where][place % len(self.old[where])])

    @rule(who=PEOPLE, line=st.sampled_from(COMMANDS))
    def command(self, who: int, line: str) -> None:
        self._does(who, lambda person: person.says(line))

    @rule(who=PEOPLE, album=st.booleans())
    def file(self, who: int, album: bool) -> None:
        self.serial += 1
        name = f"needle{self.serial:05d}"
        content: dict[str, Any] = {"document": {"file_id": name, "file_unique_id": name}}
        if album:
            content["media_group_id"] = f"group{self.serial % 3}"
        self._does(who, lambda person: person.sends(**content), name)

    @rule(who=PEOPLE)
    def edit(self, who: int) -> None:
        self.serial += 1
        name = f"needle{self.serial:05d}"
        self._does(who, lambda person: person.send_update(person.edit(name)), name)

    @rule(who=PEOPLE)
    def contact(self, who: int) -> None:
        self.serial += 1
        name = f"needle{self.serial:05d}"
        contact = {"phone_number": "1", "first_name": name}
        self._does(who, lambda person: person.sends(contact=contact), name)

    @rule(who=PEOPLE, content=st.sampled_from(["poll", "location"]))
    def something_else(self, who: int, content: str) -> None:
        what = {"poll": {"id": "1"}, "location": {"latitude": 1.0, "longitude": 2.0}}[content]
        self._does(who, lambda person: person.sends(**{content: what}))

    @rule(who=PEOPLE, status=st.sampled_from(["kicked", "member"]))
    def block_or_come_back(self, who: int, status: str) -> None:
        person = self.people[who]
        person.send_update(person.membership(status))

    @rule(minutes=st.sampled_from([1, 29, 31, 200]))
    def silence(self, minutes: int) -> None:
        self.home.advance_time(minutes * 60)

    @rule(seconds=st.sampled_from([1, 200, 2000]))
    def restart(self, seconds: int) -> None:
        self.home.restart(seconds_away=seconds)
        for who in range(2):
            self._note(who)

    # What always holds

    @invariant()
    def nothing_was_set_aside(self) -> None:
        assert quarantine_reasons(self.home) == []

    @invariant()
    def one_question_is_open_or_nothing_is(self) -> None:
        for person in self.people:
            found = conversation_of(person)
            if found is None or not found.position.frames:
                continue
            flow, step = current_step(person) or ("", "")
            sheet = self.home.house.setting.registry.compiled[flow]
            assert step in sheet.questions, (flow, step)
            names = [frame.flow for frame in found.position.frames]
            assert len(names) == len(set(names)), names

    @invariant()
    def what_was_written_is_somewhere(self) -> None:
        sent = readable_text([[one.answers for one in case.sent] for case in cases_of(self.home)])
        sent += readable_text(messages_of_people(self.home))
        for who, person in enumerate(self.people):
            found = conversation_of(person)
            here = readable_text(found) if found else ""
            lost = {name for name in self.written[who] if name not in here and name not in sent}
            assert not lost, (lost, current_step(person) if found else None)

    @invariant()
    def only_what_was_sent_is_sent(self) -> None:
        assert sum(len(case.sent) for case in cases_of(self.home)) == self.sends

    # ---

    def _presses(self, who: int, message: int, token: str) -> None:
        self._does(who, lambda person: person.send_update(person.press(token, message)))

    def _does(self, who: int, does: Callable[[ChatPerson], object], *written: str) -> None:
        person = self.people[who]
        before = conversation_of(person)
        reports = self._reports()
        if before and self.home.loop.now() - before.touched_at > DRAFT_LIFETIME:
            self.written[who].clear()  # what was not sent is erased after a day
        self.written[who].update(written)
        mark = len(self.home.post.arrived)
        does(person)
        new = self._reports() - reports
        if new:
            assert self._let_go(before, new), "something was sent that nobody let go"
        self.sends += new
        if self._erased(mark, person):
            self.written[who] = set(written) & self._still_there(person)
        self._note(who)

    def _reports(self) -> int:
        return sum(len(case.sent) for case in cases_of(self.home))

    def _let_go(self, before: Any, new: int) -> bool:
        """Tell whether the question that was open could hand something over, and once."""
        assert new == 1
        open_now = before.position.frames[-1] if before and before.position.frames else None
        if open_now is None:
            return bool(before) and before.is_read
        question = self.home.house.setting.registry.question(open_now.flow, open_now.step)
        is_danger_once_read = before.is_read  # as the person agreed
        return is_danger_once_read or not SENDS.isdisjoint(getattr(question, "choices", ()))

    def _erased(self, mark: int, person: ChatPerson) -> bool:
        """Tell whether the person has just been told that what was not sent is erased."""
        said = [
            body.text
            for chat, body in self.home.post.arrived[mark:]
            if chat == person.id and hasattr(body, "text")
        ]
        return any(self._is_farewell(text) for text in said)

    def _is_farewell(self, text: str) -> bool:
        screens, sheets = (
            self.home.house.setting.renderer,
            self.home.house.setting.registry.compiled,
        )
        ends = [p for flow, step in FAREWELLS for p in sheets[flow].steps[step].phrases()]
        return any(
            text == screens.text(phrase, language)
            for phrase in (*ends, phrases.CHAT_CLEARED)
            for language in LANGUAGES
        )

    def _asked(self, who: int) -> tuple[str, str] | None:
        """Return the question that is open."""
        person = self.people[who]
        return current_step(person) if conversation_of(person) else None

    def _looks_at_answers(self, who: int) -> bool:
        """Tell whether a number would change or leave out an answer, or keep none."""
        found = conversation_of(self.people[who])
        top = found.position.frames[-1] if found and found.position.frames else None
        return bool(top and ("review" in top.partial_answers or top.step == "keep"))

    def _still_there(self, person: ChatPerson) -> set[str]:
        found = readable_text(stored_conversation(person))
        return {name for name in self.written[self.people.index(person)] if name in found}

    def _shown(self, who: int) -> list[tuple[int, str]]:
        """Return what can be pressed under the newest question, but for what takes answers out."""
        person = self.people[who]
        shown = self.home.post.chats[person.id]
        if not any(say.rows for say in shown.values()):
            return []
        number, say = person.asked()
        return [
            (number, button_token(button, say.prefix))
            for row in say.rows
            for button in row
            if not _takes_out(button.label)
        ]

    def _note(self, who: int) -> None:
        found = conversation_of(self.people[who])
        if found is None:
            return
        assert (found.session_number, found.question_count) >= self.asked[who]
        self.asked[who] = (found.session_number, found.question_count)
        self.old[who] += self._shown(who)
        del self.old[who][:-200]


def _takes_out(label: str) -> bool:
    """Tell whether a button removes what was answered: the model does not follow those."""
    plain = label.lstrip("\u2713 0123456789")
    return plain in TAKES_OUT


STEPS = settings(max_examples=drill_length(8, 30), stateful_step_count=30, derandomize=True)


def test_random_actions_break_no_guarantee() -> None:
    run_state_machine_as_test(People, settings=STEPS)


def words_beside_a_question() -> None:
    """Let a person write three lines where one of three buttons is asked for."""
    people = People()
    try:
        people.somebody_is_in_the_middle(("report", "safe"))
        people.write(0, 3)
        people.what_was_written_is_somewhere()
    finally:
        people.teardown()


@pytest.mark.parametrize("drops", [False, True])
def test_a_bot_that_drops_messages_is_detected(
    monkeypatch: pytest.MonkeyPatch, *, drops: bool
) -> None:
    """The negative control: words beside a question are dropped."""
    if drops:
        monkeypatch.setattr(Position, "add_extra", lambda _position, _words: None)
    with pytest.raises(AssertionError, match="needle") if drops else nullcontext():
        words_beside_a_question()


def test_the_model_knows_every_way_to_erase() -> None:
    assert {flow for flow, _, _ in ERASING_ANSWERS} | {"delete"} == {flow for flow, _ in FAREWELLS}
