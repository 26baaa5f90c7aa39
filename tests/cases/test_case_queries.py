"""What staff read: the queue in its order, a case in their language, and nothing that deceives."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.cases.escape_text import escape_line, escape_text
from bot.cases.queries import load_notices, load_queue
from bot.cases.state_machine import Role
from bot.cases.urgency import REASON_TEXTS, Priority
from bot.clock import DAY, MINUTE, to_utc
from bot.conversation import FileRef, PlaceAnswer, TimeAnswer
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.staff import Staff
from bot.store.processes.heartbeat import record_heartbeat, return_from_absence
from bot.vault.audit.log import AuditLog
from flows.requests.report import Report
from tests.support.content.catalogue_files import read_in
from tests.support.event_loop_probe import loop_runs_while_writer_busy
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import report, request, talk

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

WHOLE = {
    **report(signs=("debt", "documents"), leaving="locked", hurt=None).answers,
    "what": "Mereka ambil paspor saya",
    "since": TimeAnswer("months"),
    "evidence": (FileRef("h", "photo", 9, "slip.jpg", "slip gaji"),),
    "anything_else": None,
    "also": ("jangan telepon",),
    "alarms": ("self_harm", "danger_now"),
}


async def test_the_most_urgent_comes_first_and_then_who_has_waited_longest(
    case_store: CaseStoreHarness,
) -> None:
    late = case_store.opens(talk().answers, at=MIDDAY + 5 * MINUTE)
    early = case_store.opens(talk().answers, at=MIDDAY)
    urgent = case_store.opens({"safe": "not_safe"}, at=MIDDAY + 9 * MINUTE)
    young = case_store.opens(request(under_18="under").answers, at=MIDDAY + 7 * MINUTE)
    shift = case_store.opens(report(signs=("debt",)).answers, at=MIDDAY - DAY)
    order = [case.reference for case in case_store.database.read(load_queue)]
    assert order == [case.reference for case in (urgent, young, shift, early, late)]
    case_store.raises(late, {"moved": "today"})
    assert case_store.database.read(load_queue)[0].reference == late.reference
    assert [case.reference for case in case_store.database.read(partial(load_queue, most=2))][
        1
    ] == urgent.reference


async def test_the_queue_can_be_seen_alone_and_shows_who_answers_and_until_when(
    case_store: CaseStoreHarness,
) -> None:
    staff, claims = Staff(VAULT), Claims(AuditLog(VAULT), ReplyClocks())
    waits = case_store.opens(report(signs=("wages",)).answers)
    taken = case_store.opens(report(signs=("wages",)).answers, at=MIDDAY + MINUTE)
    other = case_store.opens(talk().answers)

    def unit(work: Work) -> None:
        mei = staff.add(
            work, MIDDAY, name="Mei", role=Role.CASEWORKER, title="lawyer", languages=("id",),
            queues=("labour",),
        )  # fmt: skip
        claims.claim(work, taken.id, mei, MIDDAY)

    case_store.database.writer.run_sync(unit)
    labour = case_store.database.read(partial(load_queue, only="labour"))
    assert [(case.reference, case.status, case.holder) for case in labour] == [
        (waits.reference, "waiting", None),
        (taken.reference, "held", "lawyer"),
    ]
    assert labour[0].due_at == to_utc(MIDDAY + 240 * MINUTE)
    everywhere = {case.reference for case in case_store.database.read(load_queue)}
    assert everywhere == {case.reference for case in (waits, taken, other)}
    opened = await case_store.reads(taken.reference)
    assert (opened.case.holder, opened.case.queue) == ("lawyer", "labour")


async def test_while_the_keys_of_a_case_are_waited_for_everybody_else_is_answered(
    case_store: CaseStoreHarness,
) -> None:
    case, keys = case_store.opens(WHOLE), VAULT.keys
    assert keys is not None
    assert await loop_runs_while_writer_busy(keys.database.writer, case_store.reads(case.reference))


@pytest.mark.parametrize("language", ["id", "th", "en"])
@pytest.mark.parametrize("reads", ["zh_Hant", "en"])
async def test_staff_read_their_own_language_whatever_the_person_used(
    case_store: CaseStoreHarness, language: str, reads: str
) -> None:
    case = case_store.opens(WHOLE, language=language)
    opened = await case_store.reads(case.reference, reads)
    told = case_store.told(opened)
    words = {
        "en": {
            "leaving": ("Going out", "Locked in"),
            "signs": ("What happens there", "Debt to work off, Papers taken away"),
            "county": ("Where", "Taipei"),
            "since": ("When it began", "Some months ago"),
            "hurt": ("Hurt or ill", "not answered"),
        },
        "zh_Hant": {
            "leaving": ("外出", "被鎖在裡面"),
            "county": ("地點", "臺北市"),
        },
    }[reads]
    for step, (question, answer) in words.items():
        if reads == "en":
            assert told[step] == (question, answer)
        else:
            assert not told[step][0].isascii()
            assert not told[step][1].isascii()
    assert told["what"][1] == "Mereka ambil paspor saya"
    assert "slip gaji" in told["evidence"][1]
    assert opened.case.language == language


async def test_what_is_chosen_is_never_shown_as_a_code(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(WHOLE)
    codes = {"locked", "debt", "documents", "no_sign", "free", "nothing", "self_harm", "danger_now"}
    for reads in ("en", "zh_Hant"):
        opened = await case_store.reads(case.reference, reads)
        shown = {answer for _, answer in case_store.told(opened).values()}
        assert codes.isdisjoint({part for it in shown for part in it.split(", ")})


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
async def test_no_blank_of_a_question_is_left_for_staff_to_fill(
    case_store: CaseStoreHarness, language: str
) -> None:
    """The last question of the report names the organisation."""
    case = case_store.opens({"send": "send"})
    told = case_store.told(await case_store.reads(case.reference, language))
    assert "{organisation}" in Report.send.prompt.source
    assert "{" not in told["send"][0]


async def test_a_question_left_open_says_so(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(
        {"safe": None, "what": None, "signs": None, "county": None, "gone": None}
    )
    for reads in ("en", "zh_Hant"):
        told = case_store.told(await case_store.reads(case.reference, reads))
        assert {answer for _, answer in told.values()} == {
            read_in(reads).gettext("not answered")
        }  # fmt: skip


async def test_extra_messages_and_alarms_have_labels(
    case_store: CaseStoreHarness,
) -> None:
    answers = {**WHOLE, "also_files": (FileRef("x", "voice", 3, "", "dengar ini"),)}
    case = case_store.opens(answers)
    for reads in ("en", "zh_Hant"):
        staff = read_in(reads, "staff")
        told = case_store.told(await case_store.reads(case.reference, reads))
        assert told["also"] == (staff.gettext("In their own words"), "jangan telepon")
        assert told["also_files"][0] == staff.gettext("Files outside the questions")
        assert "dengar ini" in told["also_files"][1]
        name, alarms = told["alarms"]
        assert name == staff.gettext("Alarming words")
        assert alarms == "\n".join(
            REASON_TEXTS[f"alarm_{code}"].render(staff) for code in ("self_harm", "danger_now")
        )


async def test_each_message_outside_the_questions_stands_on_its_own_line(
    case_store: CaseStoreHarness,
) -> None:
    written, signs = ("Yes, I can talk, now", "Come at night"), ("movement", "debt")
    case = case_store.opens({"also": written, "signs": signs})
    told = case_store.told(await case_store.reads(case.reference))
    assert told["also"] == ("In their own words", "Yes, I can talk, now\nCome at night")
    assert "\n" not in told["signs"][1]  # negative control


async def test_reasons_are_words_in_the_language_of_staff(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(WHOLE)
    english = (await case_store.reads(case.reference)).reasons
    chinese = (await case_store.reads(case.reference, "zh_Hant")).reasons
    assert "Someone is locked in or may not go out." in english
    assert len(english) == len(chinese) > 3
    assert not any(reason.isascii() for reason in chinese)


async def test_who_goes_there_is_shown_where_a_shared_place_lies(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens({"county": PlaceAnswer(latitude=25.0478, longitude=121.5319)})
    told = case_store.told(await case_store.reads(case.reference))
    assert told["county"] == ("Where", "A place on the map, 25.0478, 121.5319")
    written = case_store.opens({"county": PlaceAnswer(text="behind the harbour")})
    assert (
        case_store.told(await case_store.reads(written.reference))["county"][1]
        == "behind the harbour"
    )


async def test_everything_sent_to_a_case_stands_in_the_order_it_came(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(
        {"tell": "now"}, kind="danger", flow="danger", at_most=Priority.EMERGENCY
    )
    case_store.adds(case, report().answers, kind="report", at=MIDDAY + 2)
    case_store.adds(case, {"added": "one more"}, flow="afterwards", at=MIDDAY + 3)
    opened = await case_store.reads(case.reference)
    assert [sent.kind for sent in opened.reports] == ["danger", "report", "addition"]


# --- Releases and hostile words -------------------------------------------------------------


async def test_what_an_older_release_asked_can_still_be_read(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(
        {
            "old_choice": "a_code",
            "old_many": ("one", "two"),
            "old_place": PlaceAnswer("TPE", "near the gate"),
            "old_time": TimeAnswer(date="2026-11-01", text="1 November"),
            "old_files": (FileRef("h", "photo", 1, "p.jpg", "under it"),),
            "old_words": "words",
            "old_number": 3,
            "leaving": "a_code_of_old",
        },
        flow="a_flow_that_is_gone",
    )
    told = case_store.told(await case_store.reads(case.reference))
    assert told["old_choice"] == ("old_choice", "a_code")
    assert told["old_many"][1] == "one, two"
    assert told["old_place"][1] == "TPE, near the gate"
    assert told["old_time"][1] == "1 November"
    assert told["old_files"][1] == "p.jpg under it"
    assert told["old_number"][1] == "3"
    kept_flow = case_store.opens({"leaving": "a_code_of_old"})
    assert (
        case_store.told(await case_store.reads(kept_flow.reference))["leaving"][1]
        == "a_code_of_old"
    )


HOSTILE = {
    "ansi": ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
    "title by OSC": ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
    "link by OSC": ("\x1b]8;;http://x\x1b\\here", "\\x1b]8;;http://x\\x1b\\here"),
    "eight-bit CSI": ("\x9b2J", "\\x9b2J"),
    "return": ("safe\rNOT", "safe\\rNOT"),
    "backspace": ("no\x08\x08yes", "no\\x08\\x08yes"),
    "NUL": ("a\x00b", "a\\x00b"),
    "override": ("\u202e110 llac", "\\u202e110 llac"),
    "isolate": ("\u2067x\u2069", "\\u2067x\\u2069"),
    "mark": ("a\u200f\u061cb", "a\\u200f\\u061cb"),
    "separator": ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
    "hidden alphabet": ("a\U000e0041b", "a\\U000e0041b"),
    "half a pair": ("a\ud83db", "a\\ud83db"),
}


@pytest.mark.parametrize(("words", "shown"), HOSTILE.values(), ids=HOSTILE)
async def test_what_could_move_the_cursor_is_shown_and_not_obeyed(words: str, shown: str) -> None:
    assert escape_text(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "สวัสดี ค่ะ",
        "tôi bị nhốt ở đây",
        "我被關起來了",
        "👩‍👩‍👧 ❤️",
        "line\nline",
        "e\u0301",
        "~ ^ \\ x",
    ],
)
def test_what_people_write_stays_as_it_is(words: str) -> None:
    assert escape_text(words) == words


async def test_hostile_words_are_harmless_wherever_they_stand(case_store: CaseStoreHarness) -> None:
    bad = "\x1b[2J\u202e\r"
    note = FileRef("h", "document", 1, f"a\n{bad}b", bad)
    case = case_store.opens(
        {"what": bad, "county": PlaceAnswer(text=bad), "also": (bad,), "evidence": (note,),
         "gone": bad, "alarms": (bad,)}
    )  # fmt: skip
    opened = await case_store.reads(case.reference)
    texts = [answer for _, answer in case_store.told(opened).values()]
    texts += [file.name for file in opened.files]
    assert len(texts) == 7
    assert not set("\x1b\u202e\r").intersection("".join(texts))
    assert opened.files[0].name == escape_line(f"a\n{bad}b")
    assert "\n" not in opened.files[0].name


# --- The service itself ---------------------------------------------------------------------


async def test_a_time_in_which_messages_may_be_lost_is_told_to_staff(
    case_store: CaseStoreHarness,
) -> None:
    writer = case_store.database.writer
    writer.run_sync(lambda work: record_heartbeat(work, 7, MIDDAY))
    writer.run_sync(lambda work: return_from_absence(work, 7, MIDDAY + 2 * DAY))
    (notice,) = case_store.database.read(partial(load_notices, moment=MIDDAY))
    assert (notice.until - notice.since).days == 1
    assert case_store.database.read(partial(load_notices, moment=MIDDAY + 3 * DAY)) == []
