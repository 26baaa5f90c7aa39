"""A case has one holder, whoever comes second hears who, and nobody gets what is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.state_machine import Move, Refusal, Role, State
from bot.cases.urgency import Priority
from bot.hotline.queue import claims as said
from bot.hotline.queue.claims import Claimed, HeldBy, TooMany
from tests.hotline.line import Line
from tests.stores import migrated_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.hotline.staff.staff import Caseworker
    from bot.store.compiled import Prepared
    from bot.store.writer import Work

NOW, DAY, STANDARD = Priority.EMERGENCY, Priority.WITHIN_A_DAY, Priority.STANDARD


# --- One holder ------------------------------------------------------------------------------


def test_whoever_claims_first_answers_and_the_second_hears_who(line: Line) -> None:
    mei, ana = line.colleague("Mei"), line.colleague("Ana")
    case = line.waits()
    assert line.claims_this(mei, case) == Claimed(case)
    assert line.claims_this(ana, case) == HeldBy(mei.id)
    assert line.claims_this(mei, case) == HeldBy(mei.id)
    assert line.of(case, "status", "holder", "claimed_at") == ("held", mei.id, line.now)
    assert line.told(case) == [(mei.id, "claim", "")]


def test_a_claim_that_does_not_become_durable_leaves_no_trace(line: Line) -> None:
    mei, case = line.colleague(), line.waits()

    def falls(work: object) -> None:
        line.claims.claim(work, case, mei, line.now)  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        line.run(falls)
    assert line.of(case, "status", "holder") == ("waiting", None)
    assert line.told(case) == []


def test_what_is_over_or_unknown_is_not_claimed(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.claims_this(mei, case)
    line.moves(mei, case, Move.CLOSE, detail="helped")
    assert line.claims_this(mei, case) == HeldBy(mei.id)
    assert line.claims_this(mei, "0" * 32) == Refusal(said.NO_SUCH_CASE)


class Overtaken:
    """A unit of work in which others are quicker: they move a case before and after the claim."""

    def __init__(
        self, work: Work, before: Callable[[], object], after: Callable[[], object]
    ) -> None:
        self._work = work
        self._others = [before, after]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def run(self, statement: Prepared, *values: Any) -> int:
        others, self._others = self._others, ()
        for before in others[:1]:
            before()
        done = self._work.run(statement, *values)
        for after in others[1:]:
            after()
        return done


def overtaken(line: Line, after: Callable[[Line, Caseworker, str], object]) -> tuple[Any, str]:
    """Let Mei claim a case that Ana claims first, from another process; return what Mei hears."""
    mei, ana, case = line.colleague("Mei"), line.colleague("Ana"), line.waits()
    other = Line(line.database.url.render_as_string(hide_password=False))
    heard = line.run(
        lambda work: line.claims.claim(
            Overtaken(  # type: ignore[arg-type]
                work, lambda: other.claims_this(ana, case), lambda: after(other, ana, case)
            ),
            case,
            mei,
            line.now,
        )
    )
    other.database.writer.close()
    return heard, ana.id


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Line]:
    """Have a queue where processes do not wait for one another."""
    made = Line(migrated_url("postgresql", tmp_path))
    yield made
    made.database.writer.close()


def test_whoever_is_overtaken_hears_by_whom(postgresql: Line) -> None:
    heard, ana = overtaken(postgresql, lambda *_: None)
    assert heard == HeldBy(ana)


def test_whoever_is_overtaken_by_somebody_who_gives_it_back_gets_it(postgresql: Line) -> None:
    heard, ana = overtaken(
        postgresql, lambda other, ana, case: other.moves(ana, case, Move.RELEASE)
    )
    assert isinstance(heard, Claimed)
    told = postgresql.told(heard.case)
    assert [(deed, who == ana) for who, deed, _ in told] == [
        ("claim", True), ("release", True), ("claim", False),
    ]  # fmt: skip


# --- Who is next -----------------------------------------------------------------------------


def test_the_most_urgent_is_next_then_whoever_waits_longest(line: Line) -> None:
    mei = line.colleague(languages=("id", "vi"), queues=("trafficking", "labour"))
    order = []
    for minutes, priority, queue, language in (
        (0, STANDARD, "trafficking", "id"), (5, STANDARD, "labour", "vi"),
        (5, DAY, "labour", "id"), (5, NOW, "trafficking", "vi"), (5, DAY, "trafficking", "id"),
    ):  # fmt: skip
        line.passes(minutes)
        order.append(line.waits(priority, queue, language))
    expected = [order[place] for place in (3, 2, 4, 0, 1)]
    taken = [line.claims_next(mei) for _ in expected]
    assert [each.case for each in taken if isinstance(each, Claimed)] == expected
    assert line.claims_next(mei) == Refusal(said.NOBODY_WAITS)


def test_next_are_only_their_own_queues_and_languages(line: Line) -> None:
    mei = line.colleague(languages=("id",), queues=("labour",))
    line.waits(NOW, "trafficking", "id")
    line.waits(NOW, "labour", "vi")
    assert line.claims_next(mei) == Refusal(said.NOBODY_WAITS)
    mine = line.waits(STANDARD, "labour", "id")
    assert line.claims_next(mei) == Claimed(mine)


@pytest.mark.parametrize("given", [{"languages": ()}, {"queues": ()}])
def test_whoever_speaks_no_language_or_serves_no_queue_is_offered_nothing(
    line: Line, given: dict[str, tuple[str, ...]]
) -> None:
    line.waits()
    assert line.claims_next(line.colleague(**given)) == Refusal(said.NOBODY_WAITS)


def test_whoever_is_off_duty_or_rests_or_left_gets_no_next_one(line: Line) -> None:
    case = line.waits(NOW)
    away = line.colleague("Ana", there=False)
    assert line.claims_next(away) == Refusal(said.NOT_ON_DUTY)
    mei = line.rests(line.colleague("Mei"), 20)
    assert line.claims_next(mei) == Refusal(said.YOU_REST)
    assert line.run(lambda work: line.claims.next(work, mei, line.now)) is None
    gone = line.colleague("Budi")
    line.run(lambda work: line.staff.disable(work, gone.id))
    gone = line.run(lambda work: line.seen(work, gone))
    assert line.claims_next(gone) == Refusal(said.NOT_ON_DUTY)
    assert line.claims_this(gone, case) == Refusal(said.NOT_ON_DUTY)
    line.passes(20)
    assert line.claims_next(mei) == Claimed(case)


def test_whoever_rests_may_still_claim_a_case_by_its_number(line: Line) -> None:
    case, mei = line.waits(), line.rests(line.colleague(), 20)
    assert line.claims_this(mei, case) == Claimed(case)


# --- How many --------------------------------------------------------------------------------


def test_nobody_holds_more_chats_than_agreed(line: Line) -> None:
    mei = line.colleague(most=2)
    first, second, third = (line.waits() for _ in range(3))
    line.claims_this(mei, first)
    line.claims_this(mei, second)
    assert line.claims_next(mei) == TooMany(2)
    assert line.claims_this(mei, third) == TooMany(2)
    assert line.run(lambda work: line.claims.next(work, mei, line.now)) is None
    line.moves(mei, first, Move.RELEASE)
    assert line.claims_this(mei, third) == Claimed(third)


def test_an_emergency_leaves_room_for_fewer(line: Line) -> None:
    mei = line.colleague(most=2)
    urgent, other = line.waits(NOW), line.waits()
    assert line.claims_next(mei) == Claimed(urgent)
    assert line.claims_this(mei, other) == TooMany(2)


@pytest.mark.parametrize("verb", [Move.CLOSE, Move.REFER])
def test_what_was_closed_or_referred_is_no_chat_any_more(line: Line, verb: Move) -> None:
    mei = line.colleague(most=1)
    first, second = line.waits(), line.waits()
    line.claims_this(mei, first)
    assert line.run(lambda work: line.claims.held_by(work, mei.id)) == [first]
    assert line.moves(mei, first, verb) in {State.CLOSED, State.REFERRED}
    assert line.run(lambda work: line.claims.held_by(work, mei.id)) == []
    assert line.claims_this(mei, second) == Claimed(second)


# --- What is not theirs ----------------------------------------------------------------------


def test_a_claim_in_another_language_is_allowed_and_noted(line: Line) -> None:
    mei, case = line.colleague(languages=("zh_Hant",)), line.waits(language="th")
    assert line.claims_this(mei, case) == Claimed(case, is_other_language=True)
    assert line.told(case) == [(mei.id, "claim", said.OTHER_LANGUAGE)]


def test_a_queue_they_do_not_serve_is_closed_to_caseworkers_and_open_to_supervisors(
    line: Line,
) -> None:
    case = line.waits(queue="child_protection")
    mei = line.colleague()
    assert line.claims_this(mei, case) == Refusal(said.NOT_YOUR_QUEUE)
    chief = line.colleague("Lin", role=Role.SUPERVISOR)
    assert line.claims_this(chief, case) == Claimed(case)


def test_an_auditor_claims_nothing(line: Line) -> None:
    case = line.waits()
    auditor = line.colleague(role=Role.AUDITOR)
    assert isinstance(line.claims_this(auditor, case), Refusal)
    assert isinstance(line.claims_next(auditor), Refusal)
    assert line.state(case) == "waiting"


# --- Giving back -----------------------------------------------------------------------------


def test_a_case_that_is_given_back_keeps_its_place_and_its_clock(line: Line) -> None:
    mei = line.colleague()
    first = line.waits()
    line.passes(10)
    line.waits()
    due = line.of(first, "due_at")
    line.claims_this(mei, first)
    assert line.moves(mei, first, Move.RELEASE) is State.WAITING
    assert line.of(first, "holder", "claimed_at", "worked_at", "due_at") == (None, None, None, due)
    assert line.claims_next(mei) == Claimed(first)
    assert [deed for _, deed, _ in line.told(first)] == ["claim", "release", "claim"]


def test_a_case_that_was_answered_and_given_back_is_promised_an_answer_anew(line: Line) -> None:
    mei, case = line.colleague(), line.waits(NOW)
    line.claims_this(mei, case)
    line.answers(case)
    assert line.due_in(case) is None
    line.passes(60)
    line.moves(mei, case, Move.RELEASE)
    assert line.due_in(case) == 2


def test_only_whoever_holds_it_or_stands_above_gives_a_case_back(line: Line) -> None:
    mei, ana, case = line.colleague("Mei"), line.colleague("Ana"), line.waits()
    line.claims_this(mei, case)
    assert isinstance(line.moves(ana, case, Move.RELEASE), Refusal)
    chief = line.colleague("Lin", role=Role.SUPERVISOR)
    assert line.moves(chief, case, Move.RELEASE) is State.WAITING
    assert line.told(case)[-1] == (chief.id, "release", "")


def test_when_a_shift_ends_what_was_not_touched_goes_back_and_the_rest_stays(line: Line) -> None:
    mei = line.colleague()
    touched, untouched = line.waits(), line.waits()
    line.claims_this(mei, touched)
    line.claims_this(mei, untouched)
    line.works(touched)
    gone = line.run(lambda work: line.claims.end_shift(work, mei, line.now))
    assert gone == [untouched]
    assert line.of(untouched, "status", "holder") == ("waiting", None)
    assert line.of(touched, "status", "holder") == ("open", mei.id)


# --- Passing on ------------------------------------------------------------------------------


def test_a_transfer_gives_the_case_to_a_colleague_who_has_not_touched_it_yet(line: Line) -> None:
    mei, ana, case = line.colleague("Mei"), line.colleague("Ana"), line.waits()
    line.claims_this(mei, case)
    line.works(case)
    due = line.of(case, "due_at")
    line.passes(3)
    assert line.passes_on(mei, case, ana) is State.HELD
    assert line.of(case, "status", "holder", "claimed_at", "worked_at", "due_at") == (
        "held", ana.id, line.now, None, due,
    )  # fmt: skip
    assert line.told(case)[-1] == (mei.id, "transfer", ana.id)


def test_a_transfer_to_somebody_who_cannot_take_it_is_refused_and_says_why(line: Line) -> None:
    mei, case = line.colleague("Mei"), line.waits()
    line.claims_this(mei, case)
    away = line.colleague("Ana", there=False)
    tired = line.rests(line.colleague("Budi"), 20)
    stranger = line.colleague("Citra", queues=("labour",))
    full = line.colleague("Dewi", most=1)
    line.claims_this(full, line.waits())
    for to, why in (
        (away, said.NOT_THERE), (tired, said.NOT_THERE), (stranger, said.NOT_THEIR_QUEUE),
        (full, said.HANDS_FULL), (mei, said.THEIRS_ALREADY),
    ):  # fmt: skip
        assert line.passes_on(mei, case, to) == Refusal(why)
    auditor = line.colleague("Eko", role=Role.AUDITOR)
    assert isinstance(line.passes_on(mei, case, auditor), Refusal)
    assert line.of(case, "holder") == mei.id


def test_only_whoever_holds_it_or_stands_above_passes_a_case_on(line: Line) -> None:
    mei, ana, case = line.colleague("Mei"), line.colleague("Ana"), line.waits()
    assert isinstance(line.passes_on(mei, case, ana), Refusal)  # nobody holds it
    line.claims_this(mei, case)
    assert isinstance(line.passes_on(ana, case, ana), Refusal)
    chief = line.colleague("Lin", role=Role.SUPERVISOR)
    assert line.passes_on(chief, case, ana) is State.HELD
    assert line.passes_on(mei, "0" * 32, ana) == Refusal(said.NO_SUCH_CASE)


# --- Work, and the end -----------------------------------------------------------------------


def test_the_first_work_on_a_case_opens_it_and_is_noted_once(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.works(case)  # nobody holds it: nobody works on it
    line.claims_this(mei, case)
    line.passes(1)
    line.works(case)
    first = line.now
    line.passes(1)
    line.works(case)
    assert line.of(case, "status", "worked_at") == ("open", first)
    assert [deed for _, deed, _ in line.told(case)] == ["claim", "work"]


def test_a_closed_case_promises_nothing_and_a_reopened_one_waits_from_now(line: Line) -> None:
    mei, case = line.colleague(), line.waits(DAY)
    line.claims_this(mei, case)
    assert line.moves(mei, case, Move.CLOSE, detail="helped") is State.CLOSED
    assert line.of(case, "due_at", "disposition", "closed_at") == (None, "helped", line.now)
    assert line.told(case)[-1] == (mei.id, "close", "helped")
    line.passes(600)
    assert line.moves(None, case, Move.REOPEN) is State.REOPENED
    assert line.of(case, "holder", "waiting_since", "disposition", "closed_at") == (
        None, line.now, None, None,
    )  # fmt: skip
    assert line.due_in(case) == 15
    assert line.told(case)[-1] == ("house", "reopen", "")
    assert line.claims_next(mei) == Claimed(case)


def test_what_comes_to_a_closed_case_puts_it_back_into_the_queue(line: Line) -> None:
    mei, case = line.colleague(), line.waits()

    def more() -> bool:
        return line.run(lambda work: line.claims.more_came(work, case, line.now))

    assert not more()
    line.claims_this(mei, case)
    assert not more()
    line.moves(mei, case, Move.CLOSE, detail="helped")
    line.passes(30)
    assert more()
    assert line.of(case, "status", "holder", "disposition") == ("reopened", None, None)
    assert line.due_in(case) == 1440
    assert line.told(case)[-1] == ("house", "reopen", "")
    assert not more()
    assert not line.run(lambda work: line.claims.more_came(work, "0" * 32, line.now))


def test_a_word_from_above_leaves_a_waiting_case_waiting(line: Line) -> None:
    case = line.waits()
    chief = line.colleague("Lin", role=Role.SUPERVISOR)
    before = line.of(case, "status", "holder", "worked_at", "due_at")
    assert line.moves(chief, case, Move.NOTE) is State.WAITING
    assert line.of(case, "status", "holder", "worked_at", "due_at") == before
    assert isinstance(line.moves(chief, case, Move.LOWER), Refusal)
    assert line.moves(chief, case, Move.LOWER, reason="seen by a doctor") is State.WAITING
    assert line.moves(chief, "0" * 32, Move.NOTE) == Refusal(said.NO_SUCH_CASE)
