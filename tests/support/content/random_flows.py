"""Flows nobody wrote: what a flow is made of as data, so that a release can change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from bot.conversation import (
    ALWAYS,
    Ask,
    AskPlace,
    AskWhen,
    Begin,
    Choose,
    ChooseMany,
    Collect,
    Danger,
    End,
    Fact,
    FileRef,
    FilesInput,
    Flow,
    FlowRegistry,
    Guard,
    LocationInput,
    Menu,
    Number,
    Outcome,
    PressInput,
    Review,
    Say,
)
from bot.conversation.inputs import TextInput as Written
from bot.conversation.outcomes import ENDS_ALL_FLOWS
from bot.conversation.questions.question import Question
from bot.text import Text
from tests.support.content.small_flows import WHY, DangerFlow

if TYPE_CHECKING:
    from bot.conversation.steps import Step

CODES = ("a", "b", "c")
LABELS = {code: Text(code.upper()) for code in CODES}
FACTS = ("staffed", "police")
QUESTIONS = ("choose", "menu", "many", "ask", "number", "place", "when", "collect")
KINDS = (*QUESTIONS, "say", "begin", "danger", "end", "review")


@dataclass(frozen=True)
class StepPlan:
    """One step, before it is written into a class."""

    name: str
    kind: str
    guard: tuple[object, ...] = ()
    outcome: Outcome = Outcome.FINISHED


def guards(earlier: list[str]) -> st.SearchStrategy[tuple[object, ...]]:
    facts = st.tuples(st.just("known"), st.sampled_from(FACTS))
    if not earlier:
        return st.one_of(st.just(()), facts)
    leaf = st.one_of(
        facts,
        st.tuples(st.just("was"), st.sampled_from(earlier), st.sampled_from(CODES)),
        st.tuples(st.just("given"), st.sampled_from(earlier)),
    )
    return st.one_of(
        st.just(()),
        leaf,
        st.tuples(st.just("not"), leaf),
        st.tuples(st.sampled_from(("and", "or")), leaf, leaf),
    )


@st.composite
def plans(draw: st.DrawFn, *, kinds: tuple[str, ...] = KINDS) -> list[StepPlan]:
    steps: list[StepPlan] = []
    asked: list[str] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(kinds))
        name = f"s{number}"
        steps.append(StepPlan(name, kind, draw(guards(asked)), draw(st.sampled_from(OUTCOMES))))
        if kind in QUESTIONS:
            asked.append(name)
    return [*steps, StepPlan("last", "end", (), draw(st.sampled_from(OUTCOMES)))]


OUTCOMES = [outcome for outcome in Outcome if outcome not in ENDS_ALL_FLOWS]


def flow_of(
    plan: list[StepPlan], name: str, begins: str, renamed: dict[str, str] | None = None
) -> type[Flow]:
    """Write a plan down as a flow; guards on steps it does not have are left out."""
    steps: dict[str, Step] = {}
    for one in plan:
        steps[one.name] = _step(one, steps, begins)
    body: dict[str, object] = {"title": Text(name), "renamed_steps": renamed or {}, **steps}
    flow = type(Flow)(name.capitalize(), (Flow,), body)
    flow.name = name
    return flow


def book_of(*plan_of: list[StepPlan], renamed: dict[str, str] | None = None) -> FlowRegistry:
    """Return a book in which the first flow begins the second, and so on."""
    flows: list[type[Flow]] = [DangerFlow]
    for number, plan in reversed(list(enumerate(plan_of))):
        deeper = f"f{number + 1}" if number + 1 < len(plan_of) else "danger"
        flows.append(flow_of(plan, f"f{number}", deeper, None if number else renamed))
    return FlowRegistry(flows)


def _step(plan: StepPlan, steps: dict[str, Step], begins: str) -> Step:  # noqa: PLR0911 - one for each kind
    when, prompt = _guard(plan.guard, steps), Text(f"{plan.name}?")
    match plan.kind:
        case "say":
            return Say(Text(plan.name), when=when)
        case "begin":
            return Begin(begins, when=when)
        case "danger":
            return Danger(when=when)
        case "end":
            return End(Text(f"{plan.name}."), plan.outcome, when=when)
        case "review":
            asked = tuple(step for step in steps.values() if _can_be_reviewed(step))
            return Review(prompt, questions=asked, show=Text("Show"), go=Text("Go"), when=when)
        case "menu":
            return Menu(prompt, choices=LABELS, when=when)
        case _:
            return _question(plan.kind, prompt, when)


def _question(kind: str, prompt: Text, when: Guard) -> Step:  # noqa: PLR0911 - one for each kind
    match kind:
        case "choose":
            return Choose(prompt, why=WHY, choices=LABELS, when=when)
        case "many":
            return ChooseMany(prompt, why=WHY, choices=LABELS, exclusive={"c"}, when=when)
        case "number":
            return Ask(prompt, why=WHY, accepts=Number(0, 99), when=when)
        case "place":
            return AskPlace(prompt, why=WHY, counties=LABELS, when=when)
        case "when":
            return AskWhen(prompt, why=WHY, choices=LABELS, when=when)
        case "collect":
            return Collect(prompt, why=WHY, when=when)
        case _:
            return Ask(prompt, why=WHY, when=when)


def _can_be_reviewed(step: Step) -> bool:
    return isinstance(step, Question) and not isinstance(step, Review)


def _guard(plan: tuple[object, ...], steps: dict[str, Step]) -> Guard:  # noqa: PLR0911 - one for each kind
    match plan:
        case ("known", str(fact)):
            return Fact(fact)
        case ("was", str(name), str(code)):
            asked = steps.get(name)
            if isinstance(asked, Choose):
                return asked.was(code)
            return asked.has(code) if isinstance(asked, ChooseMany) else _given(asked)
        case ("given", str(name)):
            return _given(steps.get(name))
        case ("not", tuple(inner)):
            return ~_guard(inner, steps)
        case ("and", tuple(left), tuple(right)):
            return _guard(left, steps) & _guard(right, steps)
        case ("or", tuple(left), tuple(right)):
            return _guard(left, steps) | _guard(right, steps)
        case _:
            return ALWAYS


def _given(asked: Step | None) -> Guard:
    question: Question[object] | None = asked if isinstance(asked, Question) else None
    return question.is_answered if question is not None else ALWAYS


WORDS = st.sampled_from(["1", "2", "9", "1 3", "二", "", "2026-11-24", "hello"])
HEARD = st.one_of(
    st.sampled_from(CODES).map(PressInput),
    st.sampled_from(
        ["skip", "why", "back", "done", "keep", "clear", "show", "go", "s0", "s3", "also", "?"]
    ).map(PressInput),
    WORDS.map(Written),
    st.text(max_size=5).map(Written),
    st.just(FilesInput((FileRef("f", "photo"),), "")),
    st.just(FilesInput((FileRef("f", "voice"), FileRef("g", "voice")), "both")),
    st.just(LocationInput(1.5, 2.5)),
)
KNOWN = st.frozensets(st.sampled_from(FACTS))


@dataclass(frozen=True)
class FlowRelease:
    """What a new version does to the steps of a flow."""

    renamed: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[tuple[int, str], ...]

    def plan(self, old: list[StepPlan]) -> tuple[list[StepPlan], dict[str, str]]:
        gone = set(self.removed) - {"last"}
        names = {name: f"new_{name}" for name in self.renamed if name not in gone}
        new = [
            replace(one, name=names.get(one.name, one.name), guard=_renamed(one.guard, names, gone))
            for one in old
            if one.name not in gone
        ]
        for place, kind in self.added:
            new.insert(min(place, len(new) - 1), StepPlan(f"added{len(new)}", kind))
        return new, names


def _renamed(
    guard: tuple[object, ...], names: dict[str, str], gone: set[str]
) -> tuple[object, ...]:
    if guard and guard[0] in ("was", "given"):
        name = str(guard[1])
        return () if name in gone else (guard[0], names.get(name, name), *guard[2:])
    return tuple(_renamed(part, names, gone) if isinstance(part, tuple) else part for part in guard)


@st.composite
def releases(draw: st.DrawFn, plan: list[StepPlan]) -> FlowRelease:
    names = [one.name for one in plan]
    some = st.lists(st.sampled_from(names), unique=True, max_size=3).map(tuple)
    added = st.tuples(st.integers(0, 8), st.sampled_from(("say", "choose", "ask", "many")))
    return FlowRelease(draw(some), draw(some), tuple(draw(st.lists(added, max_size=2))))
