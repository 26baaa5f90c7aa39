from __future__ import annotations

from typing import ClassVar

import msgspec

from bot.conversation import (
    Ask,
    AskPlace,
    Choose,
    Collect,
    Danger,
    End,
    FileRef,
    FilesInput,
    Flow,
    FlowRegistry,
    Frame,
    Outcome,
    PlaceAnswer,
    Position,
    Review,
    Say,
    TimeAnswer,
    pack,
    unpack,
)
from bot.conversation.inputs import TextInput as Written
from bot.text import Text
from tests.support.content.small_flows import BOOK, WHY, YES_NO, DangerFlow, EngineSession

T = Text("Words.")
PHOTO = FileRef("p", "photo", 7, "door.jpg", "the door", "u", "image/jpeg")


class Old(Flow):
    title = T
    about = Choose(T, why=WHY, choices=YES_NO)
    story = Ask(T, why=WHY)
    files = Collect(T, why=WHY)
    gone = Ask(T, why=WHY)
    town = AskPlace(T, why=WHY, counties={})
    end = End(T, Outcome.REPORT_SUBMITTED)


Old.name = "report"


class New(Flow):
    title = T
    renamed_steps: ClassVar[dict[str, str]] = {"story": "what", "files": "shown", "town": "place"}
    hello = Say(Text("A new sentence."))
    about = Choose(T, why=WHY, choices=YES_NO)
    what = Ask(T, why=WHY)
    shown = Collect(T, why=WHY)
    place = AskPlace(T, why=WHY, counties={})
    also_new = Ask(Text("A new question."), why=WHY)
    end = End(T, Outcome.REPORT_SUBMITTED)


New.name = "report"

OLD, NEW = FlowRegistry([Old, DangerFlow]), FlowRegistry([New, DangerFlow])


def test_every_kind_of_answer_survives_being_stored() -> None:
    position = Position(
        [
            Frame(
                "kinds",
                "send",
                {
                    "code": "me",
                    "number": 3,
                    "none": None,
                    "ticks": ("food", "bed"),
                    "nothing": (),
                    "files": (PHOTO, FileRef("v", "voice")),
                    "county": PlaceAnswer("tpe"),
                    "point": PlaceAnswer(latitude=25.03, longitude=-121.5),
                    "day": TimeAnswer(date="2026-11-24", text="24.11.2026"),
                },
                ["warning"],
                {"files": (PHOTO,), "ticks": ("bed",)},
            )
        ],
        ["written beside"],
        [PHOTO],
    )
    stored = msgspec.msgpack.encode(pack(position))
    assert unpack(msgspec.msgpack.decode(stored), BOOK) == position
    assert unpack(msgspec.json.decode(msgspec.json.encode(pack(position))), BOOK) == position
    assert unpack(pack(position), BOOK) == position


def test_a_conversation_goes_on_after_a_restart_as_if_nothing_had_been() -> None:
    session, other = EngineSession("small"), EngineSession("small")
    for code in ("me", "no", "now"):
        session.restarts().does(code)
        other.does(code)
    assert session.turn == other.turn
    assert session.position == other.position


def test_answers_follow_their_steps_to_new_names() -> None:
    session = EngineSession("report", book=OLD).does(
        "yes", Written("They kept it"), FilesInput((PHOTO,))
    )
    session.restarts(NEW).does("done")
    assert session.top == {"about": "yes", "what": "They kept it", "shown": (PHOTO,)}
    assert session.step == "place"


def test_a_person_at_a_step_that_is_gone_is_asked_the_first_open_one() -> None:
    session = EngineSession("report", book=OLD).does("yes", Written("x"), "skip")
    assert session.step == "gone"
    session.restarts(NEW).writes("lost between two releases")
    assert session.step == "place"
    assert session.said == ["A new sentence.", "Words."]
    assert session.position.extra_texts == ["lost between two releases"]


def test_an_answer_whose_question_is_gone_is_handed_over_all_the_same() -> None:
    session = EngineSession("report", book=OLD).does("yes", "skip", "skip", Written("told before"))
    session.restarts(NEW).does("skip", "skip")
    assert session.answers["report"]["gone"] == "told before"


def test_a_flow_that_is_gone_leaves_its_words_behind() -> None:
    session = EngineSession("kinds").begins("small").does("me", "yes")
    session.position.frames[0].answers["where"] = PlaceAnswer(text="the harbour")
    session.position.frames[0].partial_answers["files"] = (PHOTO,)
    session.restarts(
        FlowRegistry([flow.flow for name, flow in BOOK.compiled.items() if name != "kinds"])
    )
    assert [frame.flow for frame in session.position.frames] == ["small"]
    assert session.position.extra_texts == ["the harbour"]
    assert session.position.extra_files == [PHOTO]
    session.writes("went on")
    assert session.came == [("small", "report_submitted")]


def test_a_flow_with_a_new_name_is_picked_up() -> None:
    class Renamed(Flow):
        title = T
        former_names: ClassVar[tuple[str, ...]] = ("report",)
        about = Choose(T, why=WHY, choices=YES_NO)
        story = Ask(Text("And then?"), why=WHY)
        end = End(T, Outcome.REPORT_SUBMITTED)

    session = EngineSession("report", book=OLD).does("yes").restarts(FlowRegistry([Renamed]))
    assert session.position.frames[0].flow == "renamed"
    session.writes("It went on")
    assert session.answers["renamed"] == {"about": "yes", "story": "It went on"}


def test_a_question_that_became_a_message_strands_no_one() -> None:
    class Changed(Flow):
        title = T
        about = Say(Text("No question any more."))
        story = Ask(Text("What happened?"), why=WHY)
        end = End(T)

    Changed.name = "report"
    session = EngineSession("report", book=OLD).restarts(FlowRegistry([Changed])).does("yes")
    assert session.said == ["No question any more.", "What happened?"]


def test_what_was_asked_can_be_found_by_its_former_name() -> None:
    found = NEW.question("report", "story")
    assert found is not None
    assert found.name == "what"
    assert NEW.question("report", "gone") is None
    assert NEW.question("nowhere", "gone") is None


class Before(Flow):
    title = T
    safe = Choose(T, why=WHY, choices=YES_NO)
    urgent = Danger(when=safe.was("no"))
    story = Ask(T, why=WHY)
    end = End(T)


class After(Flow):
    title = T
    renamed_steps: ClassVar[dict[str, str]] = {"urgent": "danger_first", "safe": "safe_now"}
    safe_now = Choose(T, why=WHY, choices=YES_NO)
    danger_first = Danger(when=safe_now.was("no"))
    age = Choose(Text("How old?"), why=WHY, choices=YES_NO)
    story = Ask(T, why=WHY)
    review = Review(T, questions=(safe_now, story), show=T, go=T)
    end = End(T)


Before.name = After.name = "report"


def test_a_flow_that_came_back_is_not_begun_again_under_its_new_name() -> None:
    session = EngineSession("report", book=FlowRegistry([Before, DangerFlow])).does("no", "not_yet")
    session.restarts(FlowRegistry([After, DangerFlow])).does(
        Written("x"), "show", "story", Written("y")
    )
    assert session.step == "review"
    session.does("show", "safe_now", "no")
    assert [frame.flow for frame in session.position.frames] == ["report"]
    assert session.step == "age"


def test_a_restart_leaves_only_marks_of_steps_there_are() -> None:
    session = EngineSession("report", book=OLD).does("yes", Written("x"), "skip").begins("danger")
    session.restarts(NEW).does("not_yet")
    assert session.position.frames[0].done_steps == ["hello"]
