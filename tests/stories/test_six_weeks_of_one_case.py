"""Six weeks of one case: from a call at night until she is home, and nothing of her is left.

Lan works in a factory in Taoyuan and calls at night. Mei answers the telephone, Hua supervises, Ana
interprets. Weeks later Sari, whom none of them knows, names the same broker.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cases.state_machine import Role
from bot.hotline.figures.model import Count
from bot.places.forms import fill_form
from bot.places.taiwan.forms import OFFICE_FORMS
from tests.support.content.office_papers import could_be_filled
from tests.support.figures.reading import numbers_in, rows, table
from tests.support.harnesses.live_deployment import LivePerson, evening
from tests.support.harnesses.live_desk import ClockFrom, LiveDesk, LiveWorker
from tests.support.needle_search import find_any
from tests.support.people import casework_steps as steps
from tests.support.people.casework_steps import section
from tests.support.people.lan_and_sari import (
    ASKED,
    ASKED_IN_VIETNAMESE,
    AT_HOME,
    AUNT,
    BROKER,
    BROKER_PHONE,
    CALL,
    CALLED_AT_HOME,
    CHINESE_NAME,
    DEBT,
    EMPLOYER,
    FACTS,
    FROM_HOME,
    HER_WORD,
    HOSPITAL,
    NAME,
    NEEDLES,
    NOTICE,
    OFFICE,
    OTHER_DIGITS,
    OTHER_NOTATION,
    PERSON_PAPERS,
    PROOF,
    RENDERED,
    REPORTED,
    SAID_IN_THE_CALL,
    SARI_SAID,
    STREET,
    TICKET,
    UNIT,
    WRITTEN,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


TAIPEI = ZoneInfo("Asia/Taipei")
SUNDAY_NIGHT = datetime(2026, 11, 1, 22, 40, tzinfo=TAIPEI)
WHY_COMPARED = "to find brokers whom several people report"


@dataclass
class Story:
    """Everyone in it, and the number of Lan's case."""

    desk: LiveDesk
    hua: LiveWorker
    mei: LiveWorker
    ana: LiveWorker
    lan: LivePerson
    reference: str = ""
    other: str = ""
    """The number of Sari's case."""
    known: set[str] = field(default_factory=lambda: {"place.county"})
    """Fields of the record that have a value: the first by the answer to where it happens."""

    async def until(self, day: int, hour: int, month: int = 11) -> None:
        """Let time pass until an hour of a day; who works then signs in anew."""
        moment = datetime(2026 if month > 1 else 2027, month, day, hour, tzinfo=TAIPEI)
        now = self.desk.app.clock.now() / 1e6
        await self.desk.pass_time(hours=(moment.timestamp() - now) / 3600)
        for worker in (self.hua, self.mei):
            await worker.comes()

    async def file(self) -> str:
        return await self.mei.sees(f"/cases/{self.reference}/panes/file")

    async def plan(self) -> str:
        return await self.mei.sees(f"/cases/{self.reference}/plan")

    async def write_down(self, kind: str, source: str = "spoken", **values: str) -> None:
        """Put values into the record of Lan's case, and know which."""
        await steps.writes_down(self.mei, self.reference, kind, source, **values)
        self.known |= {f"{kind}.{name}" for name in values}

    async def does(self, verb: str, **fields: str) -> str:
        return await self.mei.told(self.reference, verb, **fields)


@asynccontextmanager
async def six_weeks(folder: Path) -> AsyncIterator[Story]:
    """Give a hotline on a Sunday night, with everyone at their desks."""
    settings = {"staff_language": "en", "connections": WHY_COMPARED}
    async with (
        evening(folder, ClockFrom(SUNDAY_NIGHT), checks_calls=False, **settings) as night,
        LiveDesk.open(night) as desk,
    ):
        hua = await desk.employ("Hua", Role.SUPERVISOR)
        mei = await desk.employ("Mei")
        ana = await desk.employ("Siti Ana", Role.INTERPRETER)
        for worker in (hua, mei, ana):
            await worker.comes()
        yield Story(desk, hua, mei, ana, night.add_person("Lan", "vi"))


async def test_six_weeks_of_one_case(tmp_path: Path) -> None:
    async with six_weeks(tmp_path) as story:
        await a_call_at_night(story)
        await her_chat_joins_by_a_spoken_code(story)
        await an_interpreter_helps_and_leaves_with_nothing(story)
        await the_law_is_told_within_a_day(story)
        await a_shelter_is_refused_and_a_doctor_accepted(story)
        await three_appointments(story)
        await she_is_identified_and_the_permit_is_drafted(story)
        await another_person_names_the_same_broker(story)
        await she_goes_home_and_writes_from_there(story)
        await the_month_counts_her_once(story)
        await erasing_leaves_nothing(story)


async def a_call_at_night(story: Story) -> None:
    """Mei reads the questions aloud in Vietnamese, and writes down what Lan says meanwhile."""
    mei = story.mei
    form = await mei.reads("/new-case/vi")
    assert "Chúng tôi" in form  # what is read aloud stands there in her language
    story.reference = await steps.opens_a_case(mei, "vi", CALL)
    case = await mei.reads(f"/cases/{story.reference}")
    assert SAID_IN_THE_CALL in case
    assert "heard by Mei" in case
    for kind, values in FACTS.items():
        await story.write_down(kind, **values)
    await story.does("duty", code="child", words="A girl of fifteen works there, too.")


async def her_chat_joins_by_a_spoken_code(story: Story) -> None:
    """Lan types eight digits, reads two words back, and chooses a word for later."""
    mei, lan = story.mei, story.lan
    await lan.say(await steps.reads_the_code_aloud(mei, story.reference))
    await steps.chooses_the_words_she_reads(mei, story.reference, lan)
    await lan.press("Choose a secret word")
    await lan.say(HER_WORD)
    await lan.press("One word is enough")
    await lan.press("More choices", "More choices", "Skip", "Ask me first", "You may count it")
    await story.does("take_over")
    await lan.press("I can write now")
    await steps.writes(lan, WRITTEN)
    assert WRITTEN in await mei.reads(f"/cases/{story.reference}")


async def an_interpreter_helps_and_leaves_with_nothing(story: Story) -> None:
    """Ana renders both ways for an hour at night; she reads words, not who they are of."""
    mei, ana, lan, reference = story.mei, story.ana, story.lan, story.reference
    await steps.invites(mei, reference, ana, 60)
    assert "A caseworker asks you to interpret" in await ana.reads("/interpreting")
    await steps.begins_to_interpret(ana)
    assert "left out: 1" in await steps.shares_the_newest_message(mei, reference)
    seen = await ana.sees("/interpreting")
    assert WRITTEN.partition(BROKER_PHONE)[0].strip() in seen
    for hidden in (reference, NAME, BROKER_PHONE, CALL["number"], STREET, "Mei", SAID_IN_THE_CALL):
        assert hidden not in seen, hidden
    await steps.renders_the_newest(ana, RENDERED)
    case = await mei.reads(f"/cases/{reference}")
    assert RENDERED in case
    assert "Siti Ana" not in case
    await steps.asks_in_own_words(mei, reference, ASKED)
    await steps.renders_the_newest(ana, ASKED_IN_VIETNAMESE)
    await story.does("say", words=ASKED_IN_VIETNAMESE, sure="language foreign_words")
    assert lan.said()[-1] == ASKED_IN_VIETNAMESE
    await story.desk.pass_time(minutes=55)
    for worker in (mei, ana, story.hua):
        await worker.comes()  # no one touched a key meanwhile
    await story.does("interpret_end")
    assert "No conversation needs you now" in await ana.reads("/interpreting")
    assert story.desk.night.sql("SELECT count(*) FROM interpreter_copies") == [(0,)]
    sheet = await steps.saves_the_fee_sheet(story.hua)
    assert "Siti Ana" in sheet
    assert ",1200," in sheet  # night: twice 600
    assert reference not in sheet
    await story.does("hand_back")


async def the_law_is_told_within_a_day(story: Story) -> None:
    """A girl of fifteen works there: 24 hours. The desk says so wherever Mei and Hua look."""
    await story.until(2, 9)
    mei, reference = story.mei, story.reference
    due = "report on someone under 18 due in 13 h"
    for who, path in (
        (mei, "/queue/mine"),
        (mei, f"/cases/{reference}/panes/head"),
        (story.hua, "/team"),
    ):
        assert due in await who.reads(path), path
    draft = await steps.drafts(mei, reference, "report_child")
    assert BROKER in draft
    assert "民國 115 年 11 月 1 日" in draft  # when it was noticed, in the calendar of the office
    await story.does("duty_told", code="child", **REPORTED)
    reported = section(await story.file(), "duties")
    assert PROOF in reported
    assert "2026-11-02 09:0" in reported
    for who, path in (
        (mei, "/queue/mine"),
        (mei, f"/cases/{reference}/panes/head"),
        (story.hua, "/team"),
    ):
        assert "under 18" not in await who.reads(path), path


async def a_shelter_is_refused_and_a_doctor_accepted(story: Story) -> None:
    """She asked for both on the telephone; what the law pays for a doctor is counted."""
    services = section(await story.plan(), "services")
    assert "A safe place to stay asked for" in services
    await story.does("service", code="offer.place", value_provider="Garden of Hope")
    await story.does("service", code="refuse.place", words=AUNT)
    await story.does("service", code="accept.doctor")
    await story.until(4, 10)
    gave = {"code": "give.doctor", "value_kind": "doctor"}
    await story.does("service", **gave, value_amount="1,200", value_provider=HOSPITAL)
    said = await story.mei.does(story.reference, "service", **gave, value_amount="9,000")
    assert said["refused"]
    assert "NT$8,800" in said["told"]  # what is left, and how to record what was approved
    services = section(await story.plan(), "services")
    assert "NT$1,200 of NT$10,000" in services
    assert "A safe place to stay refused" in services
    assert AUNT in services


async def three_appointments(story: Story) -> None:
    """A doctor, whom she sees a day later than planned; a questioning; the papers."""
    lan, does = story.lan, story.does
    await does("appointment", code="doctor", value_at="Tue 10:00", value_place=HOSPITAL)
    planned = await steps.newest_appointment(story.mei, story.reference)
    await steps.comes_back(lan, HER_WORD)
    assert "Bác sĩ" not in await steps.reads_what_is_arranged(lan)  # not released to her yet
    await does("appointment_show", code=planned)
    assert "Bác sĩ: Thứ Ba, 10 tháng 11, 10:00" in await steps.reads_what_is_arranged(lan)
    await does("appointment_off", code=planned)
    await does("appointment", code="doctor", value_at="11/11 11:00", value_show="1")
    beside = {"value_place": OFFICE, "value_companion": "Ms Chen", "value_interpreter": "Ana"}
    for step in ("offer", "accept"):  # she says yes on the phone
        await does("service", code=f"{step}.beside")
    await does("appointment", code="beside", value_at="Thu 14:00", value_show="1", **beside)
    told = await steps.reads_what_is_arranged(lan)
    assert "Thứ Ba" not in told
    for words in ("Thứ Tư, 11 tháng 11, 11:00", "Thứ Năm, 5 tháng 11, 14:00"):
        assert words in told
    assert "Chưa có ai đọc" not in told  # Mei has read all of it: she wrote it down
    for kept_from_the_phone in (HOSPITAL, OFFICE, "Chen"):
        assert kept_from_the_phone not in told
    appointments = section(await story.plan(), "appointments")
    for words in (OFFICE, "Who goes along: Ms Chen", "Interpreter: Ana"):
        assert words in appointments
    await story.until(13, 9)
    assert "Follow-up" in await story.mei.reads(f"/cases/{story.reference}/panes/head")
    await does("appointment", code="home", value_at="Mon 15:00", value_show="1")
    await steps.comes_back(lan, HER_WORD)
    assert "Thứ Hai, 16 tháng 11, 15:00" in await steps.reads_what_is_arranged(lan)


async def she_is_identified_and_the_permit_is_drafted(story: Story) -> None:
    """The notice came: the drafts for the permits hold all that the record knows."""
    await story.write_down("person", "document", **PERSON_PAPERS)
    await story.write_down("identification", "partner", unit=UNIT, notice_number=NOTICE)
    await story.does("clock", code="identified", words="2026-11-12")
    for form in ("residence", "work", "report_police", "report_child"):
        draft = await steps.drafts(story.mei, story.reference, form)
        assert could_be_filled(draft, story.known) == [], form
        assert CHINESE_NAME in draft
        nothing = fill_form(OFFICE_FORMS, OFFICE_FORMS.forms[form], {}, [])
        assert could_be_filled(nothing, story.known) != []  # the check would see it


async def another_person_names_the_same_broker(story: Story) -> None:
    """Sari is seventeen and writes his name and number otherwise. No one reports it in time."""
    await story.until(20, 10)
    mei, hua, sari = story.mei, story.hua, story.desk.night.add_person("Sari", "id")
    await sari.arrives()
    await sari.press("Tell what happened", "About me", "I am safe here", "Nothing right now")
    await sari.press("Done", "You may keep them", "Under 18")
    await sari.say(SARI_SAID)
    await sari.press("Send", "Any time", "More choices", "Skip", "Ask me first", "You may count it")
    story.other = await sari.reference()
    await mei.told(story.other, "claim")
    assert SARI_SAID in await mei.reads(f"/cases/{story.other}")
    broker = {"name": OTHER_NOTATION, "phone": OTHER_DIGITS}
    await steps.writes_down(mei, story.other, "suspect", "words", **broker)
    page = await hua.reads("/connections")
    assert story.reference in page
    assert story.other in page
    assert "the same name, the same telephone" in page
    for word in (*BROKER.split()[::2], "HUNG", "912"):
        assert word not in page
    assert (await mei.get("/connections")).status_code == 404
    await story.until(21, 11)
    late = "report on someone under 18 overdue for"  # the control: this one was overlooked
    for who, path in ((mei, "/queue/mine"), (hua, "/team")):
        assert late in await who.reads(path), path
    await mei.told(story.other, "duty_told", code="child", **REPORTED)


async def she_goes_home_and_writes_from_there(story: Story) -> None:
    """The ticket is paid, she flies, and two weeks later Mei hears that she is well."""
    await story.until(8, 10, month=12)
    does, lan, head = story.does, story.lan, f"/cases/{story.reference}/panes/head"
    for code in ("offer.home", "accept.home", "give.home"):
        await does("service", code=code, value_provider=TICKET)
    at_home = {"value_number": AT_HOME, "value_times": "evening", "value_if_other": "hang_up"}
    await does("call_back", **at_home)
    await does("follow_up", code="12/20", words="Is she well at home?")
    await does("clock", code="returned", words="2026-12-08")
    await story.until(20, 19, month=12)
    assert "Is she well at home?" in await story.mei.reads(f"/cases/{story.reference}")
    assert "Follow-up" in await story.mei.reads(head)
    await steps.comes_back(lan, HER_WORD)
    await lan.press("Talk to a person")
    await does("take_over")
    await lan.press("I can write now")
    await steps.writes(lan, FROM_HOME)
    assert FROM_HOME in await story.mei.reads(f"/cases/{story.reference}")
    await does("call", code="we_called", words=CALLED_AT_HOME)
    await does("follow_up")
    await does("close", code="helped", words="The time for the subsidy fund runs: she knows.")
    assert story.reference in await story.mei.reads("/queue/closed")


async def the_month_counts_her_once(story: Story) -> None:
    """Each month holds her once where she belongs, and shows no number as small as that."""
    desk = story.desk
    await story.until(9, 10, month=1)
    november, december = [await desk.count_month(2026, month) for month in (11, 12)]
    assert rows(november["cases"], "kind") == {"report": 2}
    assert rows(november["cases"], "language") == {"vi": 1, "id": 1}
    law = rows(november["law"], "event")
    assert (law["identified"], law["noticed_child"], law["told_child"]) == (1, 2, 2)
    duties = table(november["deadlines"], "rule")["noticed_child"]
    assert (duties.number, duties.part) == (2, 1)  # hers in time, Sari's too late
    services = {
        "given": {"doctor": 1},
        "refused": {"place": 1},
        "offered": {"place": 1, "beside": 1},
    }
    for name, found in services.items():
        assert rows(november[f"services_{name}"], "service") == found, name
    assert (november["identified"].total, december["returned"].total) == (Count(1), Count(1))
    assert rows(december["services_given"], "service") == {"home": 1}
    assert rows(december["outcomes"], "outcome") == {"helped": 1}
    assert (november["sessions"].total, december["sessions"].total) == (Count(4), Count(1))
    await desk.freeze_months()
    shown = json.loads(await story.hua.sees("/figures/json"))
    assert [it["month"] for it in shown] == ["2026-11", "2026-12"]
    numbers = [it for month in shown for figure in month["figures"] for it in numbers_in(figure)]
    assert len(numbers) > 200
    assert set(numbers) == {None}  # two people are fewer than five


async def erasing_leaves_nothing(story: Story) -> None:
    """Lan erases it with her word: no row is hers, no word can be found, Sari's case is whole."""
    mei, hua, lan, case = story.mei, story.hua, story.lan, f"/cases/{story.reference}"
    known = await mei.reads(f"{case}/record")
    assert [it for it in (NAME, CHINESE_NAME, BROKER, EMPLOYER, DEBT) if it not in known] == []
    identity = ids_of(story, story.reference)
    await steps.comes_back(lan, HER_WORD)
    await lan.say("/delete")
    await lan.press("Erase it")
    await story.desk.night.until(lambda: erased(story, identity), "erasure")
    for who in (mei, hua):
        assert (await who.get(case)).status_code == 404
    assert OTHER_NOTATION in await mei.reads(f"/cases/{story.other}/record")
    assert story.reference not in await hua.reads("/connections")
    named = tables_that_name(story, story.reference, *identity)
    assert named == {"audit"}  # who did what and when, to a number that means nothing now
    assert "cases" in tables_that_name(story, story.other)  # the control
    await story.desk.night.stop()
    data = story.desk.night.settings.data
    assert find_any(data, NEEDLES) == []
    (data / "left").write_text(f"... {NAME} ...", encoding="utf-16-be")
    assert {it for it, _words, _spelling in find_any(data, NEEDLES)} == {"left"}  # the control


def ids_of(story: Story, reference: str) -> list[str]:
    found = story.desk.night.sql(f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608
    return [str(it) for (it,) in found]


def erased(story: Story, identity: list[str]) -> bool:
    """Return whether the ledger holds the case, and holds it as done: rows go before files."""
    done = story.desk.night.sql("SELECT count(*) FROM erasures WHERE done_at IS NOT NULL")
    return done == [(1,)] and not ids_of(story, story.reference) and bool(identity)


def tables_that_name(story: Story, *names: str) -> set[str]:
    """Return the tables with a row in which one of some names stands."""
    ask = story.desk.night.sql
    tables = [str(it) for (it,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: str(ask(f"SELECT * FROM {name}")) for name in tables}  # noqa: S608 - our own
    return {name for name, shown in rows.items() if any(it in shown for it in names)}
