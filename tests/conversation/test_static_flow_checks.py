"""Each static check with a flow that fails it; the real flows pass all of them."""

from __future__ import annotations

import pytest

from bot.conversation import (
    Ask,
    Begin,
    Choose,
    ChooseMany,
    Collect,
    Danger,
    Decide,
    End,
    Fact,
    Flow,
    FlowRegistry,
    Outcome,
    Say,
)
from bot.conversation.machine import FORWARD
from bot.conversation.registry import CompiledFlow
from bot.conversation.tools.checks import check_flows, find_problems
from bot.conversation.tools.paths import explore
from bot.errors import FlowCheckError
from bot.places.place import all_blanks
from bot.text import Text
from flows import ALL_FLOWS
from tests.support.content.small_flows import BOOK, WHY, YES_NO, DangerFlow, Small

T = Text("Words.")


def found(*flows: type[Flow]) -> list[str]:
    return list(find_problems(FlowRegistry([DangerFlow, *flows])))


def test_the_real_flows_pass_every_check() -> None:
    check_flows(FlowRegistry(ALL_FLOWS), all_blanks())


def test_the_small_flows_of_these_tests_are_sound() -> None:
    assert list(find_problems(BOOK)) == []


def test_a_step_that_is_never_reached_is_found() -> None:
    class Unreached(Flow):
        title = T
        about = Decide(T, why=WHY, choices=YES_NO)
        end_early = End(T, when=about.was("yes", "no"))
        never = Say(T)
        end = End(T)

    assert found(Unreached) == [
        "unreached: never is never reached",
        "unreached: end is never reached",
    ]


def test_a_guard_that_contradicts_itself_is_found() -> None:
    class Contradiction(Flow):
        title = T
        needs = ChooseMany(T, why=WHY, exclusive={"none"}, food=Text("Food"), none=Text("None"))
        both = Say(T, when=needs.has("food") & needs.has("none"))
        known = Say(T, when=Fact("staffed") & ~Fact("staffed"))
        end = End(T)

    assert found(Contradiction) == [
        "contradiction: both is never reached",
        "contradiction: known is never reached",
    ]


def test_own_words_before_the_warning_are_found() -> None:
    class Unwarned(Flow):
        title = T
        about = Choose(T, why=WHY, choices=YES_NO)
        warning = Say(T, when=about.was("yes"))
        what = Ask(T, why=WHY)
        end = End(T)

    assert found(Unwarned) == [
        "unwarned: what takes the person's own words before a Say called warning"
    ]


def test_a_way_that_can_be_closed_is_found() -> None:
    book = FlowRegistry([DangerFlow, Small])
    book.compiled["small"] = CompiledFlow(Small)  # one of its own, to be spoiled
    for way in book.compiled["small"].machine.events[FORWARD].transitions["what"]:
        way.conditions = [None]  # any condition at all
    assert list(find_problems(book)) == ["small: from what there may be no way on"]


def test_a_question_that_does_not_say_why_is_found() -> None:
    class Silent(Flow):
        title = T
        about = Choose(T, why=None, choices=YES_NO)
        end = End(T)

    assert found(Silent) == ["silent: about does not say why it is asked"]


def test_an_open_question_that_cannot_be_skipped_is_found() -> None:
    class AskInsisting(Ask):
        skippable = False

    class Insisting(Flow):
        title = T
        warning = Say(T)
        what = AskInsisting(T, why=WHY)
        end = End(T)

    assert found(Insisting) == ["insisting: what cannot be skipped"]


def test_an_open_question_without_controls_is_found() -> None:
    class Bare(Flow):
        title = T
        warning = Say(T)
        files = Collect(T, why=WHY)
        end = End(T)

    Bare.files.controls = False
    assert found(Bare) == ["bare: files has no controls"]


def test_buttons_that_read_alike_are_found() -> None:
    class Alike(Flow):
        title = T
        about = Choose(T, why=WHY, a=Text("Yes"), b=Text("YES "), c=Text(" "))
        end = End(T)

    assert found(Alike) == [
        "alike: about has two buttons that read alike",
        "alike: about has a button without words",
    ]


def test_a_blank_that_nothing_fills_is_found() -> None:
    class Blank(Flow):
        title = T
        hello = Say(Text("Hello {first_name} from {organisation}."))
        end = End(T)

    assert found(Blank) == ["blank: hello has the blank {first_name}, which nothing fills"]


def test_a_question_put_without_the_danger_button_is_found() -> None:
    class Quiet(Choose):
        def ask(self, *args: object, **kwargs: object) -> object:
            asked = super().ask(*args, **kwargs)
            return type(asked)(asked.text)

    class Hidden(Flow):
        title = T
        about = Quiet(T, why=WHY, choices=YES_NO)
        end = End(T)

    assert found(Hidden) == ["hidden: about is asked without the button for danger"]


def test_a_flow_that_begins_nothing_known_is_found() -> None:
    class Lost(Flow):
        title = T
        there = Begin("nowhere")
        end = End(T)

    assert found(Lost) == ["lost begins nowhere, which does not exist"]


def test_flows_that_begin_one_another_in_a_circle_are_found() -> None:
    class Ring(Flow):
        title = T
        there = Begin("round")
        end = End(T)

    class Round(Flow):
        title = T
        there = Begin("ring")
        end = End(T)

    assert found(Ring, Round) == [
        "ring begins itself in a circle",
        "round begins itself in a circle",
    ]


def test_flows_that_lie_too_deep_are_found() -> None:
    def one(number: int, begun: str) -> type[Flow]:
        return type(Flow)(f"Deep{number}", (Flow,), {"title": T, "b": Begin(begun), "e": End(T)})

    deep = [one(0, "danger"), *(one(number, f"deep{number - 1}") for number in range(1, 6))]
    assert found(*deep) == [
        "deep4 is 6 flows deep; at most 5 are allowed",
        "deep5 is 7 flows deep; at most 5 are allowed",
    ]


def test_missing_danger_flow_is_detected() -> None:
    class Alone(Flow):
        title = T
        urgent = Danger()
        end = End(T)

    assert list(find_problems(FlowRegistry([Alone]))) == [
        "alone begins danger, which does not exist",
        "there is no flow danger",
    ]


def test_danger_that_asks_first_or_alerts_no_one_is_found() -> None:
    class Slow(Flow):
        title = T
        tell = Choose(T, why=WHY, choices=YES_NO)
        numbers = Say(Text("{numbers}"))
        end = End(T)

    Slow.name = "danger"
    assert list(find_problems(FlowRegistry([Slow]))) == [
        "danger: does not begin with the numbers to call",
        "danger: no end tells a caseworker",
    ]


def test_everything_is_told_at_once() -> None:
    class Bad(Flow):
        title = T
        about = Choose(T, why=None, choices=YES_NO)
        what = Ask(T, why=None)
        end = End(T, Outcome.FINISHED)

    with pytest.raises(FlowCheckError) as raised:
        check_flows(FlowRegistry([Bad]))
    assert len(str(raised.value).splitlines()) == 4


def test_only_ways_that_can_be_taken_are_seen() -> None:
    assert ("about", "safe") in explore(Small).edges
    assert ("about", "thanks") in explore(Small).edges
    assert ("about", "what") not in explore(Small).edges
    assert ("about", "urgent") not in explore(Small).edges


def test_two_flows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two flows are called small"):
        FlowRegistry([Small, Small])
