"""An evening at the hotline: three people, three languages, two caseworkers, and everything kept.

Sari (Indonesian) is in danger in the middle of a report. Linh (Vietnamese) wants to talk. Mali
(Thai) asks for help and is forgotten for a while. Mei and Lan answer; the process ends in between.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.hotline.chat.messages import Side
from bot.hotline.commands.types import Verb
from bot.hotline.events import Happened
from bot.hotline.referrals.store import Referrals
from bot.text import fold
from bot.vault.audit.log import Audit
from flows import hotline, phrases
from flows.phrasebook import PHRASES
from flows.titles import TITLES
from tests.house.catalogues import read_in
from tests.houses import VAULT, Home
from tests.stores import on_both
from tests.stories.evening import LABELS

if TYPE_CHECKING:
    from pathlib import Path

    from bot.text import Text
    from tests.colleagues import Colleague
    from tests.people import Person

for _phrase in PHRASES.values():
    for _label in _phrase.replies.values():
        LABELS.setdefault(_label.source, []).append(_label)
for _label in hotline.REFERRAL.values():
    LABELS.setdefault(_label.source, []).append(_label)


def taps(person: Person, language: str, *english: str) -> None:
    """Press buttons by their English names, in whatever language they are."""
    for label in english:
        words = {fold(it.read_in(read_in(language))) for it in LABELS.get(label, ())} | {label}
        named = [b.label for b in person.buttons() if fold(b.label.lstrip("✓ 0123456789")) in words]
        assert named, f"{label} ({words}) is none of {person.labels()}"
        person.presses(named[0].lstrip("✓ 0123456789"))


def said(text: Text, language: str, **values: str) -> str:
    return text.read_in(read_in(language), values)


class Evening:
    """The house and everybody in it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.mei = home.colleague("Mei", languages=("id", "th"), title="social_worker")
        self.lan = home.colleague("Lan", languages=("vi", "th", "id"), title="counsellor")
        self.head = home.colleague("Hua", role=Role.SUPERVISOR, languages=("en",))

    def case_of(self, person: Person) -> str:
        key = VAULT.chat_key(self.home.house.inbox.bot, person.id)
        return next(
            case for case, found in self.home.ask("SELECT id, chat_key FROM cases") if found == key
        )

    def case(self, case: str) -> dict[str, object]:
        names = ("status", "holder", "priority", "language", "disposition", "alerts", "due_at")
        rows = self.home.ask(f"SELECT id, {', '.join(names)} FROM cases")  # noqa: S608 - our own names
        return next(dict(zip(names, row[1:], strict=True)) for row in rows if row[0] == case)

    def sari_is_in_danger(self) -> Person:
        sari = self.home.person("id")
        sari.says("/start")
        sari.presses("Bahasa Indonesia")
        taps(sari, "id", "Nobody can see", "Tell what happened", "About me", "Age 18 or over")
        taps(sari, "id", "Danger now", "Tell them now")
        return sari

    def linh_wants_to_talk(self) -> Person:
        linh = self.home.person("vi")
        linh.says("/start")
        linh.presses("Tiếng Việt")
        taps(linh, "vi", "Nobody can see", "Talk to a person", "I am safe here")
        linh.says("Tôi muốn nói chuyện")
        taps(linh, "vi", "Any time", "Send")
        return linh


def takes(colleague: Colleague, case: str, person: Person, language: str) -> None:
    """Claim a case and meet its person."""
    colleague.claims(case)
    colleague.takes_over(case)
    taps(person, language, "I can write now")


@on_both
def test_an_evening(kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path, kind=kind)
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
    mei.takes_over(case)
    assert sari.last == said(PHRASES["opener"].text, "id")
    taps(sari, "id", "I can write now")
    assert said(TITLES["social_worker"], "id") in sari.last
    assert "Mei" not in " ".join(sari.texts)

    sari.says("Dia mengunci pintu")
    home.restart(seconds_away=60)
    mei.says(case, "Saya di sini.")
    assert sari.last == "Saya di sini."
    mei.does(Verb.PHRASE, case, code="hurt")
    assert sari.last == said(PHRASES["hurt"].text, "id")
    taps(sari, "id", first_reply("hurt"))
    assert mei.reads(case)[-1].content.code.startswith("hurt.")

    events = mei.does(Verb.ANSWER, case, code="report.safe", words="unsure")
    (filled,) = [it for it in events if it.what is Happened.ANSWERED]
    assert filled.bookmark
    assert "safe" in filled.bookmark.answered
    assert "keep" in filled.bookmark.missing
    mei.hands_back(case)
    assert sari.last == said(phrases.KEEP_QUESTION, "id")
    return case


def a_colleague_goes_on(evening: Evening, linh: Person) -> str:
    """Play Linh: from Lan to Mei, who is told what was promised; Linh hears of another role."""
    mei, lan = evening.mei, evening.lan
    case = evening.case_of(linh)
    takes(lan, case, linh, "vi")
    linh.says("Chủ giữ hộ chiếu của tôi")
    events = lan.does(Verb.TRANSFER, case, code=mei.id, words="Needs a lawyer.")
    (passed,) = [it for it in events if it.what is Happened.TRANSFERRED]
    assert passed.values == {"language": "vi", "rule": "any_time"}
    assert said(TITLES["social_worker"], "vi") in linh.last
    mei.says(case, "Chào bạn.")
    assert linh.last == "Chào bạn."
    return case


def two_things_are_told(evening: Evening, linh: Person, case: str) -> None:
    """Let her strike all but two parts, and agree to those."""
    mei = evening.mei
    mei.does(Verb.REFER, case, code="labor_1955")
    taps(linh, "vi", "Show it to me")
    parts = [button.label for button in linh.buttons() if button.label.startswith("✓")]
    for number in range(3, len(parts) + 1):
        linh.presses(f"✓ {number}")
    taps(linh, "vi", "You may tell them")
    referral = str(evening.home.ask("SELECT id FROM referrals")[0][0])
    events = mei.does(Verb.TELL_OTHERS, case, code=referral)
    (told,) = [it for it in events if it.code == "sent"]
    assert told.referral
    assert len(told.referral.kept) == 2
    assert evening.case(case)["status"] == "referred"
    mei.does(Verb.CLOSE, case, code="referred")


def whoever_is_forgotten_is_heard_of(evening: Evening) -> None:
    """Play Mali: nobody comes; whoever serves Thai hears of it, then the supervisor."""
    home = evening.home
    mali = home.person("th")
    mali.says("/start")
    mali.presses("ไทย")
    taps(mali, "th", "Nobody can see", "Danger now", "Tell them now")
    for _minute in range(6):
        home.passes(60)
        now = home.loop.now()
        home.database.writer.run_now(partial(home.house.shift.look, now=now))
    case = evening.case_of(mali)
    alerts = [it for it in home.board.events if it.what is Happened.OVERDUE and it.case == case]
    assert set(alerts[0].to) == {evening.mei.id, evening.lan.id}
    assert evening.head.id in alerts[-1].to


def all_is_kept(evening: Evening, hers: str, theirs: str) -> None:
    """Read everything back from the store."""
    home, mei = evening.home, evening.mei
    assert (evening.case(hers)["status"], evening.case(hers)["holder"]) == ("open", mei.id)
    closed = evening.case(theirs)
    assert (closed["disposition"], closed["due_at"]) == ("referred", None)
    assert [(it.side, it.content.words) for it in mei.reads(theirs) if it.content.words] == [
        (Side.PERSON, "Chủ giữ hộ chiếu của tôi"),
        (Side.NOTE, "Needs a lawyer."),
        (Side.CASEWORKER, "Chào bạn."),
    ]
    audit, setting, writer = Audit(VAULT), home.house.setting, home.database.writer
    deeds = writer.run_now(lambda work: [it.deed for it in audit.about(work, theirs)])
    assert (deeds[0], deeds[-1]) == ("claim", "close")
    assert "referral_agree" in deeds
    ledger = Referrals(VAULT, audit, setting.book, setting.consent)
    (entry,) = writer.run_now(lambda work: ledger.ledger(work, theirs))
    assert (entry.recipient, len(entry.kept), entry.stage.value) == ("labor_1955", 2, "sent")
    assert home.ask("SELECT count(*) FROM inbox WHERE state = 'quarantined'") == [(0,)]


def first_reply(code: str) -> str:
    """Return the first reply of a phrase, in English."""
    return next(iter(PHRASES[code].replies.values())).source
