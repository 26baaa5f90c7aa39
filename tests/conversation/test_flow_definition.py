from __future__ import annotations

from typing import ClassVar

import pytest

from bot.conversation import (
    Ask,
    Choose,
    ChooseMany,
    End,
    Fact,
    Flow,
    Review,
    Say,
)
from bot.text import Text
from tests.support.content.small_flows import WHY, YES_NO, Kinds, Small

T = Text("Words.")


def test_steps_stand_in_reading_order_under_their_names() -> None:
    assert [step.name for step in Small.steps] == [
        "warning",
        "about",
        "safe",
        "urgent",
        "thanks",
        "what",
        "sent",
    ]
    assert Small.name == "small"


def test_a_flow_must_close_with_an_end_that_is_always_reached() -> None:
    with pytest.raises(TypeError, match="must end with an End"):

        class Open(Flow):
            title = T
            first = Choose(T, why=WHY, choices=YES_NO)
            end = End(T, when=first.was("yes"))


def test_a_flow_without_steps_is_refused() -> None:
    with pytest.raises(TypeError, match="must end with an End"):

        class Empty(Flow):
            title = T


def test_a_flow_needs_a_title() -> None:
    with pytest.raises(TypeError, match="title"):

        class Nameless(Flow):
            end = End(T)


def test_a_guard_cannot_look_forward() -> None:
    later = Choose(T, why=WHY, choices=YES_NO)
    with pytest.raises(TypeError, match="which is not before"):

        class Forward(Flow):
            title = T
            first = Say(T, when=later.was("yes"))
            second = later
            end = End(T)


def test_a_guard_cannot_look_at_itself() -> None:
    one = Choose(T, why=WHY, choices=YES_NO)
    one.when = ~one.is_answered
    with pytest.raises(TypeError, match="which is not before"):

        class Itself(Flow):
            title = T
            first = one
            end = End(T)


def test_a_guard_cannot_look_into_another_flow() -> None:
    with pytest.raises(TypeError, match="which is not before"):

        class Elsewhere(Flow):
            title = T
            first = Say(T, when=Small.about.was("me"))
            end = End(T)


def test_a_step_written_twice_is_refused() -> None:
    with pytest.raises(TypeError, match="two steps are called"):

        class Twice(Flow):
            title = T
            first = Say(T)
            first = Say(T)  # noqa: PIE794 - what is refused
            end = End(T)


def test_one_step_under_two_names_is_refused() -> None:
    with pytest.raises(TypeError, match="another name"):

        class Shared(Flow):
            title = T
            first = second = Say(T)
            end = End(T)


@pytest.mark.parametrize("name", ["name", "title", "steps", "also", "also_files"])
def test_names_that_mean_something_else_are_refused(name: str) -> None:
    body = {"title": T, name: Say(T), "end": End(T)}
    with pytest.raises(TypeError):
        type(Flow)("Taken", (Flow,), body)


def test_a_choice_cannot_have_the_code_of_a_control() -> None:
    with pytest.raises(ValueError, match="back"):
        Choose(T, why=WHY, back=T)


def test_a_choice_needs_something_to_choose_from() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Choose(T, why=WHY)
    with pytest.raises(ValueError, match="at least one"):
        ChooseMany(T, why=WHY)


def test_a_guard_names_only_choices_there_are() -> None:
    with pytest.raises(ValueError, match="no such choice"):
        Small.about.was("me", "nobody")
    with pytest.raises(ValueError, match="no such choice"):
        Kinds.needs.has("gold")
    with pytest.raises(ValueError, match="no such choice"):
        ChooseMany(T, why=WHY, exclusive={"gold"}, food=T)


def test_a_review_looks_back_only() -> None:
    what = Ask(T, why=WHY)
    with pytest.raises(TypeError, match="after it"):

        class Hasty(Flow):
            title = T
            review = Review(T, questions=(what,), show=T, go=T)
            later = what
            end = End(T)


def test_a_review_cannot_have_a_question_called_like_its_buttons() -> None:
    with pytest.raises(TypeError, match="another button"):

        class Mixed(Flow):
            title = T
            show = Ask(T, why=WHY)
            review = Review(T, questions=(show,), show=T, go=T)
            end = End(T)


def test_steps_are_renamed_only_to_steps_there_are() -> None:
    with pytest.raises(TypeError, match="do not exist"):

        class Lost(Flow):
            title = T
            renamed_steps: ClassVar[dict[str, str]] = {"old": "nowhere"}
            end = End(T)

    with pytest.raises(TypeError, match="still exist"):

        class Both(Flow):
            title = T
            renamed_steps: ClassVar[dict[str, str]] = {"first": "end"}
            first = Say(T)
            end = End(T)


def test_guards_read_aloud() -> None:
    about, safe = Small.about, Small.safe
    assert str(about.was("me", "other")) == "about is me or other"
    assert str(~about.was("me") & safe.is_answered) == "not (about is me) and safe was answered"
    assert str((about.is_answered | safe.is_answered) & Fact("staffed")) == (
        "(about was answered or safe was answered) and known: staffed"
    )
    assert str(about.is_answered & safe.is_answered | about.was("me")) == (
        "(about was answered and safe was answered) or about is me"
    )
    assert str(Kinds.needs.any("food", "bed")) == "needs has food or bed"
    assert str(Small.what.when) == "always"


def test_guards_hold_as_they_read() -> None:
    needs, about, known = Kinds.needs, Small.about, frozenset({"staffed"})
    answers = {"needs": ("food",), "about": "me", "people": 0, "files": (), "what": None}
    for guard, holds in (
        (needs.has("food"), True),
        (needs.has("bed"), False),
        (needs.any("bed", "food"), True),
        (about.was("me"), True),
        (~about.was("me"), False),
        (Small.safe.was("no"), False),
        (~Small.safe.was("no"), True),
        (Kinds.people.is_answered, True),
        (Kinds.files.is_answered, False),
        (Kinds.what.is_answered, False),
        (Fact("staffed") & about.is_answered, True),
        (Fact("police") | about.was("other"), False),
        (Fact("police") | about.is_answered, True),
    ):
        assert guard.holds(answers, known) is holds, str(guard)


def test_an_answer_is_read_in_the_type_its_question_asks_for() -> None:
    assert Small.about.answer_in({"about": "me"}) == "me"
    assert Small.about.answer_in({}) is None
