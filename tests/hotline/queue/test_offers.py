"""A case goes first to those on duty with its language and skill, and is withheld from no one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.queue.claims import AtCapacity, Claimed
from bot.hotline.queue.next_case import colleagues_on_duty
from bot.hotline.queue.offers import RESERVED_FOR, SKILLS, load_offers
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.drill_length import drill_length
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker

LANGUAGES, QUEUES = ("id", "vi", "th"), ("labour", "fishers")
NOW, STANDARD = Priority.EMERGENCY, Priority.STANDARD


# --- One rule after the other ----------------------------------------------------------------


def test_a_case_waits_for_the_colleague_with_its_skill_and_only_for_minutes(
    queue_harness: QueueHarness,
) -> None:
    ana = queue_harness.add_caseworker("Ana", queues=("fishers",), skills=("fishers",))
    mei = queue_harness.add_caseworker(queues=("fishers",), skills=("children",))
    case = queue_harness.add_waiting_case(STANDARD, "fishers")
    assert not isinstance(queue_harness.claims_next(mei), Claimed)
    queue_harness.passes(RESERVED_FOR / MINUTE)
    assert queue_harness.claims_next(mei) == Claimed(case)
    other = queue_harness.add_waiting_case(STANDARD, "fishers")
    assert queue_harness.claims_next(ana) == Claimed(other)


def test_a_skill_delays_no_emergency(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker("Ana", queues=("fishers",), skills=("fishers",))
    mei = queue_harness.add_caseworker(queues=("fishers",))
    case = queue_harness.add_waiting_case(NOW, "fishers")
    assert queue_harness.claims_next(mei) == Claimed(case)


@pytest.mark.parametrize("why", ["off duty", "resting", "full", "another queue", "other language"])
def test_who_cannot_take_a_case_keeps_it_from_no_one(queue_harness: QueueHarness, why: str) -> None:
    ana = queue_harness.add_caseworker(
        "Ana", queues=("labour",) if why == "another queue" else ("fishers",),
        skills=("fishers",), languages=("vi",) if why == "other language" else ("id",),
        most=0 if why == "full" else 9, there=why != "off duty",
    )  # fmt: skip
    if why == "resting":
        queue_harness.rests(ana, 5)
    mei = queue_harness.add_caseworker(queues=("fishers",))
    case = queue_harness.add_waiting_case(STANDARD, "fishers")
    assert queue_harness.claims_next(mei) == Claimed(case)


def test_a_language_nobody_on_duty_speaks_is_offered_to_all_and_said(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker(languages=("id",))
    ana = queue_harness.add_caseworker("Ana", languages=("vi",), there=False)
    case = queue_harness.add_waiting_case(NOW, language="vi")
    mine = queue_harness.add_waiting_case(NOW, language="id")
    assert queue_harness.claims_next(mei) == Claimed(mine)  # of two emergencies, her language
    assert queue_harness.claims_next(mei) == Claimed(case, is_other_language=True)
    assert queue_harness.told(case)[-1] == (mei.id, "claim", "other_language")
    queue_harness.run(lambda work: queue_harness.staff.set_duty(work, ana.id, on=True))
    queue_harness.add_waiting_case(NOW, language="vi")
    assert not isinstance(queue_harness.claims_next(mei), Claimed)


def test_every_queue_has_one_skill() -> None:
    assert sorted(queue.value for queue, _name in SKILLS.values()) == sorted(
        {queue.value for queue, _name in SKILLS.values()}
    )


# --- Any evening against a slow, plain model -------------------------------------------------


@dataclass(frozen=True)
class Colleagues:
    """A caseworker as they are drawn."""

    languages: tuple[str, ...]
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    most: int
    there: bool
    rests: bool


@dataclass(frozen=True)
class Waiting:
    """A case as it is drawn."""

    priority: Priority
    queue: str
    language: str
    minutes: int
    case: str = ""


def _some(of: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(of), unique=True, max_size=len(of)).map(tuple)


STAFF = st.lists(
    st.builds(
        Colleagues, _some(LANGUAGES), _some(QUEUES), _some(("labour", "fishers", "law", "x")),
        st.integers(0, 2), st.sampled_from([True, True, False]),
        st.sampled_from([False, False, True]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
CASES = st.lists(
    st.builds(
        Waiting, st.sampled_from([NOW, STANDARD]), st.sampled_from(QUEUES),
        st.sampled_from(LANGUAGES), st.sampled_from([0, 5, 9, 10, 30]),
    ),
    max_size=5,
)  # fmt: skip


def able(who: Caseworker, drawn: Colleagues, load: int, queue: str) -> bool:
    """Return whether somebody could take a case of a queue at all."""
    is_here = drawn.there and not drawn.rests and load < who.most
    return is_here and queue in who.queues and bool(who.languages)


def allowed(case: Waiting, team: list[Caseworker]) -> list[Caseworker]:
    """Return who of those able is offered a case: the rule in plain words."""
    speakers = [it for it in team if case.language in it.languages]
    if not speakers:
        return team
    skilled = [it for it in speakers if case.queue in it.skills]
    if skilled and case.priority != NOW and case.minutes * MINUTE < RESERVED_FOR:
        return skilled
    return speakers


@pytest.mark.parametrize("kind", DATABASE_KINDS)
def test_whoever_asks_gets_what_the_plain_rule_gives(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = QueueHarness(migrated_url(kind, tmp_path_factory.mktemp("offers")))

    @settings(
        max_examples=drill_length(30 if kind == "sqlite" else 8, 400), deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(STAFF, CASES)
    def check(staff: list[Colleagues], waiting: list[Waiting]) -> None:
        line.run(_empty)
        team = [
            line.add_caseworker(
                f"No. {number}", languages=it.languages, queues=it.queues, skills=it.skills,
                most=it.most, there=it.there,
            )
            for number, it in enumerate(staff)
        ]  # fmt: skip
        team = [
            line.rests(who, 60) if it.rests else who for who, it in zip(team, staff, strict=True)
        ]
        now, cases = line.now, []
        for it in waiting:
            line.now = now - it.minutes * MINUTE
            found = line.add_waiting_case(it.priority, it.queue, it.language)
            cases.append(replace(it, case=found))
        line.now = now
        for place, who in enumerate(team):
            _asks(line, team, staff, cases, place)
            assert who.id == who.id

    check()
    line.database.writer.close()


def _asks(
    line: QueueHarness, team: list[Caseworker], staff: list[Colleagues], cases: list[Waiting],
    place: int,
) -> None:  # fmt: skip
    """Let one of the team ask for the next case, and compare with the rule."""
    who = team[place]
    loads = {
        it.id: line.run(lambda work, by=it.id: line.claims.chat_count(work, by)) for it in team
    }
    offered: list[Waiting] = []
    for case in cases:
        here = [
            each
            for each, drawn in zip(team, staff, strict=True)
            # A person in danger is no matter of room, for who asks.
            if able(
                each,
                drawn,
                -1 if each is who and case.priority == NOW else loads[each.id],
                case.queue,
            )
        ]
        first = allowed(case, here)
        assert bool(first) == bool(here)  # withheld from everyone: never
        if who in first:
            offered.append(case)
    expected = min(
        offered,
        key=lambda it: (it.priority, it.language not in who.languages, -it.minutes, it.case),
        default=None,
    )
    taken = line.claims_next(who)
    if expected is None:
        assert not isinstance(taken, Claimed)
        return
    above = who.most if loads[who.id] >= who.most else 0
    assert taken == Claimed(
        expected.case, expected.language not in who.languages, above_limit=above
    )
    cases.remove(expected)
    assert not isinstance(taken, AtCapacity)


def _empty(work: object) -> None:
    """Delete everything of the example before."""
    for table in ("case_keys", "cases", "staff"):
        work._cursor.execute(f"DELETE FROM {table}")  # type: ignore[attr-defined]  # noqa: S608


def test_offers_of_one_alone_are_all_of_their_queues(queue_harness: QueueHarness) -> None:
    mei = queue_harness.add_caseworker(languages=("id",), queues=("labour",))
    found = queue_harness.run(
        lambda work: load_offers(
            work, mei, colleagues_on_duty(work, mei, queue_harness.now), queue_harness.now
        )
    )
    assert {it.queue for it in found} == {"labour"}
    assert {it.language for it in found} > {"id", "vi", "th"}
