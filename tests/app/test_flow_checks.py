"""Every proof over paths and languages, and beside each something that it must find."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.app.flow_checks import FlowCheck, count_paths, run_flow_checks, strict_catalogues
from bot.app.phrase_list import (
    LANGUAGE_NAMES,
    phrases_of_flows,
    phrases_of_place,
    phrases_outside_flows,
)
from bot.app.texts import build_system_texts
from bot.cli.main import app
from bot.conversation import (
    Ask,
    Card,
    Choose,
    Collect,
    Decide,
    End,
    Fact,
    Flow,
    FlowRegistry,
    Outcome,
    Phrase,
    Say,
)
from bot.conversation.tools.paths import KEPT, SENT, WARNED, count_ways, visits
from bot.languages import LANGUAGES, catalogue
from bot.places.taiwan import TAIWAN
from bot.settings import Settings
from bot.text import Text, pgettext
from flows import ALL_FLOWS
from flows.texts import hotline, phrases
from flows.texts.phrasebook import PHRASES
from tests.support.content.catalogue_files import ALWAYS_WHOLE, read_in
from tests.support.content.small_flows import WHY, YES_NO, DangerFlow

if TYPE_CHECKING:
    from bot.text import Catalogue

T = Text("Words.")
PHRASING = build_system_texts(
    Settings(organisation="Garden", contact="example.org", hours="09:00-21:00")
)
SENDS = {"send": Text("Send"), "later": Text("Not now")}
WHOLE = [tag for tag in ALWAYS_WHOLE if tag in LANGUAGES]


def proofs(*flows: type[Flow], spoken: dict[str, Catalogue] | None = None) -> dict[str, FlowCheck]:
    book = FlowRegistry([DangerFlow, *flows])
    found = run_flow_checks(book, PHRASING, TAIWAN, spoken or strict_catalogues({}))
    return {proof.name: proof for proof in found}


def faults(name: str, *flows: type[Flow], spoken: dict[str, Catalogue] | None = None) -> list[str]:
    return proofs(*flows, spoken=spoken)[name].faults


@cache
def house() -> dict[str, FlowCheck]:
    spoken = strict_catalogues({tag: read_in(tag) for tag in WHOLE})
    proved = run_flow_checks(
        FlowRegistry(ALL_FLOWS), PHRASING, TAIWAN, spoken, phrases_outside_flows()
    )
    return {it.name: it for it in proved}


@pytest.mark.parametrize("name", sorted(proofs()))
def test_the_real_flows_pass_every_check_in_complete_languages(name: str) -> None:
    proof = house()[name]
    assert proof.faults == []
    assert proof.examined > 0
    assert proof.holds


def test_many_ways_were_followed() -> None:
    assert count_paths(FlowRegistry(ALL_FLOWS)) > 10_000
    assert house()["complete"].examined > 300 * len(WHOLE)


def test_a_proof_that_looked_at_nothing_does_not_hold() -> None:
    assert not FlowCheck("empty", "nothing").holds


# --- Ways, counted ----------------------------------------------------------------------------


class Two(Flow):
    title = T
    about = Decide(T, why=WHY, choices=YES_NO)
    more = Say(T, when=about.was("yes"))
    known = Say(T, when=Fact("staffed"))
    end = End(T)


def test_ways_are_counted_by_answers_and_facts_that_matter() -> None:
    assert count_ways(Two) == len(YES_NO) * 2


def test_what_was_agreed_to_is_known_at_every_step() -> None:
    class Agreed(Flow):
        title = T
        warning = Say(T)
        keep = Choose(T, why=WHY, choices={"may": Text("Keep"), "dont": Text("Do not")})
        gone = End(T, when=keep.was("dont"))
        what = Ask(T, why=WHY)
        send = Decide(T, why=WHY, choices=SENDS)
        left = End(T, Outcome.STOPPED, when=send.was("later"))
        end = End(T, Outcome.REPORT_SUBMITTED)

    passed = {visit.step.name: visit.marks for visit in visits(Agreed)}
    assert passed["keep"] == {WARNED}
    assert passed["end"] >= {WARNED, SENT}
    assert any(v.step.name == "what" and KEPT in v.marks for v in visits(Agreed))


# --- What each proof must find ------------------------------------------------------------------


def test_a_flow_that_is_not_sound_is_found() -> None:
    class Unreached(Flow):
        title = T
        about = Decide(T, why=WHY, choices=YES_NO)
        early = End(T, when=about.was(*YES_NO))
        end = End(T)

    assert "unreached: end is never reached" in faults("structure", Unreached)


def test_own_words_before_consent_are_found() -> None:
    class Greedy(Flow):
        title = T
        warning = Say(T)
        what = Ask(T, why=WHY)
        keep = Choose(T, why=WHY, choices={"may": Text("Keep"), "dont": Text("Do not")})
        gone = End(T, when=keep.was("dont"))
        send = Decide(T, why=WHY, choices=SENDS)
        left = End(T, Outcome.STOPPED, when=send.was("later"))
        end = End(T, Outcome.REPORT_SUBMITTED)

    assert faults("consent", Greedy) == ["greedy.what asks for free text before consent"]


def test_handing_over_answers_that_were_not_sent_is_found() -> None:
    class Hasty(Flow):
        title = T
        warning = Say(T)
        what = Ask(T, why=WHY)
        end = End(T, Outcome.REPORT_SUBMITTED)

    assert faults("consent", Hasty) == ["hasty.end hands over what was not sent"]


def test_own_words_before_the_warning_are_found() -> None:
    class Unwarned(Flow):
        title = T
        files = Collect(T, why=WHY)
        end = End(T)

    assert faults("warning", Unwarned) == ["unwarned.files precedes the warning"]


def test_a_step_without_danger_and_stop_is_found() -> None:
    class Quiet(Choose):
        def ask(self, *args: object, **kwargs: object) -> object:
            asked = super().ask(*args, **kwargs)
            return type(asked)(asked.text)

    class Hidden(Flow):
        title = T
        about = Quiet(T, why=WHY, choices=YES_NO)
        end = End(T)

    found = proofs(Hidden)
    assert found["exits"].faults == ["hidden.about has no exit in en"]
    assert found["caseworker"].faults == [
        "hidden.about offers no person",
        "hidden.about has no danger button",
    ]


def test_a_question_without_a_person_is_found() -> None:
    class Alone(Flow):
        title = T
        offers_person = False
        card = Card(T, choices={"next": Text("Next")})
        other = Card(T, choices={"talk": Text("Talk")})
        end = End(T)

    assert faults("caseworker", Alone) == ["alone.card offers no person"]


def test_consent_left_out_where_nothing_hurries_is_found() -> None:
    class Lazy(Flow):
        title = T
        warning = Say(T)
        about = Choose(T, why=WHY, choices=YES_NO)
        keep = Decide(
            T,
            why=WHY,
            choices={"may": Text("Keep"), "dont": Text("Do not")},
            when=~about.was("yes"),
        )
        gone = End(T, when=keep.was("dont"))
        what = Ask(T, why=WHY)
        send = Decide(T, why=WHY, choices=SENDS)
        left = End(T, Outcome.STOPPED, when=send.was("later"))
        end = End(T, Outcome.REPORT_SUBMITTED)

    assert faults("consent", Lazy) == ["lazy.keep is left out where nothing hurries"]


def test_consent_may_be_left_out_once_staff_read() -> None:
    class Read(Flow):
        title = T
        warning = Say(T)
        keep = Decide(
            T,
            why=WHY,
            choices={"may": Text("Keep"), "dont": Text("Do not")},
            when=~Fact("told"),
        )
        gone = End(T, when=keep.was("dont"))
        what = Ask(T, why=WHY)
        send = Decide(T, why=WHY, choices=SENDS)
        left = End(T, Outcome.STOPPED, when=send.was("later"))
        end = End(T, Outcome.REPORT_SUBMITTED)

    assert faults("consent", Read) == []


def test_a_dead_end_is_found() -> None:
    class Welcome(Flow):
        title = T
        menu = Decide(T, why=WHY, choices=YES_NO)
        end = End(T)

    assert faults("dead ends", Welcome) == ["welcome.end leads nowhere"]


def speaking(**words: str) -> dict[str, Catalogue]:
    """Return English, and a language that says these things otherwise."""

    class Spoken(NullTranslations):
        def gettext(self, message: str) -> str:
            return words.get(message.replace(" ", "_").rstrip("."), message)

    return {**strict_catalogues({}), "id": Spoken()}


class Plain(Flow):
    title = T
    hello = Say(Text("Call 5 of {organisation}"))
    end = End(T)


@pytest.mark.parametrize(
    ("proof", "says"),
    [
        ("complete", ""),
        ("placeholders", "Telepon 6 {organisation}"),
        ("placeholders", "Telepon 5 {organisasi}"),
        ("placeholders", "Telepon 5 <b>{organisation}"),
        ("placeholders", "Telepon 5 \u202e{organisation}"),
        ("length", "Telepon 5 {organisation}" + "x" * 300),
        ("forbidden words", "Telepon 5 {organisation} korban"),
        ("forbidden words", "Telepon 5 {organisation}!"),
        ("lock screen", "Polisi 5 {organisation}"),
    ],
)
def test_a_translation_that_breaks_it_is_found(proof: str, says: str) -> None:
    spoken = speaking(**{"Call_5_of_{organisation}": says})
    found = faults(proof, Plain, spoken=spoken)
    assert found
    assert all(fault.startswith("id: plain.hello") for fault in found)
    assert faults(proof, Plain, spoken=strict_catalogues({})) == []


def test_an_untranslated_phrase_is_found() -> None:
    spoken = strict_catalogues({"id": NullTranslations()})
    assert "id: plain.hello is not translated" in faults("complete", Plain, spoken=spoken)


def test_a_number_in_a_flow_is_found() -> None:
    class Dialled(Flow):
        title = T
        hello = Say(Text("In Taiwan call 110."))
        end = End(T)

    assert faults("numbers", Dialled) == ["dialled.hello has a number in its words"]


def test_a_shaming_or_promising_word_is_found_in_english() -> None:
    class Promising(Flow):
        title = T
        hello = Say(Text("You will be free, victim."))
        end = End(T)

    assert len(faults("forbidden words", Promising)) == 2


def test_a_place_that_says_too_much_is_found() -> None:
    line = replace(TAIWAN.sentences["ambulance_line"], text=Text("x" * 301))
    place = replace(TAIWAN, sentences={**TAIWAN.sentences, "ambulance_line": line})
    found = run_flow_checks(
        FlowRegistry([DangerFlow, Plain]), PHRASING, place, strict_catalogues({})
    )
    short = next(proof for proof in found if proof.name == "length")
    assert "en: taiwan ambulance_line is 301 characters long" in short.faults


# --- What is said beside flows ------------------------------------------------------------------


def texts() -> set[Text]:
    return {
        it.text
        for it in (
            *phrases_of_flows(FlowRegistry(ALL_FLOWS), TAIWAN, phrases_outside_flows()),
            *phrases_of_place(TAIWAN),
        )
    }


def test_flow_checks_cover_the_phrases_outside_flows() -> None:
    looked_at = texts()
    for phrase in PHRASES.values():
        own_names = {it for it in phrase.replies.values() if it.source in LANGUAGE_NAMES}
        assert {phrase.text, *phrase.replies.values()} - own_names <= looked_at, phrase.code
    assert {
        hotline.CASEWORKER_JOINED,
        *hotline.NEXT_STEP.values(),
        hotline.REFERRAL["screen"],
    } <= looked_at
    assert {
        phrases.CHAT_CLEARED,
        phrases.DAILY_LIMIT,
        *phrases.COMMAND_DESCRIPTIONS.values(),
    } <= looked_at
    for entry in TAIWAN.directory.values():
        assert (
            not entry.is_verified
            or {entry.answered_by, entry.call_text or entry.answered_by} <= looked_at
        )


def test_unverified_directory_entries_are_not_checked_as_spoken_text() -> None:
    unread = {entry.answered_by for entry in TAIWAN.directory.values() if not entry.is_verified}
    assert unread
    assert not unread & texts()


@pytest.mark.parametrize(
    ("proof", "says", "fault"),
    [
        ("complete", "", "phrasebook opener is not translated"),
        ("placeholders", "Halo. Telepon 5?", "phrasebook opener: other digits"),
        ("length", "x" * 301, "phrasebook opener is 301 characters long"),
        ("forbidden words", "Halo, kasus ini?", "phrasebook opener says kasus"),
        ("lock screen", "Polisi di sini?", "phrasebook opener shows polisi"),
    ],
)
def test_a_translation_of_the_phrasebook_that_breaks_it_is_found(
    proof: str, says: str, fault: str
) -> None:
    spoken = speaking(**{"Hello._Is_this_a_good_moment_to_write?": says})
    proved = run_flow_checks(
        FlowRegistry([DangerFlow]), PHRASING, TAIWAN, spoken, phrases_outside_flows()
    )
    assert f"id: {fault}" in next(it for it in proved if it.name == proof).faults


def test_a_wide_reply_and_a_number_outside_the_flows_are_found() -> None:
    beside = [("a", pgettext("reply", "Somewhere far away from here")), ("b", Text("Call 113."))]
    proved = run_flow_checks(
        FlowRegistry([DangerFlow]), PHRASING, TAIWAN, strict_catalogues({}), beside
    )
    found = {it.name: it.faults for it in proved}
    assert found["length"] == ["en: a is 28 columns wide"]
    assert found["numbers"] == ["b has a number in its words"]


def test_an_answer_of_the_directory_that_promises_is_found() -> None:
    entry = replace(TAIWAN.directory["1955"], answered_by=Text("they will help"))
    place = replace(TAIWAN, directory={**TAIWAN.directory, "1955": entry})
    proved = run_flow_checks(FlowRegistry([DangerFlow]), PHRASING, place, strict_catalogues({}))
    unsaid = next(it for it in proved if it.name == "forbidden words")
    assert unsaid.faults == ["en: taiwan 1955 answered_by says will"]


# --- The command --------------------------------------------------------------------------------


def test_the_command_prints_every_proof_with_its_count() -> None:
    done = CliRunner().invoke(app, ["flows", "check", "--json"])
    catalogue.cache_clear()
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["paths"] == count_paths(FlowRegistry(ALL_FLOWS))
    assert {it["name"] for it in found["checks"]} == house().keys()
    assert all(it["holds"] and it["examined"] for it in found["checks"])


def test_the_command_fails_for_a_sentence_of_the_phrasebook_that_promises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = Phrase("planted", PHRASES["opener"].group, Text("You will be free."))
    monkeypatch.setitem(PHRASES, "planted", planted)
    done = CliRunner().invoke(app, ["flows", "check"])
    catalogue.cache_clear()
    assert done.exit_code == 1
    assert "en: phrasebook planted says will" in done.output
    assert "vi: phrasebook planted is not translated" in done.output


def test_a_promise_that_staff_read_is_found_where_they_do_not() -> None:
    class Promises(Flow):
        title = T
        about = Decide(T, why=WHY, choices=YES_NO)
        kept = End(Text("You can go on writing here."), when=about.was("yes"))
        sent = End(Text("They read what you write."), Outcome.REPORT_SUBMITTED)

    assert faults("reading", Promises) == ["promises.kept says that staff read"]


def test_a_question_before_staff_can_be_told_in_danger_is_found() -> None:
    class Story(Flow):
        title = T
        where = Decide(T, why=WHY, choices=YES_NO)
        give = Decide(T, why=WHY, choices=SENDS)
        given = End(T, Outcome.STORY_GIVEN, when=give.was("send"))
        end = End(T)

    assert "story asks something before staff can be told" in faults("danger first", Story)
