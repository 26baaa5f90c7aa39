"""A case has one holder, whoever comes second hears who, and nobody gets what is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.state_machine import ActionRefusal, CaseAction, CaseState, Role
from bot.cases.urgency import Priority
from bot.hotline.queue import claims as said
from bot.hotline.queue.claims import AlreadyClaimed, AtCapacity, Claimed
from tests.support.database_fixtures import migrated_url
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.hotline.staff.staff import Caseworker
    from bot.store.compiled import Prepared
    from bot.store.writer import Work

pytestmark = pytest.mark.both_databases

NOW, DAY, STANDARD = Priority.EMERGENCY, Priority.WITHIN_A_DAY, Priority.STANDARD


# --- One holder ------------------------------------------------------------------------------


def test_the_first_claim_wins_and_the_second_is_told_the_holder(
    queue_harness: QueueHarness,
) -> None:
    mei, ana = queue_harness.add_caseworker("Mei"), queue_harness.add_caseworker("Ana")
    case = queue_harness.add_waiting_case()
    assert queue_harness.claims_this(mei, case) == Claimed(case)
    assert queue_harness.claims_this(ana, case) == AlreadyClaimed(mei.id)
    assert queue_harness.claims_this(mei, case) == AlreadyClaimed(mei.id)
    assert queue_harness.of(case, "status", "holder", "claimed_at") == (
        "held",
        mei.id,
        queue_harness.now,
    )
    assert queue_harness.told(case) == [(mei.id, "claim", "")]


def test_a_claim_that_does_not_become_durable_leaves_no_trace(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()

    def falls(work: object) -> None:
        queue_harness.claims.claim(work, case, mei, queue_harness.now)  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        queue_harness.run(falls)
    assert queue_harness.of(case, "status", "holder") == ("waiting", None)
    assert queue_harness.told(case) == []


def test_what_is_over_or_unknown_is_not_claimed(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped")
    assert queue_harness.claims_this(mei, case) == AlreadyClaimed(mei.id)
    assert queue_harness.claims_this(mei, "0" * 32) == ActionRefusal(said.NO_SUCH_CASE)


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


def overtaken(
    line: QueueHarness, after: Callable[[QueueHarness, Caseworker, str], object]
) -> tuple[Any, str]:
    """Let Mei claim a case that Ana claims first, from another process; return what Mei hears."""
    mei, ana, case = line.add_caseworker("Mei"), line.add_caseworker("Ana"), line.add_waiting_case()
    other = QueueHarness(line.database.url.render_as_string(hide_password=False))
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
def postgresql(tmp_path: Path) -> Iterator[QueueHarness]:
    """Have a queue where processes do not wait for one another."""
    made = QueueHarness(migrated_url("postgresql", tmp_path))
    yield made
    made.database.writer.close()


def test_a_caseworker_who_loses_a_claim_is_told_the_holder(postgresql: QueueHarness) -> None:
    heard, ana = overtaken(postgresql, lambda *_: None)
    assert heard == AlreadyClaimed(ana)


def test_a_claim_overtaken_by_a_release_succeeds(
    postgresql: QueueHarness,
) -> None:
    heard, ana = overtaken(
        postgresql, lambda other, ana, case: other.moves(ana, case, CaseAction.RELEASE)
    )
    assert isinstance(heard, Claimed)
    told = postgresql.told(heard.case)
    assert [(deed, who == ana) for who, deed, _ in told] == [
        ("claim", True), ("release", True), ("claim", False),
    ]  # fmt: skip


# --- Who is next -----------------------------------------------------------------------------


def test_the_next_case_is_the_most_urgent_then_the_oldest(queue_harness: QueueHarness) -> None:
    mei = queue_harness.add_caseworker(languages=("id", "vi"), queues=("trafficking", "labour"))
    order = []
    for minutes, priority, queue, language in (
        (0, STANDARD, "trafficking", "id"), (5, STANDARD, "labour", "vi"),
        (5, DAY, "labour", "id"), (5, NOW, "trafficking", "vi"), (5, DAY, "trafficking", "id"),
    ):  # fmt: skip
        queue_harness.passes(minutes)
        order.append(queue_harness.add_waiting_case(priority, queue, language))
    expected = [order[place] for place in (3, 2, 4, 0, 1)]
    taken = [queue_harness.claims_next(mei) for _ in expected]
    assert [each.case for each in taken if isinstance(each, Claimed)] == expected
    assert queue_harness.claims_next(mei) == ActionRefusal(said.NOBODY_WAITS)


def test_next_are_only_their_own_queues_and_languages_others_speak_better(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker(languages=("id",), queues=("labour",))
    queue_harness.add_caseworker("Ana", languages=("vi",), queues=("labour",))
    queue_harness.add_waiting_case(NOW, "trafficking", "id")
    queue_harness.add_waiting_case(NOW, "labour", "vi")
    assert queue_harness.claims_next(mei) == ActionRefusal(said.NOBODY_WAITS)
    mine = queue_harness.add_waiting_case(STANDARD, "labour", "id")
    assert queue_harness.claims_next(mei) == Claimed(mine)


@pytest.mark.parametrize("given", [{"languages": ()}, {"queues": ()}])
def test_a_caseworker_without_language_or_queue_is_offered_no_case(
    queue_harness: QueueHarness, given: dict[str, tuple[str, ...]]
) -> None:
    queue_harness.add_waiting_case()
    assert queue_harness.claims_next(queue_harness.add_caseworker(**given)) == ActionRefusal(
        said.NOBODY_WAITS
    )


def test_off_duty_resting_or_disabled_caseworkers_get_no_next_case(
    queue_harness: QueueHarness,
) -> None:
    case = queue_harness.add_waiting_case(NOW)
    away = queue_harness.add_caseworker("Ana", there=False)
    assert queue_harness.claims_next(away) == ActionRefusal(said.NOT_ON_DUTY)
    mei = queue_harness.rests(queue_harness.add_caseworker("Mei"), 20)
    assert queue_harness.claims_next(mei) == ActionRefusal(said.YOU_ARE_RESTING)
    gone = queue_harness.add_caseworker("Budi")
    queue_harness.run(lambda work: queue_harness.staff.disable(work, gone.id))
    gone = queue_harness.run(lambda work: queue_harness.seen(work, gone))
    assert queue_harness.claims_next(gone) == ActionRefusal(said.NOT_ON_DUTY)
    assert queue_harness.claims_this(gone, case) == ActionRefusal(said.NOT_ON_DUTY)
    queue_harness.passes(20)
    assert queue_harness.claims_next(mei) == Claimed(case)


def test_a_resting_caseworker_may_claim_by_reference(queue_harness: QueueHarness) -> None:
    case, mei = (
        queue_harness.add_waiting_case(),
        queue_harness.rests(queue_harness.add_caseworker(), 20),
    )
    assert queue_harness.claims_this(mei, case) == Claimed(case)


# --- How many --------------------------------------------------------------------------------


def test_no_caseworker_holds_more_chats_than_the_limit(queue_harness: QueueHarness) -> None:
    mei = queue_harness.add_caseworker(most=2)
    first, second, third = (queue_harness.add_waiting_case() for _ in range(3))
    queue_harness.claims_this(mei, first)
    queue_harness.claims_this(mei, second)
    assert queue_harness.claims_next(mei) == AtCapacity(2)
    assert queue_harness.claims_this(mei, third) == AtCapacity(2)
    queue_harness.moves(mei, first, CaseAction.RELEASE)
    assert queue_harness.claims_this(mei, third) == Claimed(third)


def test_an_emergency_leaves_room_for_fewer(queue_harness: QueueHarness) -> None:
    mei = queue_harness.add_caseworker(most=2)
    urgent, other = queue_harness.add_waiting_case(NOW), queue_harness.add_waiting_case()
    assert queue_harness.claims_next(mei) == Claimed(urgent)
    assert queue_harness.claims_this(mei, other) == AtCapacity(2)


@pytest.mark.parametrize("is_next", [False, True])
def test_a_person_in_danger_does_not_wait_for_a_place(
    queue_harness: QueueHarness, is_next: bool
) -> None:
    mei = queue_harness.add_caseworker(most=1)
    first, other = (queue_harness.add_waiting_case() for _ in range(2))
    assert queue_harness.claims_this(mei, first) == Claimed(first)
    urgent = queue_harness.add_waiting_case(NOW)
    taken = queue_harness.claims_next(mei) if is_next else queue_harness.claims_this(mei, urgent)
    assert taken == Claimed(urgent, above_limit=1)
    assert queue_harness.claims_this(mei, other) == AtCapacity(1)  # negative control
    assert queue_harness.claims_next(mei) == AtCapacity(1)


@pytest.mark.parametrize("verb", [CaseAction.CLOSE, CaseAction.REFER])
def test_what_was_closed_or_referred_is_no_chat_any_more(
    queue_harness: QueueHarness, verb: CaseAction
) -> None:
    mei = queue_harness.add_caseworker(most=1)
    first, second = queue_harness.add_waiting_case(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, first)
    assert queue_harness.run(lambda work: queue_harness.claims.assigned_cases(work, mei.id)) == [
        first
    ]
    assert queue_harness.moves(mei, first, verb) in {CaseState.CLOSED, CaseState.REFERRED}
    assert queue_harness.run(lambda work: queue_harness.claims.assigned_cases(work, mei.id)) == []
    assert queue_harness.claims_this(mei, second) == Claimed(second)


def test_a_referred_case_can_be_returned_and_transferred_by_its_caseworker(
    queue_harness: QueueHarness,
) -> None:
    """The person may write again at once; a case that is stuck with one is read by no one else."""
    mei, jun = queue_harness.add_caseworker(), queue_harness.add_caseworker("Jun")
    case = queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.moves(mei, case, CaseAction.REFER)
    assert queue_harness.moves(mei, case, CaseAction.RELEASE) is CaseState.WAITING
    assert queue_harness.claims_this(jun, case) == Claimed(case)
    queue_harness.moves(jun, case, CaseAction.REFER)
    to_mei = queue_harness.run(
        lambda work: queue_harness.claims.transfer(work, case, mei, NOW, by=jun)
    )
    assert to_mei is CaseState.CLAIMED


# --- What is not theirs ----------------------------------------------------------------------


def test_a_claim_in_another_language_is_allowed_and_noted(queue_harness: QueueHarness) -> None:
    mei, case = (
        queue_harness.add_caseworker(languages=("zh_Hant",)),
        queue_harness.add_waiting_case(language="th"),
    )
    assert queue_harness.claims_this(mei, case) == Claimed(case, is_other_language=True)
    assert queue_harness.told(case) == [(mei.id, "claim", said.OTHER_LANGUAGE)]


def test_a_queue_they_do_not_serve_is_closed_to_caseworkers_and_open_to_supervisors(
    queue_harness: QueueHarness,
) -> None:
    case = queue_harness.add_waiting_case(queue="child_protection")
    mei = queue_harness.add_caseworker()
    assert queue_harness.claims_this(mei, case) == ActionRefusal(said.NOT_YOUR_QUEUE)
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR)
    assert queue_harness.claims_this(chief, case) == Claimed(case)


def test_an_auditor_claims_nothing(queue_harness: QueueHarness) -> None:
    case = queue_harness.add_waiting_case()
    auditor = queue_harness.add_caseworker(role=Role.AUDITOR)
    assert isinstance(queue_harness.claims_this(auditor, case), ActionRefusal)
    assert isinstance(queue_harness.claims_next(auditor), ActionRefusal)
    assert queue_harness.state(case) == "waiting"


# --- Giving back -----------------------------------------------------------------------------


def test_a_case_that_is_given_back_keeps_its_place_and_its_clock(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker()
    first = queue_harness.add_waiting_case()
    queue_harness.passes(10)
    queue_harness.add_waiting_case()
    due = queue_harness.of(first, "due_at")
    queue_harness.claims_this(mei, first)
    assert queue_harness.moves(mei, first, CaseAction.RELEASE) is CaseState.WAITING
    assert queue_harness.of(first, "holder", "claimed_at", "worked_at", "due_at") == (
        None,
        None,
        None,
        due,
    )
    assert queue_harness.claims_next(mei) == Claimed(first)
    assert [deed for _, deed, _ in queue_harness.told(first)] == ["claim", "release", "claim"]


def test_a_released_answered_case_gets_a_new_reply_due_time(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(NOW)
    queue_harness.claims_this(mei, case)
    queue_harness.answers(case)
    assert queue_harness.due_in(case) is None
    queue_harness.passes(60)
    queue_harness.moves(mei, case, CaseAction.RELEASE)
    assert queue_harness.due_in(case) == 2


def test_only_the_holder_or_a_supervisor_releases_a_case(
    queue_harness: QueueHarness,
) -> None:
    mei, ana, case = (
        queue_harness.add_caseworker("Mei"),
        queue_harness.add_caseworker("Ana"),
        queue_harness.add_waiting_case(),
    )
    queue_harness.claims_this(mei, case)
    assert isinstance(queue_harness.moves(ana, case, CaseAction.RELEASE), ActionRefusal)
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR)
    assert queue_harness.moves(chief, case, CaseAction.RELEASE) is CaseState.WAITING
    assert queue_harness.told(case)[-1] == (chief.id, "release", "")


def test_when_a_shift_ends_what_was_not_touched_goes_back_and_the_rest_stays(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker()
    touched, untouched = queue_harness.add_waiting_case(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, touched)
    queue_harness.claims_this(mei, untouched)
    queue_harness.works(touched)
    gone = queue_harness.run(
        lambda work: queue_harness.claims.end_shift(work, mei, queue_harness.now)
    )
    assert gone == [untouched]
    assert queue_harness.of(untouched, "status", "holder") == ("waiting", None)
    assert queue_harness.of(touched, "status", "holder") == ("open", mei.id)


# --- Passing on ------------------------------------------------------------------------------


def test_a_transfer_gives_the_case_to_a_colleague_who_has_not_touched_it_yet(
    queue_harness: QueueHarness,
) -> None:
    mei, ana, case = (
        queue_harness.add_caseworker("Mei"),
        queue_harness.add_caseworker("Ana"),
        queue_harness.add_waiting_case(),
    )
    queue_harness.claims_this(mei, case)
    queue_harness.works(case)
    due = queue_harness.of(case, "due_at")
    queue_harness.passes(3)
    assert queue_harness.passes_on(mei, case, ana) is CaseState.CLAIMED
    assert queue_harness.of(case, "status", "holder", "claimed_at", "worked_at", "due_at") == (
        "held", ana.id, queue_harness.now, None, due,
    )  # fmt: skip
    assert queue_harness.told(case)[-1] == (mei.id, "transfer", ana.id)


def test_a_transfer_to_an_unable_caseworker_is_refused_with_a_reason(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker("Mei"), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    away = queue_harness.add_caseworker("Ana", there=False)
    tired = queue_harness.rests(queue_harness.add_caseworker("Budi"), 20)
    stranger = queue_harness.add_caseworker("Citra", queues=("labour",))
    full = queue_harness.add_caseworker("Dewi", most=1)
    queue_harness.claims_this(full, queue_harness.add_waiting_case())
    for to, why in (
        (away, said.COLLEAGUE_UNAVAILABLE),
        (tired, said.COLLEAGUE_UNAVAILABLE),
        (stranger, said.NOT_THEIR_QUEUE),
        (full, said.COLLEAGUE_AT_CAPACITY),
        (mei, said.COLLEAGUE_HOLDS_CASE),
    ):
        assert queue_harness.passes_on(mei, case, to) == ActionRefusal(why)
    auditor = queue_harness.add_caseworker("Eko", role=Role.AUDITOR)
    assert isinstance(queue_harness.passes_on(mei, case, auditor), ActionRefusal)
    assert queue_harness.of(case, "holder") == mei.id


def test_only_the_holder_or_a_supervisor_transfers_a_case(
    queue_harness: QueueHarness,
) -> None:
    mei, ana, case = (
        queue_harness.add_caseworker("Mei"),
        queue_harness.add_caseworker("Ana"),
        queue_harness.add_waiting_case(),
    )
    assert isinstance(queue_harness.passes_on(mei, case, ana), ActionRefusal)  # nobody holds it
    queue_harness.claims_this(mei, case)
    assert isinstance(queue_harness.passes_on(ana, case, ana), ActionRefusal)
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR)
    assert queue_harness.passes_on(chief, case, ana) is CaseState.CLAIMED
    assert queue_harness.passes_on(mei, "0" * 32, ana) == ActionRefusal(said.NO_SUCH_CASE)


# --- Work, and the end -----------------------------------------------------------------------


def test_work_on_a_claimed_case_opens_it(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.passes(1)
    for _ in range(2):
        queue_harness.passes(1)
        queue_harness.works(case)
        assert queue_harness.of(case, "status", "worked_at") == ("open", queue_harness.now)
    assert [deed for _, deed, _ in queue_harness.told(case)] == ["claim", "work", "work"]


def test_a_closed_case_has_no_due_time_and_a_reopened_one_starts_now(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(DAY)
    queue_harness.claims_this(mei, case)
    assert queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped") is CaseState.CLOSED
    assert queue_harness.of(case, "due_at", "disposition", "closed_at") == (
        None,
        "helped",
        queue_harness.now,
    )
    assert queue_harness.told(case)[-1] == (mei.id, "close", "helped")
    queue_harness.passes(600)
    assert queue_harness.moves(None, case, CaseAction.REOPEN) is CaseState.REOPENED
    assert queue_harness.of(case, "holder", "waiting_since", "disposition", "closed_at") == (
        None, queue_harness.now, None, None,
    )  # fmt: skip
    assert queue_harness.due_in(case) == 15
    assert queue_harness.told(case)[-1] == ("house", "reopen", "")
    assert queue_harness.claims_next(mei) == Claimed(case)


def test_what_comes_to_a_closed_case_puts_it_back_into_the_queue(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()

    def more() -> bool:
        return queue_harness.run(
            lambda work: queue_harness.claims.reopen_if_closed(work, case, queue_harness.now)
        )

    assert not more()
    queue_harness.claims_this(mei, case)
    assert not more()
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped")
    queue_harness.passes(30)
    assert more()
    assert queue_harness.of(case, "status", "holder", "disposition") == ("reopened", None, None)
    assert queue_harness.due_in(case) == 1440
    assert queue_harness.told(case)[-1] == ("house", "reopen", "")
    assert not more()
    assert not queue_harness.run(
        lambda work: queue_harness.claims.reopen_if_closed(work, "0" * 32, queue_harness.now)
    )


def test_a_supervisors_message_leaves_a_waiting_case_waiting(queue_harness: QueueHarness) -> None:
    case = queue_harness.add_waiting_case()
    chief = queue_harness.add_caseworker("Lin", role=Role.SUPERVISOR)
    before = queue_harness.of(case, "status", "holder", "worked_at", "due_at")
    assert queue_harness.moves(chief, case, CaseAction.NOTE) is CaseState.WAITING
    assert queue_harness.of(case, "status", "holder", "worked_at", "due_at") == before
    assert isinstance(queue_harness.moves(chief, case, CaseAction.LOWER), ActionRefusal)
    assert (
        queue_harness.moves(chief, case, CaseAction.LOWER, reason="seen by a doctor")
        is CaseState.WAITING
    )
    assert queue_harness.moves(chief, "0" * 32, CaseAction.NOTE) == ActionRefusal(said.NO_SUCH_CASE)
