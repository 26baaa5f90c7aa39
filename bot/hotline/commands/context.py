"""The services that command handlers use, and one command while it is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.cases.sealed_fields import open_address
from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands.texts import CHAT_FROZEN
from bot.hotline.contact_rule import WHEN_I_WRITE
from bot.hotline.events import Event, EventKind
from bot.store import Work, select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.consents import ConsentRecords
    from bot.cases.intake import Intake
    from bot.cases.record.store import RecordEntries
    from bot.conversation import FlowRegistry
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.chat.takeover import ChatAction
    from bot.hotline.check_ins.store import CheckIns
    from bot.hotline.commands.types import Command
    from bot.hotline.connections.store import CaseConnections
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.deliveries.delivering import DeliveryDesk
    from bot.hotline.duties import CaseDuties
    from bot.hotline.queue.claims import Claims
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.referrals.store import Referrals
    from bot.hotline.services.store import ServicePlans
    from bot.hotline.staff.offices import Offices
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.places.deadlines import Deadline
    from bot.places.directory import Recipient
    from bot.places.place import Place
    from bot.text import Text
    from bot.vault import AuditLog, Vault

_CONTACT = select_one(
    cases, "reference", "chat_key", "address", "language", "contact", "holder", "priority", by="id"
)


NO_CHAT = 0
"""In place of a chat; no channel has a chat with this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineServices:
    """Everything that command handlers use, all inside units of work."""

    vault: Vault
    audit: AuditLog
    staff: Staff
    claims: Claims
    reply_clocks: ReplyClocks
    phrasebook: Phrasebook
    intake: Intake
    registry: FlowRegistry
    deadlines: CaseDeadlines
    check_ins: CheckIns
    referrals: Referrals
    deliveries: DeliveryDesk
    consents: ConsentRecords
    recipients: Mapping[str, Recipient]
    record_entries: RecordEntries
    connections: CaseConnections
    plans: ServicePlans
    place: Place
    duties: CaseDuties
    offices: Offices


@dataclass(frozen=True, slots=True)
class CaseContact:
    """A case, and where its person is reached."""

    case: str
    reference: str
    chat_key: bytes
    """Of a case without a chat a random one, which no chat can have."""
    chat: int
    """NO_CHAT for a case that staff opened and that no chat has joined."""
    language: str
    rule: str
    holder: str | None
    priority: int

    @property
    def has_chat(self) -> bool:
        """Tell whether the person can be written to."""
        return self.chat != NO_CHAT


def find_contact(vault: Vault, work: Work, case: str) -> CaseContact | None:
    """Return where the person of a case is reached; None for a case that does not exist."""
    rows = work.rows(_CONTACT, case) if case else []
    if not rows:
        return None
    reference, key, address, language, contact, holder, priority = rows[0]
    chat = NO_CHAT if address is None else open_address(vault, case, bytes(address))
    rule = contact or WHEN_I_WRITE
    return CaseContact(case, reference, bytes(key), chat, language, rule, holder, priority)


@dataclass(slots=True)
class CommandContext:
    """One command while it is carried out, and what follows from it."""

    services: HotlineServices
    work: Work
    command: Command
    by: Caseworker
    contact: CaseContact | None
    now: int
    events: list[Event] = field(default_factory=list)
    actions: list[ChatAction] = field(default_factory=list)
    """What the dispatcher does in the conversation: it alone may speak to the person."""
    notes: list[CaseMessage] = field(default_factory=list)

    @property
    def case(self) -> str:
        """Return the case's id, empty for a command that concerns no case."""
        return self.contact.case if self.contact else ""

    @property
    def is_emergency(self) -> bool:
        """Return whether the person is in danger now."""
        return self.contact is not None and self.contact.priority == Priority.EMERGENCY

    def move(self, action: CaseAction, *, reason: str = "", detail: str = "") -> bool:
        """Move the case as the state machine allows it; refuse the command where it does not."""
        moved = self.services.claims.move(
            self.work, self.case, action, self.now, self.by, reason=reason, detail=detail
        )
        if isinstance(moved, ActionRefusal):
            self.refuse(moved.text)
            return False
        return True

    def may_write(self) -> bool:
        """Return whether the person may be written to at all; refuse the command if not."""
        if Passphrases.is_frozen(self.work, self.case):
            self.refuse(CHAT_FROZEN)
            return False
        return True

    def reply(self, text: Text, **values: str) -> None:
        """Tell the caseworker what came of the command."""
        self.events.append(self._result(text, values))

    def refuse(self, text: Text, deadlines: tuple[Deadline, ...] = (), /, **values: str) -> None:
        """Tell the caseworker why nothing was done; `deadlines` are those the text is about."""
        self.events.append(
            replace(self._result(text, values), deadlines=deadlines, is_refused=True)
        )

    def _result(self, text: Text, values: Mapping[str, str]) -> Event:
        kind, to, reply_to = EventKind.COMMAND_RESULT, (self.by.id,), self.command.reply_to
        return Event(kind, self.case, to=to, text=text, values=values, reply_to=reply_to)

    def message(
        self, kind: CaseMessageKind, content: CaseMessageContent,
        side: MessageSide = MessageSide.CASEWORKER,
    ) -> CaseMessage:  # fmt: skip
        """Return something that this caseworker writes now."""
        return CaseMessage(self.case, side, kind, content, self.now, self.by.id)

    def store_note(self, text: str) -> CaseMessage:
        """Store a note, without an event of its own."""
        content = CaseMessageContent(text=text)
        note = self.message(CaseMessageKind.TEXT, content, MessageSide.NOTE)
        self.notes.append(note)
        return note

    def add_note(self, text: str = "") -> None:
        """Store a note, by default the command's text, if there is any."""
        text = text or self.command.text
        if text.strip():
            note = self.store_note(text)
            self.events.append(Event(EventKind.NOTE_ADDED, self.case, self.by.id, message=note))

    def add_event(self, kind: EventKind, code: str = "", **values: str) -> None:
        """Show something at every desk."""
        self.events.append(Event(kind, self.case, self.by.id, code=code, values=values))

    def announce(self, kind: EventKind, text: Text, **values: str) -> None:
        """Show a sentence that names the caseworker at every desk."""
        values["name"] = self.by.name or self.by.id
        self.events.append(Event(kind, self.case, self.by.id, text=text, values=values))
