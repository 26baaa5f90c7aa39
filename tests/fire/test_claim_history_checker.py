"""The judge of histories: what can have happened is believed, what cannot is not."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from tests.fire.claim_history_checker import (
    FREED,
    GOT,
    HELD,
    NOT_MINE,
    SEEN,
    UNKNOWN,
    ClaimAttempt,
    is_linearizable,
)


def claim(
    began: float, heard: float, who: str, answer: str, holder: str | None = None
) -> ClaimAttempt:
    return ClaimAttempt(began, heard, who, frees=False, answer=answer, holder=holder)


def free(began: float, heard: float, who: str, answer: str = FREED) -> ClaimAttempt:
    return ClaimAttempt(began, heard, who, frees=True, answer=answer)


def seen(holder: str | None) -> ClaimAttempt:
    return claim(inf, inf, "", SEEN, holder)


def test_two_at_once_one_of_whom_gets_it_is_believed() -> None:
    assert is_linearizable([claim(0, 3, "a", HELD, "b"), claim(1, 2, "b", GOT), seen("b")])


def test_two_who_both_got_it_are_not_believed() -> None:
    assert not is_linearizable([claim(0, 1, "a", GOT), claim(2, 3, "b", GOT)])
    assert not is_linearizable([claim(0, 3, "a", GOT), claim(1, 2, "b", GOT)])


def test_a_holder_reported_before_the_claim_began_is_rejected() -> None:
    assert not is_linearizable([claim(0, 1, "a", HELD, "b"), claim(2, 3, "b", GOT)])


def test_a_reported_holder_must_be_the_holder() -> None:
    got = claim(0, 1, "a", GOT)
    assert is_linearizable([got, claim(2, 3, "b", HELD, "a")])
    assert not is_linearizable([got, claim(2, 3, "b", HELD, "c")])
    assert not is_linearizable([got, seen(None)])


def test_a_released_case_can_be_claimed_only_after_the_release() -> None:
    course = [claim(0, 1, "a", GOT), free(2, 5, "a"), claim(3, 4, "b", GOT), seen("b")]
    assert is_linearizable(course)
    late = [claim(0, 1, "a", GOT), free(4, 5, "a"), claim(2, 3, "b", GOT)]
    assert not is_linearizable(late)


def test_only_the_holder_releases_a_case() -> None:
    got = claim(0, 1, "a", GOT)
    assert not is_linearizable([got, free(2, 3, "b")])
    assert is_linearizable([got, free(2, 3, "b", NOT_MINE)])
    assert not is_linearizable([got, free(2, 3, "a", NOT_MINE)])


def test_what_a_killed_process_tried_may_have_happened_or_not() -> None:
    killed = claim(0, inf, "a", UNKNOWN)
    assert is_linearizable([killed, seen("a")])
    assert is_linearizable([killed, seen(None)])
    assert is_linearizable([killed, claim(1, 2, "b", GOT), seen("b")])
    assert is_linearizable([killed, claim(1, 2, "b", HELD, "a"), seen("a")])
    assert not is_linearizable([killed, claim(1, 2, "b", GOT), seen("a")])
    assert not is_linearizable([killed, claim(1, 2, "b", HELD, "a"), seen("b")])


def test_a_killed_process_may_have_given_back_what_it_held() -> None:
    course = [claim(0, 1, "a", GOT), free(2, inf, "a", UNKNOWN)]
    assert is_linearizable([*course, seen(None)])
    assert is_linearizable([*course, seen("a")])
    assert is_linearizable([*course, claim(3, 4, "b", GOT), seen("b")])


@st.composite
def happened(draw: st.DrawFn) -> list[ClaimAttempt]:
    """Let claimers take turns, and tell it as if each turn had taken longer than it did."""
    holder: str | None = None
    told = []
    for moment, who in enumerate(draw(st.lists(st.sampled_from("abc"), max_size=12))):
        began = moment - draw(st.floats(0, 2))
        heard = moment + draw(st.floats(0, 2))
        if holder == who and draw(st.booleans()):
            told.append(free(began, heard, who))
            holder = None
        elif holder is None:
            told.append(claim(began, heard, who, GOT))
            holder = who
        else:
            told.append(claim(began, heard, who, HELD, holder))
    return [*told, seen(holder)]


@given(happened())
def test_whatever_happened_is_believed(history: list[ClaimAttempt]) -> None:
    assert is_linearizable(history)


@given(happened(), st.data())
def test_a_second_claim_on_a_held_case_is_rejected(
    history: list[ClaimAttempt], data: st.DataObject
) -> None:
    got = [each for each in history if each.answer == GOT]
    freed = any(each.answer == FREED for each in history)
    if got and not freed:
        first = data.draw(st.sampled_from(got))
        assert not is_linearizable([*history, claim(first.began, first.heard, "d", GOT)])
