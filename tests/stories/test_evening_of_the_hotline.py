"""An evening at the hotline: three people, three languages, two caseworkers, and everything kept.

Sari (Indonesian) is in danger in the middle of a report. Linh (Vietnamese) wants to talk. Mali
(Thai) asks for help and is forgotten for a while. Mei and Lan answer; the process ends in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.life import Role
from bot.hotline.commands import Verb
from bot.hotline.consent import Consent
from bot.hotline.events import Happened
from bot.hotline.exchanges import Side
from bot.hotline.ledger import Referrals
from bot.text import fold
from bot.vault.audit import Audit
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
    mei, lan = evening.mei, evening.lan

    # Sari is in danger and comes first, whoever came before her.
    linh = evening.linh_wants_to_talk()
    sari = evening.sari_is_in_danger()
    hers = evening.case_of(sari)
    assert mei.claims() == hers
    mei.takes_over(hers)
    assert sari.last == said(PHRASES["opener"].text, "id")
    taps(sari, "id", "I can write now")
    title = said(TITLES["social_worker"], "id")
    assert title in sari.last
    assert "Mei" not in " ".join(sari.texts)

    # They write, the process ends in the middle, they go on writing.
    sari.says("Dia mengunci pintu")
    home.restart(seconds_away=60)
    mei.says(hers, "Saya di sini.")
    assert sari.last == "Saya di sini."
    mei.does(Verb.PHRASE, hers, code="hurt")
    assert sari.last == said(PHRASES["hurt"].text, "id")
    taps(sari, "id", first_reply("hurt"))
    assert [it.content.code for it in mei.reads(hers)][-1].startswith("hurt.")

    # What she said fills an answer; handed back, the first missing question is asked, in her words.
    events = mei.does(Verb.ANSWER, hers, code="report.safe", words="not_safe")
    (filled,) = [it for it in events if it.what is Happened.ANSWERED]
    assert filled.bookmark
    assert "safe" in filled.bookmark.answered
    assert "keep" in filled.bookmark.missing
    mei.hands_back(hers)
    assert sari.last == said(phrases.KEEP_QUESTION, "id") or "110" in " ".join(sari.texts[-4:])

    # Linh goes from Mei to Lan, who is told what was promised; Linh hears of another, by role.
    theirs = evening.case_of(linh)
    takes(lan, theirs, linh, "vi")
    linh.says("Chủ giữ hộ chiếu của tôi")
    events = lan.does(Verb.TRANSFER, theirs, code=mei.id, words="Needs a lawyer.")
    (passed,) = [it for it in events if it.what is Happened.TRANSFERRED]
    assert passed.values == {"language": "vi", "rule": "any_time"}
    assert said(TITLES["social_worker"], "vi") in linh.last
    mei.says(theirs, "Chào bạn.")
    assert linh.last == "Chào bạn."

    # She agrees to two things of what was asked, and to no more.
    mei.does(Verb.REFER, theirs, code="labor_1955")
    taps(linh, "vi", "Show it to me")
    parts = [b.label for b in linh.buttons() if b.label.startswith("✓")]
    for number in range(3, len(parts) + 1):
        linh.presses(f"✓ {number}")
    taps(linh, "vi", "You may tell them")
    referral = str(home.ask("SELECT id FROM referrals")[0][0])
    events = mei.does(Verb.TELL_OTHERS, theirs, code=referral)
    (told,) = [it for it in events if it.code == "sent"]
    assert told.referral
    assert len(told.referral.kept) == 2
    assert evening.case(theirs)["status"] == "referred"
    mei.does(Verb.CLOSE, theirs, code="referred")

    # Mali waits, and nobody comes: whoever serves Thai hears of it, then the supervisor.
    mali = home.person("th")
    mali.says("/start")
    mali.presses("ไทย")
    taps(mali, "th", "Nobody can see", "Danger now", "Tell them now")
    forgotten = evening.case_of(mali)
    alerts = []
    for _minute in range(6):
        home.passes(60)
        now = home.loop.now()
        home.database.writer.run_now(lambda work: home.house.shift.look(work, now))  # noqa: B023
    alerts = [it for it in home.board.events if it.what is Happened.OVERDUE]
    ours = [set(it.to) for it in alerts if it.case == forgotten]
    assert ours[0] == {mei.id, lan.id}
    assert evening.head.id in ours[-1]

    # Everything read back from the store is right.
    home.restart()
    assert evening.case(hers)["holder"] == mei.id
    assert evening.case(hers)["status"] == "open"
    assert evening.case(theirs)["disposition"] == "referred"
    assert evening.case(theirs)["due_at"] is None
    words = [(it.side, it.content.words) for it in mei.reads(theirs) if it.content.words]
    assert words == [
        (Side.PERSON, "Chủ giữ hộ chiếu của tôi"),
        (Side.NOTE, "Needs a lawyer."),
        (Side.CASEWORKER, "Chào bạn."),
    ]
    audit = Audit(VAULT)
    deeds = home.database.writer.run_now(lambda work: [it.deed for it in audit.about(work, theirs)])
    assert deeds[0] == "claim"
    assert "referral_agree" in deeds
    assert deeds[-1] == "close"
    setting = home.house.setting
    ledger = Referrals(VAULT, audit, setting.book, setting.consent)
    (entry,) = home.database.writer.run_now(lambda work: ledger.ledger(work, theirs))
    assert (entry.recipient, len(entry.kept), entry.stage.value) == ("labor_1955", 2, "sent")
    assert isinstance(setting.consent, Consent)
    assert home.ask("SELECT count(*) FROM inbox WHERE state = 'quarantined'") == [(0,)]
    home.close()


def first_reply(code: str) -> str:
    """Return the first reply of a phrase, in English."""
    return next(iter(PHRASES[code].replies.values())).source
