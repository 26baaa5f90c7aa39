"""What one turn asks of the hotline: a case for what was sent, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.cases.consents import ASKED, Agreement, Kind, agreement
from bot.cases.intake import PERSON, WITHDRAWAL, Intake, NewCase, NewReport
from bot.cases.receipts import Receipts, new_number
from bot.cases.urgency import Priority
from bot.conversation import Outcome
from bot.dispatch.outcome_rules import EMPTY_HANDED
from bot.hotline.chat import case_progress
from bot.hotline.chat.case_progress import clock
from bot.hotline.check_ins.texts import ENDED_THERE
from bot.hotline.erasure.data_summary import held
from bot.hotline.erasure.requests import WANTS_IT_GONE, Wishes
from bot.hotline.events import Event, Happened
from bot.hotline.referrals.revoke import TakingBack
from bot.partners.campaigns import Campaigns
from bot.partners.link_stats import Counting
from bot.store.compiled import Prepared
from bot.store.tables.main import cases
from bot.vault import Audit
from bot.vault.erasure.erase import Erasures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.conversation import Answer
    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.effects import Sending, Setting
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.referrals.consent_dialog import Pressed, Pressing
    from bot.hotline.referrals.store import Referrals
    from bot.partners.campaigns import Campaign
    from bot.store.writer import Work

WORDS = frozenset({("check_in", "word"), ("check_in", "second")})
"""Questions answered with a word that goes to nobody: a sign stands in its place."""

_EARLIER = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(cases.c.chat_key == bindparam("key"))
        .order_by(
            cases.c.holder.is_(None), cases.c.closed_at.is_not(None), cases.c.opened_at.desc()
        )
        .limit(1)
    ),
    "key",
)
_OF_CHAT = Prepared(lambda _: select(cases.c.id).where(cases.c.chat_key == bindparam("key")), "key")
_STANDS = Prepared(lambda _: select(cases.c.id).where(cases.c.id == bindparam("case")), "case")


@dataclass(slots=True)
class Sent:
    """What one turn sent to the hotline; stored with everything else of its batch."""

    intake: Intake
    referrals: Referrals
    check_ins: CheckIns
    setting: Setting
    work: Work
    now: int
    key: bytes
    opened: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    raised: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """What staff have to hear beside that."""
    then: list[Callable[[Work], Sequence[Event] | None]] = field(default_factory=list)
    """What is kept with cases, which may be as new as this; it returns what staff see of it."""

    def send(self, conversation: Conversation, sending: Sending) -> str:
        """Put what a person sent to its case, opening one if none waits; return its reference."""
        answers: dict[str, object] = dict(sending.answers)
        at_most = Priority(sending.at_least)
        joins = conversation.has_case and (
            not sending.opens or conversation.urgent_only or sending.kind == EMPTY_HANDED
        )
        if joins:
            self.raised.append((conversation.case, answers, at_most))
        else:
            case = self.intake.open_case(
                self.work, sending.kind, conversation.language, self.key, conversation.chat,
                answers, at_most, self.now,
            )  # fmt: skip
            self.opened.append(case)
            conversation.case, conversation.reference = case.id, case.reference
            conversation.cases.append(case.id)
        conversation.urgent_only = sending.kind == EMPTY_HANDED and (
            conversation.urgent_only or not joins
        )
        agreed = _agreed(conversation, sending, self.now)
        told = {
            step: it for step, it in sending.answers.items() if (sending.flow, step) not in WORDS
        }
        self.reports.append(
            NewReport(conversation.case, sending.kind, sending.flow, told, self.now, agreed)
        )
        if sending.kind == WITHDRAWAL:
            back = partial(
                self._taking_back.withdraw, case=conversation.case, by=PERSON, now=self.now
            )
            self.then.append(back)
        return conversation.reference

    def earlier(self) -> str:
        """Return a case of this chat from before this sitting; empty for none.

        One that somebody holds comes first, then one that is not closed, then the newest.
        """
        found = self.work.rows(_EARLIER, self.key)
        return str(found[0][0]) if found else ""

    def came_by(self, code: str) -> Campaign | None:
        """Count this chat for the link of this code, and return it; None for no link of ours."""
        found = Campaigns.by_code(self.work, code)
        if found is not None:
            Counting(self.setting.vault, self.setting.zone).came(
                self.work, found.id, self.key, self.now
            )
        return found

    def stands(self, case: str) -> bool:
        """Tell whether a case is still there: it may have been erased since."""
        return bool(self.work.rows(_STANDS, case))

    def decide(self, case: str, pressed: Pressed) -> Pressing | None:
        """Do what was pressed under a question of consent; None when it is none of this case's."""
        return self.referrals.press(self.work, case, pressed, self.now)

    def told(self, conversation: Conversation, outcome: Outcome) -> dict[str, str]:
        """Return what somebody asked to be told, as they read it, by the blank it fills."""
        if outcome is Outcome.ASKED_WHERE:
            return {"trail": self._trail(conversation)}
        if outcome is Outcome.ASKED_HELD:
            return {"held": self._held(conversation)}
        return {"introduced": self._introduced(conversation)}

    def _introduced(self, conversation: Conversation) -> str:
        """Return by whose link this sitting began; a link that is revoked by now is none."""
        link, phrasing = conversation.link, self.setting.phrasing
        partner = Campaigns.given_by(self.work, link) if link else ""
        text = phrasing.introduced if partner else phrasing.unintroduced
        words = self.setting.screens.words(text, conversation.language)
        return words.replace("{partner}", partner)

    def _held(self, conversation: Conversation) -> str:
        """Return what is held of the case of this sitting, as its person reads it."""
        phrasing, zone = self.setting.phrasing, self.setting.zone
        language = conversation.language
        keep_days = int(self.setting.screens.blanks(language)["keep_days"])
        case = conversation.case
        return held(self.work, case, phrasing.held, keep_days, self.now, zone, language)

    @staticmethod
    def number() -> str:
        """Return a number for a receipt; that it is free is seen when the receipt is made."""
        return new_number()

    def receipt(self, case: str, number: str, word: bytes) -> bool:
        """Sign that something was received; tell whether there is a receipt now."""
        vault = self.setting.vault
        return Receipts(vault, Audit(vault)).make(self.work, case, number, word, self.now)

    def kept_until(self, conversation: Conversation) -> str:
        """Return until when the law keeps a case this sitting knows; empty: none has to be kept."""
        known = {conversation.case, *conversation.cases, *conversation.proven}
        held = (Erasures.held_until(self.work, case, self.now) for case in known)
        until = max((at for at in held if at is not None), default=None)
        if until is None:
            return ""
        return clock(until, self.now, self.setting.zone, conversation.language)

    def take_back(self, kind: Kind) -> None:
        """Take back what was agreed to, in every case of this chat.

        Whoever says so reads that it is so from now on, without a word of which case. It shows
        nothing of any, and what was taken back by somebody else can be asked about again.
        """

        def back(work: Work) -> list[Event]:
            found = [str(case) for (case,) in work.rows(_OF_CHAT, self.key)]
            told = (self._taking_back.revoke(work, case, kind, PERSON, self.now) for case in found)
            return [event for events in told for event in events or ()]

        self.then.append(back)

    @property
    def _taking_back(self) -> TakingBack:
        vault = self.setting.vault
        return TakingBack(vault, Audit(vault), self.referrals)

    def wish(self, conversation: Conversation) -> None:
        """Write down that everything of this chat is to be erased, and let staff know."""
        wishes, proven = Wishes(Audit(self.setting.vault)), conversation.proven
        for case in wishes.ask(self.work, self.key, self.now, proven):
            if case not in proven:
                self.events.append(Event(Happened.WISHED, case, text=WANTS_IT_GONE))

    def agree(self, conversation: Conversation, answers: Mapping[str, Answer]) -> None:
        """Wait for this person at the hour they chose, once their case stands."""
        hour, case = answers.get("hour"), conversation.case
        if isinstance(hour, int) and case:
            agree = partial(
                self.check_ins.agree, case=case, chat_key=self.key, hour=hour,
                plan=str(answers.get("plan") or "nothing"), now=self.now,
                zone=self.setting.zone, is_daily=answers.get("often") == "daily",
            )  # fmt: skip
            self.then.append(agree)

    def end_check_in(self, conversation: Conversation) -> None:
        """Ask this person no more; staff hear of it, for somebody may have made them say so."""
        case = conversation.case
        if self.check_ins.end(self.work, case, PERSON, self.now):
            self.events.append(Event(Happened.CHECKED_IN, case, text=ENDED_THERE))

    def checks_in(self, conversation: Conversation) -> bool:
        """Tell whether an hour is agreed on in the case of this sitting."""
        return self.check_ins.of_case(self.work, conversation.case) is not None

    def hear(self, words: str) -> tuple[list[str], int]:
        """Return the cases in whose hour these words may be the answer, and when that is over."""
        found = self.check_ins.hear(self.work, self.key, words, self.now)
        ends = max((kept.it.ends_at for kept in found), default=0)
        return [kept.case for kept in found], ends

    def is_theirs(self, conversation: Conversation) -> bool:
        """Tell whether the person has shown, with their word, that every case of the chat is."""
        cases = {str(case) for (case,) in self.work.rows(_OF_CHAT, self.key)}
        return bool(cases) and cases <= set(conversation.proven)

    def _trail(self, conversation: Conversation) -> str:
        """Return how far the case of this sitting has come, as its person reads it."""
        stands = case_progress.standing(self.work, conversation.case)
        if stands is None:
            return ""
        words, zone = self.setting.phrasing.trail, self.setting.zone
        return case_progress.told(stands, words, self.now, zone, conversation.language)


def _agreed(conversation: Conversation, sending: Sending, now: int) -> list[Agreement]:
    """Return what was asked on the way to this sending, and what was answered."""
    found = []
    for step in ASKED:
        shown = conversation.shown.pop(f"{sending.flow}.{step}", None)
        if shown is not None or step in sending.answers:
            answer = sending.answers.get(step)
            found.append(agreement(step, answer, shown, conversation.notice, now))
    return found
