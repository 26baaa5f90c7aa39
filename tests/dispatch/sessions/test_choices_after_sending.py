"""What is asked after sending counts as it did before, and "Only when I write" shows the answer."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.conversation.state import Frame, Position
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.languages import LANGUAGES, LOCALES
from bot.messages import DeleteMessages
from flows.requests.report import Report
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    place_at,
    quarantine_reasons,
    send_report,
    start_report,
)
from tests.support.harnesses.hotline_harness import ALWAYS, NEVER, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

LONG = SESSION_TIMEOUT // SECOND + 60
WORD = "mangga tua"
ANSWER = "You can come to us tomorrow."


def sent(home: HotlineHarness) -> ChatPerson:
    person = home.person()
    start_report(person)
    person.presses("Send")
    return person


def rule_of(home: HotlineHarness) -> str:
    ((rule,),) = home.ask("SELECT contact FROM cases")
    return str(rule)


@pytest.mark.parametrize(
    ("presses", "rule"),
    [
        (("Any time",), "any_time"),
        (("At certain hours", "Morning", "Evening", "Done"), "hours:morning,evening"),
        (("At certain hours", "Skip"), ""),
        (("Only when I write", "Skip"), "when_i_write"),
        (("Skip",), ""),
    ],
)
def test_the_contact_rule_is_asked_first_and_counts_at_once(
    hotline: HotlineHarness, presses: tuple[str, ...], rule: str
) -> None:
    person = sent(hotline)
    assert person.last == phrases.CONTACT_QUESTION.source
    person.presses(*presses)
    assert rule_of(hotline) == rule
    assert current_step(person) == ("afterwards", "what_now")


def test_until_it_is_answered_the_strictest_rule_holds(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    assert rule_of(hotline) == ""
    person.says("/bye")
    assert rule_of(hotline) == ""


def test_a_choice_without_a_case_opens_none(hotline: HotlineHarness) -> None:
    person = hotline.person()
    place_at(person, Position([Frame("contact", "contact_rule")]))
    person.presses("Any time")
    assert cases_of(hotline) == []
    assert quarantine_reasons(hotline) == []


def test_only_when_i_write_shows_the_answer_to_who_knows_the_word(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    heard = person.presses("Only when I write")
    assert heard[0] == phrases.CONTACT_SILENT.source
    assert current_step(person) == ("passphrase", "word")
    person.says(WORD)
    person.presses("One word is enough")
    assert current_step(person) == ("afterwards", "what_now")
    hotline.advance_time(LONG)
    mei = hotline.colleague()
    case = mei.claims()
    mei.take_over(case)
    before = len(person.texts)
    mei.says(case, ANSWER)
    assert len(person.texts) == before  # it is silent until the person writes
    person.says("hello")
    person.presses("English", "I have written before")
    assert ANSWER not in person.texts
    person.says(WORD)
    hotline.run(hotline.close_writer_idle(5.0))
    hotline.settle()
    assert ANSWER in person.texts


def test_without_the_word_the_chat_is_that_of_a_stranger(hotline: HotlineHarness) -> None:
    """The negative control, and what is promised: nothing shows that there is a case."""
    person = sent(hotline)
    person.presses("Only when I write", "Skip")
    hotline.advance_time(LONG)
    mei = hotline.colleague()
    case = mei.claims()
    mei.take_over(case)
    mei.says(case, ANSWER)
    stranger = hotline.person()
    stranger.account.update({**person.account, "id": stranger.id})
    for step in ("hello", "English", "I have written before", "wrong word"):
        assert person.says(step) == stranger.says(step)
        assert person.labels() == stranger.labels()
    assert ANSWER not in person.texts


def test_what_is_said_about_the_word_vanishes_with_the_next_step(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    person.presses("Only when I write")
    person.presses("Skip")
    assert phrases.CONTACT_SILENT.source not in person.texts
    assert any(isinstance(body, DeleteMessages) for _, body in hotline.post.arrived)


def test_after_too_short_a_word_the_person_reads_again_how_they_see_our_answer(
    hotline: HotlineHarness,
) -> None:
    person = sent(hotline)
    person.presses("Only when I write")
    for _ in range(2):
        heard = person.says("abc")
        assert heard[:2] == [phrases.CONTACT_SILENT.source, phrases.PASSPHRASE_TOO_SHORT.source]
        assert current_step(person) == ("passphrase", "word")
    person.says(WORD)
    assert phrases.CONTACT_SILENT.source not in person.texts


def test_a_person_on_duty_makes_talking_a_matter_of_this_day(tmp_path: Path) -> None:
    found = {}
    for hours in (ALWAYS, NEVER):
        folder = tmp_path / f"hours{hours[:2]}"
        folder.mkdir()
        home = HotlineHarness(folder, hours=hours)
        person = home.person()
        person.says("/start")
        person.presses("English", "Talk to a person", "I am safe here", "Send")
        found[hours] = cases_of(home)[0].priority
        home.close()
    assert found == {ALWAYS: Priority.WITHIN_A_DAY, NEVER: Priority.STANDARD}


def test_alarming_words_before_talking_make_it_an_emergency(hotline: HotlineHarness) -> None:
    person = hotline.person()
    person.says("/start")
    person.presses("English", "Talk to a person")
    person.says("he has a knife, help me now")
    person.presses("Not yet", "Send")  # it was also the answer: not safe
    assert cases_of(hotline)[0].priority == Priority.EMERGENCY


@pytest.mark.parametrize("speaks", ["en", "th"])
def test_before_sending_is_said_whether_somebody_speaks_the_language(
    tmp_path: Path, speaks: str
) -> None:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    home.colleague(languages=(speaks,))
    person = home.person()
    person.says("/start")
    heard = person.presses("English", "Talk to a person", "I am safe here")
    assert "is here now" in heard[0]
    assert ("may not speak your language" in heard[0]) == (speaks != "en")
    home.close()


@pytest.mark.parametrize("is_on_duty", [True, False])
def test_at_night_the_hours_fit_what_was_said_of_who_is_here(
    tmp_path: Path, is_on_duty: bool
) -> None:
    home = HotlineHarness(tmp_path, hours="23:00-23:01")
    if is_on_duty:
        home.colleague()
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here", "Send")
    said = "\n".join(person.texts)
    assert ("Someone from Hope House is here now" in said) == is_on_duty
    assert ("People usually read: every day" in said) == is_on_duty
    assert ("When people read: every day" in said) != is_on_duty
    home.close()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_why_is_answered_in_every_language_where_it_has_no_button(
    hotline: HotlineHarness, tag: str
) -> None:
    with (LOCALES / tag / "answers.toml").open("rb") as file:
        words = tomllib.load(file)["synonyms"]["Why do you ask?"]
    assert len(words) >= 5
    person = hotline.person()
    for step in ("needs", "what"):
        position = Position([Frame("report", step, {"about": "me", "safe": "safe"}, ["warning"])])
        if step == "what":
            position.frames[0].answers |= {"needs": None, "keep": "may", "under_18": None}
        place_at(person, position, language=tag)
        assert "why" not in [button.token for button in person.buttons()]
        for typed in words:
            hotline.advance_time(60)  # a burst is answered once
            assert len(person.says(typed)) == 2, typed
            assert current_step(person) == ("report", step), typed
            assert step not in frames(person)[-1].answers


@pytest.mark.parametrize(
    ("step", "answers", "asked"),
    [
        ("under_18", {"about": "me"}, "safe"),
        ("safe", {"about": "me", "under_18": "adult"}, "safe"),
        ("keep", {"about": "me", "under_18": "adult", "safe": "safe"}, "needs"),
        ("hurt", {"about": "me", "under_18": "adult", "safe": "safe", "keep": "may",
                  "needs": ("food",)}, "what"),
        ("contact_rule", {"about": "me", "under_18": "adult", "safe": "safe", "keep": "may",
                          "needs": ("food",), "what": "x", "hurt": None}, "send"),
        ("needs", {"about": "me", "under_18": "adult", "safe": "safe", "keep": "may"}, "needs"),
    ],
)  # fmt: skip
def test_a_draft_of_an_earlier_release_goes_on_at_the_first_open_question(
    hotline: HotlineHarness, step: str, answers: dict[str, object], asked: str
) -> None:
    """In 0.2.0 age came before safety, and everything before Send."""
    person = hotline.person()
    draft = Position([Frame("report", step, dict(answers), ["warning", "age_first"])])  # type: ignore[arg-type]
    place_at(person, draft)
    person.says("/help")
    assert current_step(person) == ("report", asked)
    assert frames(person)[-1].answers == answers
    assert quarantine_reasons(hotline) == []


def test_a_rule_chosen_before_sending_in_an_earlier_release_still_counts(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    answers = {
        "about": "me", "under_18": "adult", "safe": "safe", "keep": "may", "needs": None,
        "what": "they took it", "contact_rule": "any_time", "call_me": "Ani",
    }  # fmt: skip
    place_at(person, Position([Frame("report", "send", dict(answers))]))
    person.presses("Send")
    assert rule_of(hotline) == "any_time"
    assert cases_of(hotline)[0].sent[0].answers["call_me"] == "Ani"


def test_old_reports_name_the_questions_that_another_flow_asks_now(
    hotline: HotlineHarness,
) -> None:
    registry = hotline.house.setting.registry
    for step, flow in phrases.MOVED_STEPS.items():
        assert registry.question("report", step) is registry.question(flow, step) is not None
    assert registry.question("report", "depth") is None


def test_an_addition_after_more_choices_comes_to_the_menu_again(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("More choices", "Skip", "You may tell them", "Skip")
    assert current_step(person) == ("afterwards", "what_now")
    assert [one.kind for one in cases_of(hotline)[0].sent] == ["report", "addition"]


def test_a_new_question_is_reached_by_old_buttons_of_the_same_number() -> None:
    assert list(Report.send.choices)[:2] == list(phrases.SEND_NOW)


@pytest.mark.parametrize(("silent", "asked"), [(False, "under_18"), (True, "keep")])
def test_after_alarming_words_storing_is_not_asked_about_until_a_silence(
    hotline: HotlineHarness, silent: bool, asked: str
) -> None:
    """After a silence nothing may show that there were such words."""
    person = hotline.person()
    start_report(person, until="needs")
    person.says("he has a knife, help me now")
    person.presses("Not yet")
    if silent:
        hotline.advance_time(LONG)
        person.says("hi")
        person.presses("Nobody can see")
    person.presses("Skip")
    assert current_step(person) == ("report", asked)
