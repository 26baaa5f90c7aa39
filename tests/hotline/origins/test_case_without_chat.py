"""A case that a caseworker opens from a call: what is stored, and what every command says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import ConsentKind, ConsentRecords
from bot.cases.sealed_fields import decode_contents, report_associated_data
from bot.clock import HOUR, SECOND
from bot.hotline.chat.messages import CaseMessageKind
from bot.hotline.commands import texts
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.hotline.origins.model import OriginChannel
from bot.hotline.origins.opening import wording_digest
from bot.hotline.origins.store import CaseOrigins
from bot.store.statements import update_by
from bot.store.tables.case_extras import agreements
from bot.vault import Purpose
from bot.vault.erasure.delete_rows import remaining_tables
from tests.support.people.caseworker_driver import refusals
from tests.support.people.erasure_request_steps import run_erasure_job
from tests.support.people.phone_call import NUMBER, READ_ALOUD, SAID, case_by_phone, opens

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.hotline.origins.model import CaseOrigin
    from tests.support.harnesses.hotline_harness import HotlineHarness

_SET_HEARD_BY = update_by(agreements, "heard_by", by=())
ROW = "SELECT status, holder, language, priority, address, due_at FROM cases"


def origin_of(hotline: HotlineHarness, case: str) -> CaseOrigin:
    opener = hotline.opener(case)
    found = hotline.database.writer.run_sync(lambda work: CaseOrigins.of_case(work, case, opener))
    assert found is not None
    return found


def answers_of(hotline: HotlineHarness, case: str) -> dict[str, Answer]:
    ((report, flow, sealed),) = hotline.ask("SELECT id, flow, sealed FROM reports")
    assert flow == "report"
    associated_data = report_associated_data(case, report)
    plain = hotline.opener(case).open(Purpose.CASE, associated_data, bytes(sealed))
    return decode_contents(plain).answers


def test_a_call_becomes_a_case_with_its_answers_consent_and_call_back(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei, **{"answer.needs": "food,doctor", "answer.county": "Banqiao"})

    ((status, holder, language, priority, address, due_at),) = hotline.ask(ROW)
    assert (status, holder, language, address) == ("open", mei.id, "vi", None)
    assert priority == 1  # a doctor is needed
    assert due_at > hotline.loop.now()  # someone has to call back
    answers = answers_of(hotline, case)
    assert (answers["safe"], answers["what"]) == ("safe", SAID)
    assert answers["needs"] == ("food", "doctor")
    origin = origin_of(hotline, case)
    assert (origin.channel, origin.opened_by) == (OriginChannel.PHONE, mei.id)
    assert (origin.call_back.number, origin.call_back.times) == (NUMBER, "evening")
    (consent,) = hotline.database.writer.run_sync(
        lambda work: ConsentRecords(hotline.vault).of_case(work, case)
    )
    assert (consent.kind, consent.is_active, consent.heard_by) == (
        ConsentKind.HOTLINE, True, mei.id,
    )  # fmt: skip
    assert consent.wording_digest == wording_digest(READ_ALOUD)
    assert hotline.ask("SELECT words, language FROM wordings") == [(READ_ALOUD, "vi")]


def test_who_heard_a_consent_cannot_be_changed_unnoticed(hotline: HotlineHarness) -> None:
    case = case_by_phone(hotline.colleague())
    hotline.database.writer.run_sync(lambda work: work.run(_SET_HEARD_BY, "other"))
    (consent,) = hotline.database.writer.run_sync(
        lambda work: ConsentRecords(hotline.vault).of_case(work, case)
    )
    assert not consent.is_authentic


def test_nothing_is_stored_without_a_consent_and_the_reason_is_said(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    wrong = {
        "no consent": {"consent": "refused"},
        "no answer to it": {"consent": ""},
        "words unknown": {"wording": ""},
        "no channel": {"channel": "pigeon"},
        "no language": {"language": "xx"},
        "too long": {"number": "9" * 2001},
    }
    offenders = [name for name, changed in wrong.items() if not refusals(opens(mei, **changed))]
    empty = opens(mei, text=" ", number="", times="", if_other="", **{"answer.safe": ""})
    assert not offenders
    assert refusals(empty)
    assert not hotline.ask("SELECT id FROM cases UNION SELECT case_id FROM case_origins")


def test_a_letter_needs_no_consent_and_keeps_who_told_us_sealed(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    teller = {"teller": "Sister Agnes", "teller_at": "agnes@shelter.example"}
    case = case_by_phone(mei, channel="partner", consent="", wording="", **teller)
    assert origin_of(hotline, case).teller.name == "Sister Agnes"
    assert answers_of(hotline, case)["about"] == "other"
    assert not hotline.ask("SELECT id FROM agreements")
    stored = hotline.ask("SELECT channel, teller FROM case_origins")
    assert stored[0][0] == "partner"
    assert b"Agnes" not in bytes(stored[0][1])


def test_a_case_can_be_left_to_the_queue(hotline: HotlineHarness) -> None:
    mei, jun = hotline.colleague(), hotline.colleague("Jun")
    case = case_by_phone(mei, keep="queue")
    assert hotline.ask(ROW)[0][:2] == ("waiting", None)
    assert jun.claims() == case


def test_danger_on_the_phone_opens_an_emergency(hotline: HotlineHarness) -> None:
    case_by_phone(hotline.colleague(), **{"answer.safe": "not_safe"})
    assert hotline.ask(ROW)[0][3] == 0


GIVEN: dict[Verb, dict[str, object]] = {
    Verb.TRANSFER: {"code": "nobody"},
    Verb.SEND: {"text": "Hello"},
    Verb.EDIT: {"code": "1", "text": "Hello"},
    Verb.PHRASE: {"code": "opener"},
    Verb.INSIST: {"text": "She asked me to"},
    Verb.CONFIRM_IDENTITY: {"text": "I know her voice"},
    Verb.NOTE: {"text": "Her sister knows"},
    Verb.FILL_IN: {"code": "report.safe", "text": "safe"},
    Verb.SET_PRIORITY: {"code": "1"},
    Verb.REFER: {"code": "legal_aid"},
    Verb.SEND_REFERRAL: {"code": "none"},
    Verb.RECORD_REPLY: {"code": "none.accepted"},
    Verb.REVOKE_CONSENT: {"code": "statistics"},
    Verb.OBJECT_TO_ERASURE: {"text": "The court wants it"},
    Verb.ADD_DEADLINE_EVENT: {"code": "contact", "text": "2026-11-18"},
    Verb.STRIKE_DEADLINE_EVENT: {"code": "1"},
    Verb.SNOOZE: {"code": "2026-12-24 10:00"},
    Verb.FOLLOW_UP: {"code": "2026-12-24"},
    Verb.LINK: {"code": "AAAAAA"},
    Verb.MERGE: {"code": "AAAAAA"},
    Verb.UNLINK: {"code": "AAAAAA"},
    Verb.LOG_CALL: {"code": "we_called", "text": "She is well"},
    Verb.SET_CALL_BACK: {"values": {"number": "02-1"}},
    Verb.CONFIRM_JOIN: {"code": "1"},
    Verb.ANSWER_ALOUD: {"code": "x"},
    Verb.CLOSE: {"code": "helped"},
}
WRITES_IN_CHAT = frozenset(
    {Verb.TAKE_OVER, Verb.HAND_BACK, Verb.SEND, Verb.EDIT, Verb.PHRASE, Verb.INSIST,
     Verb.CONFIRM_IDENTITY, Verb.FILL_IN, Verb.END_CHECK_IN}
)  # fmt: skip


def test_every_command_works_or_says_why_not_in_a_case_without_a_chat(
    hotline: HotlineHarness,
) -> None:
    mei, offenders = hotline.colleague(), []
    for verb, spec in COMMANDS.items():
        if not spec.is_about_case:
            continue
        case = case_by_phone(mei)
        events = mei.run_command(verb, case, **GIVEN.get(verb, {}))
        said = refusals(events)
        is_told = texts.NO_CHAT.source in said
        if not events or is_told != (verb in WRITES_IN_CHAT):
            offenders.append((verb.value, said))
        mei.run_command(Verb.CLOSE, case, code="helped")
    assert not offenders
    assert not hotline.post.attempts
    assert not hotline.ask("SELECT id FROM outbox UNION SELECT id FROM conversations")


def test_a_call_is_written_down_and_only_a_talk_ends_reply_due(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    mei.run_command(Verb.LOG_CALL, case, code="not_reached")
    assert hotline.ask(ROW)[0][-1] is not None
    assert refusals(mei.run_command(Verb.LOG_CALL, case, code="we_called"))
    assert refusals(mei.run_command(Verb.LOG_CALL, case, code="shouted", text="x"))
    told = {"told": "We come on Tuesday"}
    events = mei.run_command(Verb.LOG_CALL, case, code="we_called", text="I am ok", values=told)
    assert EventKind.NOTE_ADDED in {it.kind for it in events}
    assert hotline.ask(ROW)[0][-1] is None
    missed, call = mei.reads(case)
    assert (missed.kind, missed.content.code) == (CaseMessageKind.CALL, "not_reached")
    assert (call.content.text, call.content.values) == ("I am ok", told)


def test_an_overdue_call_alarms_as_any_reply_does(hotline: HotlineHarness) -> None:
    case = case_by_phone(hotline.colleague(), **{"answer.safe": "not_safe"})
    hotline.advance_time(HOUR / SECOND)
    shown = hotline.run(
        hotline.database.writer.run(
            lambda work: hotline.house.staff.check_due(work, hotline.loop.now())
        )
    )
    hotline.house.courier.enqueue(shown)
    hotline.settle()
    assert case in {it.case for it in hotline.board.events if it.kind is EventKind.OVERDUE}


def test_an_erasure_leaves_nothing_of_a_call(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    mei.run_command(Verb.LOG_CALL, case, code="we_called", text="I am ok")
    mei.run_command(Verb.MAKE_JOIN_CODE, case)
    mei.run_command(Verb.ERASE, case)
    assert run_erasure_job(hotline) == 1
    assert remaining_tables(hotline.database, case) == []
    assert not hotline.ask("SELECT digest FROM join_codes")


TOLD_IN_CALLS = {
    "en": "He will kill her tonight.",
    "zh_Hant": "他說今天晚上要殺了她",
    "id": "Dia mau bunuh saya malam ini, tolong",
    "vi": "Nó nói sẽ giết tôi đêm nay",
    "th": "เขาบอกว่าจะฆ่าฉันคืนนี้",
    "fil": "Papatayin niya raw ako mamayang gabi",
}


def priority_of(hotline: HotlineHarness, case: str) -> int:
    ((priority,),) = hotline.ask(f"SELECT priority FROM cases WHERE id = '{case}'")  # noqa: S608
    return int(priority)


def test_words_of_a_call_raise_the_priority_as_words_of_a_chat_do(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    quiet = {"answer.safe": "safe"}
    case = case_by_phone(mei, **quiet)
    before = priority_of(hotline, case)
    asked = mei.run_command(Verb.LOG_CALL, case, code="they_called", text="She asks about her pay.")
    assert texts.CALL_STORED in [it.text for it in asked]
    told = {"told": "If he hits you or wants to kill you, call 110."}
    mei.run_command(
        Verb.LOG_CALL, case, code="they_called", text="She asks about food.", values=told
    )
    assert priority_of(hotline, case) == before  # the control; what we say is not what happens

    for language, words in TOLD_IN_CALLS.items():
        by_words = opens(mei, words, **quiet)
        (opened,) = [it.case for it in by_words if it.kind is EventKind.OPENED]
        assert priority_of(hotline, opened) < before, f"opened: {language}"
        later = case_by_phone(mei, **quiet)
        for outcome in (
            "other_answered",
            "we_called",
        ):  # who answered the telephone may be the danger
            events = mei.run_command(Verb.LOG_CALL, later, code=outcome, text=words)
            if outcome == "other_answered":
                assert EventKind.PRIORITY_CHANGED in [it.kind for it in events], language
                assert texts.CALL_RAISED in [it.text for it in events], language
        assert priority_of(hotline, later) < before, f"later: {language}"
        mei.run_command(Verb.CLOSE, opened, code="information")
        mei.run_command(Verb.CLOSE, later, code="information")
