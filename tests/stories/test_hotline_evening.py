"""An evening at the hotline: three people, three languages, two caseworkers, and everything kept.

Sari (Indonesian) is in danger in the middle of a report. Linh (Vietnamese) wants to talk. Mali
(Thai) asks for help and is forgotten for a while. Mei and Lan answer; the process ends in between.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.hotline.chat.messages import MessageSide
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.hotline.referrals.store import Referrals
from bot.text import fold
from bot.vault.audit.log import AuditLog
from flows.requests.report import Report
from flows.texts import hotline
from flows.texts.phrasebook import PHRASES
from flows.texts.titles import ROLE_TITLES
from tests.support.content.catalogue_files import read_in
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.hotline_harness import VAULT, HotlineHarness
from tests.support.harnesses.live_deployment import LABELS

if TYPE_CHECKING:
    from pathlib import Path

    from bot.text import Text
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

for _phrase in PHRASES.values():
    for _label in _phrase.replies.values():
        LABELS.setdefault(_label.source, []).append(_label)
for _label in hotline.REFERRAL.values():
    LABELS.setdefault(_label.source, []).append(_label)


def taps(person: ChatPerson, language: str, *english: str) -> None:
    """Press buttons by their English names, in whatever language they are."""
    for label in english:
        words = {fold(it.render(read_in(language))) for it in LABELS.get(label, ())} | {label}
        named = [b.label for b in person.buttons() if fold(b.label.lstrip("✓ 0123456789")) in words]
        assert named, f"{label} ({words}) is none of {person.labels()}"
        person.presses(named[0].lstrip("✓ 0123456789"))


def said(text: Text, language: str, **values: str) -> str:
    return text.render(read_in(language), values)


class Evening:
    """The house and everybody in it."""

    def __init__(self, home: HotlineHarness) -> None:
        self.home = home
        self.mei = home.colleague("Mei", languages=("id", "th"), title="social_worker")
        self.lan = home.colleague("Lan", languages=("vi", "th", "id"), title="counsellor")
        self.head = home.colleague("Hua", role=Role.SUPERVISOR, languages=("en",))

    def case_of(self, person: ChatPerson) -> str:
        key = VAULT.chat_key(self.home.house.inbox.bot, person.id)
        return next(
            case for case, found in self.home.ask("SELECT id, chat_key FROM cases") if found == key
        )

    def case(self, case: str) -> dict[str, object]:
        names = ("status", "holder", "priority", "language", "disposition", "alerts", "due_at")
        rows = self.home.ask(f"SELECT id, {', '.join(names)} FROM cases")  # noqa: S608 - our own names
        return next(dict(zip(names, row[1:], strict=True)) for row in rows if row[0] == case)

    def sari_is_in_danger(self) -> ChatPerson:
        sari = self.home.person("id")
        sari.says("/start")
        sari.presses("Bahasa Indonesia")
        taps(sari, "id", "Tell what happened", "About me", "I am safe here")
        taps(sari, "id", "Danger now", "Tell them now")
        return sari

    def linh_wants_to_talk(self) -> ChatPerson:
        linh = self.home.person("vi")
        linh.says("/start")
        linh.presses("Tiếng Việt")
        taps(linh, "vi", "Talk to a person", "I am safe here")
        linh.says("Tôi muốn nói chuyện")
        taps(linh, "vi", "Send", "Any time")
        return linh


def takes(colleague: CaseworkerDriver, case: str, person: ChatPerson, language: str) -> None:
    """Claim a case and meet its person."""
    colleague.claims(case)
    colleague.take_over(case)
    taps(person, language, "I can write now")


@on_both_databases
def test_an_evening(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    evening = Evening(home)
    linh = evening.linh_wants_to_talk()
    hers = danger_comes_first(evening)
    theirs = a_colleague_goes_on(evening, linh)
    two_things_are_told(evening, linh, theirs)
    whoever_is_forgotten_is_heard_of(evening)
    home.restart()
    all_is_kept(evening, hers, theirs)
    home.close()


def danger_comes_first(evening: Evening) -> str:
    """Play Sari: met, a restart in the middle, an answer filled in, and back to her question."""
    home, mei = evening.home, evening.mei
    sari = evening.sari_is_in_danger()
    case = evening.case_of(sari)
    assert mei.claims() == case  # though Linh came before her
    mei.take_over(case)
    assert sari.last == said(PHRASES["opener"].text, "id")
    taps(sari, "id", "I can write now")
    assert said(ROLE_TITLES["social_worker"], "id") in sari.last
    assert "Mei" not in " ".join(sari.texts)

    sari.says("Dia mengunci pintu")
    home.restart(seconds_away=60)
    mei.says(case, "Saya di sini.")
    assert sari.last == "Saya di sini."
    mei.run_command(Verb.PHRASE, case, code="hurt")
    assert sari.last == said(PHRASES["hurt"].text, "id")
    taps(sari, "id", first_reply("hurt"))
    assert mei.reads(case)[-1].content.code.startswith("hurt.")

    events = mei.run_command(Verb.FILL_IN, case, code="report.safe", text="unsure")
    (filled,) = [it for it in events if it.kind is EventKind.ANSWER_FILLED_IN]
    assert filled.bookmark
    assert "safe" in filled.bookmark.answered
    assert "under_18" in filled.bookmark.missing
    assert "keep" not in filled.bookmark.missing  # staff read it already
    mei.hand_back(case)
    assert sari.last == said(Report.needs.prompt, "id")
    return case


def a_colleague_goes_on(evening: Evening, linh: ChatPerson) -> str:
    """Play Linh: from Lan to Mei, who is told what was promised; Linh hears of another role."""
    mei, lan = evening.mei, evening.lan
    case = evening.case_of(linh)
    takes(lan, case, linh, "vi")
    linh.says("Chủ giữ hộ chiếu của tôi")
    events = lan.run_command(Verb.TRANSFER, case, code=mei.id, text="Needs a lawyer.")
    (passed,) = [it for it in events if it.kind is EventKind.TRANSFERRED]
    assert passed.values == {"language": "vi", "rule": "any_time"}
    assert said(ROLE_TITLES["social_worker"], "vi") in linh.last
    mei.says(case, "Chào bạn.")
    assert linh.last == "Chào bạn."
    return case


def two_things_are_told(evening: Evening, linh: ChatPerson, case: str) -> None:
    """Let her tick parts until there are two, and agree to those."""
    mei = evening.mei
    mei.run_command(Verb.REFER, case, code="labor_1955")
    taps(linh, "vi", "Show it to me")
    while sum(button.label.startswith("✓") for button in linh.buttons()) < 2:
        linh.presses(next(it.label for it in linh.buttons() if it.label.isdigit()))
    taps(linh, "vi", "You may tell them")
    referral = str(evening.home.ask("SELECT id FROM referrals")[0][0])
    events = mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    (told,) = [it for it in events if it.code == "sent"]
    assert told.referral
    assert len(told.referral.included_parts) == 2
    assert evening.case(case)["status"] == "referred"
    mei.run_command(Verb.CLOSE, case, code="referred")


def whoever_is_forgotten_is_heard_of(evening: Evening) -> None:
    """Play Mali: nobody comes; whoever serves Thai hears of it, then the supervisor."""
    home = evening.home
    mali = home.person("th")
    mali.says("/start")
    mali.presses("ไทย")
    taps(mali, "th", "Danger now", "Tell them now")
    for _minute in range(6):
        home.advance_time(60)
        now = home.loop.now()
        home.database.writer.run_sync(partial(home.house.staff.check_due, now=now))
    case = evening.case_of(mali)
    alerts = [it for it in home.board.events if it.kind is EventKind.OVERDUE and it.case == case]
    assert set(alerts[0].to) == {evening.mei.id, evening.lan.id}
    assert evening.head.id in alerts[-1].to


def all_is_kept(evening: Evening, hers: str, theirs: str) -> None:
    """Read everything back from the store."""
    home, mei = evening.home, evening.mei
    assert (evening.case(hers)["status"], evening.case(hers)["holder"]) == ("open", mei.id)
    closed = evening.case(theirs)
    assert (closed["disposition"], closed["due_at"]) == ("referred", None)
    assert [(it.side, it.content.text) for it in mei.reads(theirs) if it.content.text] == [
        (MessageSide.PERSON, "Chủ giữ hộ chiếu của tôi"),
        (MessageSide.NOTE, "Needs a lawyer."),
        (MessageSide.CASEWORKER, "Chào bạn."),
    ]
    audit, setting, writer = AuditLog(VAULT), home.house.setting, home.database.writer
    deeds = writer.run_sync(lambda work: [it.action for it in audit.rows_about(work, theirs)])
    assert (deeds[0], deeds[-1]) == ("claim", "close")
    assert "referral_agree" in deeds
    ledger = Referrals(VAULT, audit, setting.registry, setting.consent)
    (entry,) = writer.run_sync(lambda work: ledger.of_case(work, theirs))
    assert (entry.recipient, len(entry.included_parts), entry.stage.value) == (
        "labor_1955",
        2,
        "sent",
    )
    assert home.ask("SELECT count(*) FROM inbox WHERE state = 'quarantined'") == [(0,)]


def first_reply(code: str) -> str:
    """Return the first reply of a phrase, in English."""
    return next(iter(PHRASES[code].replies.values())).source
