"""What a turn asks of the hotline: to store what was sent in a case, and to tell about cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import desc

from bot.cases.consents import (
    CONSENT_QUESTIONS,
    READING_STEPS,
    ConsentKind,
    ConsentRecord,
    ConsentRecords,
    new_consent,
)
from bot.cases.intake import PERSON, WITHDRAWAL, CaseOpening, Intake, NewCase, NewReport
from bot.cases.offices import EVERY_OFFICE
from bot.cases.receipts import Receipts, new_number
from bot.cases.state_machine import CASEWORK_ROLES
from bot.cases.urgency import Priority
from bot.conversation import Outcome
from bot.dispatch.turn.flow_names import PASSPHRASE_QUESTIONS
from bot.dispatch.turn.outcome_rules import EMERGENCY_KIND
from bot.hotline.case_links import Links
from bot.hotline.chat import case_progress
from bot.hotline.chat.case_progress import format_time
from bot.hotline.chat.messages import CaseMessage, CaseMessages, MessageSide
from bot.hotline.check_ins.texts import ENDED_IN_CHAT
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.duties import CaseDuties
from bot.hotline.erasure.data_summary import summarize_data
from bot.hotline.erasure.requests import ERASURE_REQUESTED, ErasureRequests
from bot.hotline.events import Event, EventKind
from bot.hotline.origins.join_codes import JoinCodes
from bot.hotline.queue.alerts import alert_recipients, load_alert, reaches_any
from bot.hotline.queue.visibility import works_for
from bot.hotline.referrals.model import ReferralStage
from bot.hotline.referrals.store import ConsentRevocation
from bot.hotline.services.requests import (
    PlanRequest,
    note_request,
    services_asked_for,
    shown_appointments,
)
from bot.hotline.staff.service_hours import office_part
from bot.hotline.staff.shift_duty import as_present
from bot.hotline.staff.staff import Staff, languages_on_duty
from bot.languages import catalogue
from bot.mailbox.outbox import sent_message_ids
from bot.partners.link_stats import LinkStats
from bot.partners.partners import Campaigns
from bot.store.statements import select_by, select_one
from bot.store.tables.main import cases
from bot.vault import AuditLog
from bot.vault.erasure.erase import Erasures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.conversation import Answer
    from bot.dispatch.conversation_store import Conversation, UrgentMessage
    from bot.dispatch.effects import Submission
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.check_ins.model import CheckIn
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.origins.join_codes import WordPair
    from bot.hotline.referrals.consent_dialog import ConsentOutcome, ConsentPress
    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.partners.partners import Campaign
    from bot.store.writer import Work

_EARLIER_CASE = select_by(
    cases, "id", by="chat_key",
    order_by=(cases.c.holder.is_(None), cases.c.closed_at.is_not(None), desc(cases.c.opened_at)),
    limit=1,
)  # fmt: skip
_CASES_OF_CHAT = select_by(cases, "id", by="chat_key")
_OFFICE_OF = select_one(cases, "office", by="id")
_CASE_EXISTS = select_one(cases, "id", by="id")
_HOLDER = select_one(cases, "holder", by="id")


@dataclass(slots=True)
class HotlineAdapter:
    """What one turn sends to the hotline; stored with everything else of its batch."""

    intake: Intake
    referrals: Referrals
    check_ins: CheckIns
    services: TurnServices
    work: Work
    now: int
    key: bytes
    opened_cases: list[NewCase] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    priority_raises: list[tuple[str, dict[str, object], Priority]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """What staff have to see besides."""
    after_store: list[Callable[[Work], Sequence[Event] | None]] = field(default_factory=list)
    """What is stored once new cases are; it returns the events that staff see."""

    def submit(self, conversation: Conversation, submission: Submission) -> str:
        """Add what a person sent to its case, or open one; return the reference."""
        answers: dict[str, object] = dict(submission.answers)
        at_most = Priority(submission.min_priority)
        joins = conversation.has_case and (
            not submission.opens_case
            or conversation.urgent_only
            or submission.kind == EMERGENCY_KIND
        )
        if joins:
            self.priority_raises.append((conversation.case, answers, at_most))
        else:
            case = self.intake.open_case(
                self.work,
                CaseOpening(
                    submission.kind,
                    conversation.language,
                    self.key,
                    conversation.chat,
                    answers,
                    at_most,
                    self.now,
                ),
            )
            self.opened_cases.append(case)
            conversation.case, conversation.reference = case.id, case.reference
            conversation.cases.append(case.id)
            self.link_proven(case.id, conversation.proven_cases)
        conversation.urgent_only = submission.kind == EMERGENCY_KIND and (
            conversation.urgent_only or not joins
        )
        self.reports.append(_report_of(conversation, submission, self.now))
        self._begin_casework(conversation.case, submission)
        if submission.kind == WITHDRAWAL:
            revoke = partial(
                self._revocation.revoke_all, case=conversation.case, by=PERSON, now=self.now
            )
            self.after_store.append(revoke)
        return conversation.reference

    def _begin_casework(self, case: str, submission: Submission) -> None:
        """Begin what follows from what was sent, once the case is stored."""
        law, vault = self.services.casework, self.services.vault
        if asked := services_asked_for(law.services, submission.answers):
            plan = PlanRequest(case, asked, self.now, self.services.zone)
            self.after_store.append(partial(note_request, vault, plan))
        begun = {it.code: it for it in law.duties if it.begins(submission.kind, submission.answers)}
        if begun:
            duties = CaseDuties(vault, CaseDeadlines(vault, AuditLog(vault), law.deadlines),
                                law.duties)  # fmt: skip
            begin = partial(
                duties.begin_by_answers, case=case, begun=begun, by=PERSON, now=self.now
            )
            self.after_store.append(begin)

    def link_proven(self, case: str, others: Iterable[str]) -> None:
        """Link a case to others of the person who has just proved to be the same.

        Staff who may see both find the earlier one from the later. Nothing is shown in the chat.
        """
        wanted = [other for other in dict.fromkeys(others) if other != case]

        def link(work: Work) -> list[Event]:
            audit, events = AuditLog(self.services.vault), []
            for other in Links.add_same_person(work, case, wanted, PERSON, self.now):
                for one, to in ((case, other), (other, case)):
                    audit.record(work, self.now, PERSON, "link", one, to)
                    events.append(Event(EventKind.LINKED, one))
            return events

        if wanted:
            self.after_store.append(link)

    def add_messages(self, case: str, urgent: Sequence[UrgentMessage]) -> None:
        """Add what the person wrote before staff were told, once the case is stored.

        Each keeps the moment at which it was written, and stands where it reached the case: what
        counts from the person's words, as the time for a reply, counts from when staff have them.
        """
        if not urgent:
            return
        messages = [
            CaseMessage(
                case, MessageSide.PERSON, it.kind, it.content, min(it.at or self.now, self.now),
                arrived_at=self.now,
            )
            for it in urgent
        ]  # fmt: skip

        def store(work: Work) -> list[Event]:
            for message in messages:
                self.intake.store_files(work, case, message.content.captioned_files, self.now)
            CaseMessages(self.services.vault).store(work, messages)
            return [Event(EventKind.PERSON_WROTE, case, message=it) for it in messages]

        self.after_store.append(store)

    def raise_priority(self, case: str, answers: dict[str, object]) -> None:
        """Raise the priority of a case as far as these answers demand."""
        self.priority_raises.append((case, answers, Priority.INFORMATION))

    def may_read(self, case: str) -> bool:
        """Tell whether the person of a case agreed that staff read what they write."""
        records = ConsentRecords(self.services.vault)
        return records.has_consent(self.work, case, ConsentKind.READING)

    def read_since(self, case: str) -> int | None:
        """Return when the person of a case agreed that staff read what they write; None: not."""
        records = ConsentRecords(self.services.vault).of_case(self.work, case)
        newest = [it for it in records if it.kind is ConsentKind.READING][-1:]
        return next((it.at for it in newest if it.is_active), None)

    def letter_of_staff(self, letters: Sequence[int], message: int) -> int:
        """Return which of these letters is a caseworker's and has this number in the channel."""
        sent = sent_message_ids(self.work, letters)
        letter = next((letter for letter, number in sent.items() if number == message), 0)
        return letter if letter and CaseMessages.of_letter(self.work, letter) else 0

    def is_reading_taken_back(self, case: str) -> bool:
        """Tell whether the person took back that staff read what they write."""
        records = ConsentRecords(self.services.vault)
        return records.reading_on_ended_at(self.work, case) is not None

    @staticmethod
    def expect_sessions(work: Work, keys: Iterable[bytes]) -> None:
        """Let the database look up what `find_earlier_case` will ask for in these chats."""
        for key in keys:
            work.expect(_EARLIER_CASE, key)

    def find_earlier_case(self) -> str:
        """Return a case of this chat from before this session; empty for none.

        An assigned case comes first, then one that is not closed, then the newest.
        """
        found = self.work.rows(_EARLIER_CASE, self.key)
        return str(found[0][0]) if found else ""

    def record_campaign_visit(self, code: str) -> Campaign | None:
        """Count this chat for the link of this code, and return it; None for an unknown code."""
        found = Campaigns.by_code(self.work, code)
        if found is not None:
            LinkStats(self.services.vault, self.services.zone).count_chat(
                self.work, found.id, self.key, self.now
            )
        return found

    def case_exists(self, case: str) -> bool:
        """Tell whether a case is still there: it may have been erased meanwhile."""
        return bool(self.work.rows(_CASE_EXISTS, case))

    def is_held_by(self, case: str, staff: str) -> bool:
        """Tell whether a caseworker holds a case; not once their access has ended."""
        return (staff,) in self.work.rows(_HOLDER, case)

    def apply_consent(self, case: str, pressed: ConsentPress) -> ConsentOutcome | None:
        """Store what was pressed under a question of consent; None: not of this case."""
        return self.referrals.handle_press(self.work, case, pressed, self.now)

    def latest_referral(self, case: str) -> Referral | None:
        """Return the referral about which this case's person was asked last; None for none."""
        return next(reversed(self.referrals.of_case(self.work, case)), None)

    def offered_referrals(self, case: str) -> list[Referral]:
        """Return the referrals about which this case's person has not decided."""
        found = self.referrals.of_case(self.work, case)
        return [it for it in found if it.stage is ReferralStage.OFFERED]

    def unasked_referral(self, case: str, referral: str) -> Referral | None:
        """Return a referral whose question waits; None if it was answered or ended meanwhile."""
        found = self.referrals.find(self.work, case, referral)
        return found if found is not None and found.stage is ReferralStage.OFFERED else None

    def withdraw_unasked(self, case: str, referral: str, by: str) -> Referral | None:
        """End a referral whose question was never asked; return it."""
        return self.referrals.withdraw(self.work, case, referral, by, self.now)

    def requested_texts(self, conversation: Conversation, outcome: Outcome) -> dict[str, str]:
        """Return what a person asked to read, by the blank it fills."""
        if outcome is Outcome.STATUS_REQUESTED:
            return {"trail": self._case_progress(conversation)}
        if outcome is Outcome.DATA_REQUESTED:
            return {"held": self._held_data(conversation)}
        return {"introduced": self._introducing_partner(conversation)}

    def _introducing_partner(self, conversation: Conversation) -> str:
        """Return by whose link this session began; a link that was revoked is none."""
        campaign, texts = conversation.campaign_id, self.services.texts
        partner = Campaigns.partner_name(self.work, campaign) if campaign else ""
        text = texts.introduced_by_partner if partner else texts.no_partner
        return self.services.renderer.text(text, conversation.language).replace(
            "{partner}", partner
        )

    def _held_data(self, conversation: Conversation) -> str:
        """Return what is stored of the case of this session, as its person reads it."""
        texts, zone, language = self.services.texts, self.services.zone, conversation.language
        keep_days = int(self.services.renderer.blanks(language)["keep_days"])
        case = conversation.case
        return summarize_data(self.work, case, texts.data_held, keep_days, self.now, zone, language)

    def ask_to_join(self, chat: int, code: str) -> WordPair:
        """Record that a code was written in this chat; return the two words that it shows."""
        codes = JoinCodes(self.services.vault)
        if case := codes.ask(self.work, self.key, chat, code, self.now):
            self.events.append(Event(EventKind.JOIN_REQUESTED, case))
        return codes.words(self.key, code)

    @staticmethod
    def new_receipt_number() -> str:
        """Return a number for a receipt; whether it is free is checked when it is issued."""
        return new_number()

    def sign_receipt(self, case: str, number: str, digest: bytes) -> bool:
        """Sign that something was received; tell whether there is a receipt now."""
        vault = self.services.vault
        return Receipts(vault, AuditLog(vault)).issue(self.work, case, number, digest, self.now)

    def retained_until(self, conversation: Conversation) -> str:
        """Return until when the law requires a case of this session to be kept; empty: none."""
        known = {conversation.case, *conversation.cases, *conversation.proven_cases}
        held = (Erasures.legal_hold_until(self.work, case, self.now) for case in known)
        until = max((at for at in held if at is not None), default=None)
        if until is None:
            return ""
        return format_time(until, self.now, self.services.zone, conversation.language)

    def withdraw_consent(self, kind: ConsentKind) -> None:
        """Withdraw a consent in every case of this chat.

        The person reads that it is withdrawn from now on, and nothing of any case. If another
        person withdrew it, it can be asked about again.
        """

        def revoke(work: Work) -> list[Event]:
            found = [str(case) for (case,) in work.rows(_CASES_OF_CHAT, self.key)]
            shown = (self._revocation.revoke(work, case, kind, PERSON, self.now) for case in found)
            return [event for events in shown for event in events or ()]

        self.after_store.append(revoke)

    @property
    def _revocation(self) -> ConsentRevocation:
        vault = self.services.vault
        return ConsentRevocation(vault, AuditLog(vault), self.referrals)

    def request_erasure(self, conversation: Conversation) -> None:
        """Store the request that everything of this chat is erased, and tell staff."""
        requests, proven = ErasureRequests(AuditLog(self.services.vault)), conversation.proven_cases
        for case in requests.request(self.work, self.key, self.now, proven):
            if case not in proven:
                self.events.append(Event(EventKind.ERASURE_REQUESTED, case, text=ERASURE_REQUESTED))

    def agree_check_in(self, conversation: Conversation, answers: Mapping[str, Answer]) -> None:
        """Schedule the check-in the person chose, once their case is stored."""
        hour, case = answers.get("hour"), conversation.case
        if isinstance(hour, int) and case:
            agree = partial(
                self.check_ins.schedule, case=case, chat_key=self.key, hour=hour,
                plan=str(answers.get("plan") or "nothing"), now=self.now,
                zone=self.services.zone, is_daily=answers.get("often") == "daily",
            )  # fmt: skip
            self.after_store.append(agree)

    def end_check_in(self, conversation: Conversation) -> None:
        """End the check-in; staff are told, for the person may have been forced to say so."""
        case = conversation.case
        if self.check_ins.end(self.work, case, PERSON, self.now):
            self.events.append(Event(EventKind.CHECKED_IN, case, text=ENDED_IN_CHAT))

    def is_language_spoken(self, language: str) -> bool:
        """Tell whether a caseworker on duty speaks a language."""
        return language in languages_on_duty(self.work)

    def has_check_in(self, conversation: Conversation) -> bool:
        """Tell whether a check-in is agreed on in the case of this session."""
        return self.check_ins.of_case(self.work, conversation.case) is not None

    def hours_of_office(self, conversation: Conversation) -> dict[str, str]:
        """Return when people read in the office of a case, by the blank it fills.

        Nothing is returned for an office without hours of its own, or a case of all offices.
        """
        weeks = self.services.service_hours.plan(self.work).queue_weeks
        office = self.office_of(conversation) if weeks else EVERY_OFFICE
        if office is None or office_part(office) not in weeks:
            return {}
        read_in = catalogue(conversation.language)
        return {"hours": self.services.texts.office_hours(office, read_in)}

    def office_of(self, conversation: Conversation) -> str | None:
        """Return the office of this session's case, as its person reads it.

        It is that of every office if there is no such case.
        """
        case = conversation.case
        if (before := conversation.before_alarm(case)) is not None:
            return before.office
        opened = next((it for it in self.opened_cases if it.id == case), None)
        if opened is not None:
            return opened.office
        rows = self.work.rows(_OFFICE_OF, case)
        return rows[0][0] if rows else EVERY_OFFICE

    def open_check_ins(self) -> list[CheckIn]:
        """Return the check-ins of this chat to which a word may be the answer now."""
        return [it.check_in for it in self.check_ins.accepting(self.work, self.key, self.now)]

    def match_check_in(self, text: str) -> tuple[list[str], int]:
        """Return the cases whose check-in this may answer, and when the time for answers ends."""
        found = self.check_ins.record_answer(self.work, self.key, text, self.now)
        ends = max((kept.check_in.ends_at for kept in found), default=0)
        return [kept.case for kept in found], ends

    def are_all_cases_proven(self, conversation: Conversation) -> bool:
        """Tell whether the person has proven, by passphrase, that every case is theirs."""
        cases = {str(case) for (case,) in self.work.rows(_CASES_OF_CHAT, self.key)}
        return bool(cases) and cases <= set(conversation.proven_cases)

    def _case_progress(self, conversation: Conversation) -> str:
        """Return how far the case of this session has come, as its person reads it.

        Nothing of it shows that its check-in raised an alarm: a person who makes them write the
        duress word would learn what it does.
        """
        progress = case_progress.load_progress(self.work, conversation.case)
        if progress is None:
            return ""
        if (before := conversation.before_alarm(conversation.case)) is not None:
            progress = replace(
                progress, priority=before.priority, due_at=progress.due_at and before.due_at
            )
        shown = shown_appointments(self.services.vault, self.work, conversation.case, self.now)
        progress = replace(progress, appointments=shown)
        texts, zone = self.services.texts.case_progress, self.services.zone
        outlook = self._reading_outlook(progress, conversation)
        return case_progress.render_progress(
            progress, texts, outlook, self.now, zone, conversation.language
        )

    def _reading_outlook(
        self, progress: case_progress.CaseProgress, conversation: Conversation
    ) -> case_progress.ReadingOutlook:
        """Return who reads next; what a person is told rests on it."""
        staff = as_present(self.work, Staff(self.services.vault).all(self.work), self.now)
        now = self.now
        alert, due_at = load_alert(self.work, conversation.case), progress.due_at or now
        before = conversation.before_alarm(conversation.case)
        if alert is not None and before is not None:
            alert = replace(alert, office=before.office)
        plan = self.services.service_hours.plan(self.work)
        office = alert.office if alert else EVERY_OFFICE
        hours = plan.hours(alert.queue if alert else "", office)
        to = alert_recipients(alert, staff, now) if alert else ()
        near = EVERY_OFFICE if progress.priority == Priority.EMERGENCY else office
        on_duty = [it for it in staff if it.is_active and it.is_on_duty and works_for(it, near)]
        is_staffed = hours.is_open(now) or any(it.role in CASEWORK_ROLES for it in on_duty)
        # Those on duty now may have left when the office opens again.
        is_before_closing = hours.add(now, due_at - now) == due_at if due_at > now else True
        will_tell = is_before_closing and reaches_any(
            to, staff, now, has_group=self.services.has_group
        )
        is_on_call = progress.priority == Priority.EMERGENCY and self._is_on_call()
        return case_progress.ReadingOutlook(
            is_staffed, hours.opens_at(now), will_tell or is_on_call, is_on_call
        )

    def _is_on_call(self) -> bool:
        """Return whether a caseworker is called for an emergency."""
        roster = self.services.on_call
        return roster is not None and bool(roster.available(self.work, self.now))


def _report_of(conversation: Conversation, submission: Submission, now: int) -> NewReport:
    """Return what was sent, without passphrases, and with the files its case has already."""
    content = {
        step: answer
        for step, answer in submission.answers.items()
        if (submission.flow, step) not in PASSPHRASE_QUESTIONS
    }
    return NewReport(
        conversation.case,
        submission.kind,
        submission.flow,
        content,
        now,
        _consents_of(conversation, submission, now),
        frozenset(it for case, it in conversation.files_in_case if case == conversation.case),
    )


def _consents_of(conversation: Conversation, sent: Submission, now: int) -> list[ConsentRecord]:
    """Return which consents were asked for before this was sent, and the answers."""
    found = []
    for step in CONSENT_QUESTIONS:
        shown = conversation.consent_wordings.pop(f"{sent.flow}.{step}", None)
        answer = sent.answers.get(step)
        if answer in CONSENT_QUESTIONS[step].undecided_answers:
            continue
        if shown is not None or step in sent.answers:
            record = new_consent(step, answer, shown, conversation.notice_version, now)
            found.append(record)
            if record.is_given and step in READING_STEPS and sent.opens_case:
                found.append(replace(record, kind=ConsentKind.READING))
    return found
