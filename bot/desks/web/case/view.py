"""Everything a case page shows, read in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.evidence.files import EvidenceFile, EvidenceStore
from bot.cases.state_machine import Role
from bot.conversation import unpack
from bot.conversation.progress import FlowProgress, flow_progress
from bot.desks.web.auth.case_access import (
    QUEUED,
    CaseAccess,
    check_case_access,
    check_readable,
)
from bot.desks.web.case.colleagues import transfer_choices
from bot.desks.web.case.drafts import load_drafts, take_back
from bot.desks.web.case.message_view import (
    MessageView,
    MessageViewBuilder,
    add_renderings,
    delivery_states,
    file_numbers,
)
from bot.desks.web.casework.duty_view import open_duty_lines
from bot.desks.web.interpreting.names import pseudonyms
from bot.desks.web.live.watcher import OWN
from bot.desks.web.queue.office_names import NO_OFFICE, CaseOffice, office_of_case
from bot.dispatch.conversation_store import Conversations
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import OpenerState
from bot.hotline.commands.store import StaffCommands
from bot.hotline.commands.texts import OPENS_ONLY_FOR
from bot.hotline.contact_rule import ANY_TIME
from bot.hotline.deliveries.incoming import PartnerReferrals
from bot.hotline.erasure.requests import ErasureRequest, ErasureRequests
from bot.hotline.interpreting.sessions import InterpretingSessions
from bot.hotline.interpreting.texts import SharedTexts
from bot.hotline.origins.join_codes import JoinCodes
from bot.hotline.origins.store import CaseOrigins
from bot.hotline.queue.sealed_cases import names_of, who_has_to_open
from bot.hotline.queue.snooze import NO_DATES, ReviewDates, Snoozes
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.case.colleagues import TransferChoice
    from bot.desks.web.context import DeskContext
    from bot.desks.web.request import DeskRequest
    from bot.hotline.chat.messages import CaseMessage
    from bot.hotline.deliveries.incoming import ReferredCase
    from bot.hotline.interpreting.sessions import InterpretingSession
    from bot.hotline.interpreting.texts import SharedText
    from bot.hotline.origins.join_codes import JoinRequest
    from bot.hotline.origins.model import CaseOrigin
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring
    from bot.vault.purpose import Opener

_CHAT_KEY = select_one(cases, "chat_key", by="id")


@dataclass(slots=True)
class ChatStatus:
    """State of the chat of a case."""

    is_taken_over: bool = False
    reads_on: bool = False
    """Whether the person agreed in this talk that what they write is read."""
    holder: str = ""
    is_unconfirmed: bool = False  # whether it is unknown who holds the phone now
    suspended_because: str = ""
    """Why that is unknown, a `Suspension`."""
    has_left: bool = False
    """Whether the person ended the last talk with a caseworker about this case."""
    is_asked: bool = False
    """Whether the opener is on its way to them or on their screen."""
    has_answered: bool = False
    """Whether someone answered the opener there: letters wait until a caseworker confirms who."""
    progress: FlowProgress | None = None


@dataclass(slots=True)
class CaseView:
    """One case."""

    access: CaseAccess
    names: Mapping[str, str]
    colleagues: Sequence[TransferChoice]
    sent_words: dict[str, MessageView] = field(default_factory=dict)
    """Messages of caseworkers, by their words: a rendering is in the state of its message."""
    is_sealed: bool = False  # whether the caseworker's key does not open it
    sealed_line: str = ""
    """Who has to be at the desk before it opens for its queue; empty if that is not why."""
    messages: list[MessageView] = field(default_factory=list)
    """Every message, for an export; a page loads the part of the timeline it shows."""
    evidence_items: list[EvidenceFile] = field(default_factory=list)
    chat: ChatStatus = field(default_factory=ChatStatus)
    is_frozen: bool = False
    consent_taken_back_at: int | None = None
    """When the person took back that others read or share the case; until they agree again nothing
    is exported."""
    reading_ended_at: int | None = None
    """When the person stopped, or took back that staff read what they write from then on; until
    they agree again, or a caseworker takes over, nothing of it reaches the case."""
    is_withdrawn: bool = False
    """Whether they took back that staff read it: then nothing is referred either."""
    erasure_request: ErasureRequest | None = None
    interpreting: InterpretingSession | None = None
    """The session of an interpreter that has not ended."""
    interpreted: list[SharedText] = field(default_factory=list)
    """Words that are no message, with what interpreters rendered; for an export."""
    interpreters: Mapping[str, str] = field(default_factory=dict)
    """The ids of interpreters among the staff, by their sessions in this case."""
    is_interpreter_present: bool = False
    """Whether the interpreter has a page of the desk open."""
    snooze: ReviewDates = NO_DATES
    duties: list[tuple[str, bool]] = field(default_factory=list)
    """A line for each report to an authority that is due, and whether it is late."""
    drafts: Mapping[str, str] = field(default_factory=dict)
    origin: CaseOrigin | None = None
    """How the case began and how the person is called back; None if it came by chat."""
    referred: ReferredCase | None = None
    """The referral of a partner that it was."""
    join_requests: Sequence[JoinRequest] = ()
    """Phones in which the code of the case was written a moment ago."""
    join_until: int | None = None
    """Until when a code of the case can be used; None without one."""
    office: CaseOffice = NO_OFFICE
    has_undone: bool = False
    """Whether commands are kept that were refused or failed after their caseworker had gone on."""
    returned: Mapping[str, str] = field(default_factory=dict)
    """The words of such commands of this caseworker, by the kind of draft they are now."""

    @property
    def holder_name(self) -> str:
        """Return the name of the assigned caseworker; empty for none."""
        who = self.access.summary.holder
        return self.names.get(who, who)

    def interpreter_of(self, shared: SharedText) -> str:
        """Return the pseudonym of the interpreter with whom a text was shared."""
        who = self.interpreters.get(shared.session, "")
        return self.names.get(who, who)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits in the queue."""
        return self.access.summary.state in QUEUED

    @property
    def has_chat(self) -> bool:
        """Whether the person has a chat in which they can be written to."""
        return self.access.summary.has_chat

    @property
    def may_write(self) -> bool:
        """Whether the caseworker can write to the person now."""
        return self.access.is_mine and self.chat.is_taken_over and not self.is_frozen

    @property
    def may_insist(self) -> bool:
        """Whether the caseworker can ask outside the hours that the person chose."""
        has_hours = self.access.summary.contact_rule != ANY_TIME
        return self.access.is_mine and self.chat.is_taken_over and has_hours

    @property
    def is_readable(self) -> bool:
        """Whether its content is shown."""
        return self.access.may_read and not self.is_sealed


def _message_view_builder(
    work: Work, request: DeskRequest, view: CaseView, opener: Opener
) -> MessageViewBuilder:
    """Return the builder of a case for the caseworker of a request."""
    context, summary = request.context, view.access.summary
    return MessageViewBuilder(
        request.locale, summary.language, context.phrasebook, context.flow_registry, view.names,
        view.evidence_items, file_numbers(work, summary.case, opener), request.caseworker.id,
    )  # fmt: skip


def load_message_views(
    work: Work, request: DeskRequest, view: CaseView, written: Sequence[CaseMessage]
) -> list[MessageView]:
    """Return messages of a readable case as they are shown, in the order given.

    Raises:
        DecryptionError: a description of a file was altered.
    """
    opener = request.context.vault.cases.opener(view.access.case, request.keyring())
    builder = _message_view_builder(work, request, view, opener)
    elsewhere = CaseMessages.answered_elsewhere(work, view.access.case, opener, written)
    return builder.build(written, delivery_states(work, written), elsewhere)


async def load_case_view(request: DeskRequest) -> CaseView:
    """Return a case with every message, for an export.

    Raises:
        NotFoundError: there is no such case, or the caseworker has no access.
    """
    keyring = request.keyring()

    def load(work: Work) -> CaseView:
        found = load_view(work, request, keyring)
        if found.is_readable:
            case = found.access.case
            written = CaseMessages.of_case(
                work, case, request.context.vault.cases.opener(case, keyring)
            )
            found.messages = load_message_views(work, request, found, written)
            found.messages.sort(key=lambda it: it.place)
            shared = load_shared_texts(work, request, found)
            add_renderings(found.messages, shared)
            found.interpreted = [it for it in shared if it.message is None]
        return found

    return await request.read(load)


async def take_back_words(request: DeskRequest, view: CaseView) -> None:
    """Make drafts of the words that this caseworker sent and that were refused later."""
    keyring, case = request.keyring(), view.access.case
    if not view.has_undone or keyring is None:
        return
    commands = StaffCommands(request.context.vault)

    def take(work: Work) -> None:
        check_readable(work, request, view.access.summary.reference)  # it may have been erased
        view.returned = take_back(work, commands, case, keyring, request.now)
        view.drafts = load_drafts(work, case, keyring)

    await request.write(take)
    request.context.streams.tell(frozenset({request.caseworker.id}), OWN)  # told on every page


async def load_case_page_view(request: DeskRequest) -> CaseView:
    """Return a case without its messages, as `load_case_view`."""
    keyring = request.keyring()
    return await request.read(lambda work: load_view(work, request, keyring))


def load_shared_texts(work: Work, request: DeskRequest, view: CaseView) -> list[SharedText]:
    """Return what was shared with interpreters in a readable case, and what they rendered.

    Raises:
        DecryptionError: something was altered.
    """
    vault, case = request.context.vault, view.access.case
    return SharedTexts(vault).of_case(work, case, vault.cases.opener(case, request.keyring()))


def may_record(request: DeskRequest, view: CaseView) -> bool:
    """Return whether the caseworker may write in the record and in the plan."""
    return view.access.is_mine or request.caseworker.role is Role.SUPERVISOR


def load_view(work: Work, request: DeskRequest, keyring: Keyring | None) -> CaseView:
    """Return a case without its messages, as `load_case_view`."""
    context = request.context
    seen = check_case_access(work, request, request.param("reference"))
    staff = context.staff.all(work)
    found = CaseView(
        seen, {each.id: each.name or each.id for each in staff} | pseudonyms(work, request.locale),
        transfer_choices(work, staff, seen.summary, request.now),
    )  # fmt: skip
    found.office = office_of_case(work, request, seen.summary)
    found.is_frozen = Passphrases.is_frozen(work, seen.case)
    consents = ConsentRecords(context.vault)
    found.consent_taken_back_at = consents.taken_back_at(work, seen.case)
    found.is_withdrawn = consents.reading_taken_back_at(work, seen.case) is not None
    found.erasure_request = ErasureRequests.of_case(work, seen.case)
    found.snooze = Snoozes.of_case(work, seen.case)
    if seen.may_read:
        found.duties = open_duty_lines(work, request, seen.case)
    sessions = InterpretingSessions.of_case(work, seen.case)
    found.interpreters = {it.id: it.interpreter for it in sessions}
    found.interpreting = next((it for it in sessions if it.is_open(request.now)), None)
    if found.interpreting is not None:
        present = context.streams.count(found.interpreting.interpreter)
        found.is_interpreter_present = bool(present)
    found.chat = _chat_status(work, context, seen.case, request.now)
    if not (found.is_withdrawn or found.chat.reads_on):
        found.reading_ended_at = consents.reading_on_ended_at(work, seen.case)
    if seen.may_read:
        try:
            _decrypt_content(work, request, found, keyring)
        except CaseNotReadableError:
            found.is_sealed = True
            found.sealed_line = _sealed_line(work, request, seen, staff)
    return found


def _sealed_line(
    work: Work, request: DeskRequest, seen: CaseAccess, staff: Sequence[Caseworker]
) -> str:
    wraps, now = request.context.vault.cases.wraps, request.now
    needed = who_has_to_open(work, wraps, staff, seen.case, now)
    reference, names = seen.summary.reference, names_of(needed or [])
    return request.locale(OPENS_ONLY_FOR, reference=reference, names=names) if needed else ""


def _decrypt_content(
    work: Work, request: DeskRequest, found: CaseView, keyring: Keyring | None
) -> None:
    context, case = request.context, found.access.case
    opener = context.vault.cases.opener(case, keyring)  # raises for a key that does not open it
    found.drafts = load_drafts(work, case, keyring) if keyring is not None else {}
    found.origin = CaseOrigins.of_case(work, case, opener)
    found.referred = PartnerReferrals.of_case(work, case)
    if not found.has_chat and found.access.is_mine:
        codes, now = JoinCodes(context.vault), request.now
        found.join_until = codes.valid_until(work, case, now)
        found.join_requests = codes.requests(work, case, now)
    found.has_undone = StaffCommands.has_undone(work, case)
    found.evidence_items = EvidenceStore(context.vault, context.blobs, keyring).list_files(
        work, case
    )


def _chat_status(work: Work, context: DeskContext, case: str, now: int) -> ChatStatus:
    """Return the state of the chat: names of questions, no answers."""
    rows, is_quiet = work.rows(_CHAT_KEY, case), False
    try:
        conversation = Conversations(context.vault).peek(work, bytes(rows[0][0])) if rows else None
    except DecryptionError:
        return ChatStatus()
    has_left = False
    while conversation is not None:
        takeover = conversation.takeover
        has_left = has_left or conversation.left_talk_about == case
        if takeover is not None and takeover.case == case:
            position = unpack(conversation.position, context.flow_registry)
            progress = flow_progress(context.flow_registry, position, context.known_facts(now))
            return ChatStatus(
                is_taken_over=True, reads_on=takeover.reads_on, holder=takeover.by,
                is_unconfirmed=is_quiet,
                suspended_because=conversation.suspended_because,
                is_asked=takeover.opener_state == OpenerState.SENT,
                has_answered=is_quiet and bool(takeover.answered_at), progress=progress,
            )  # fmt: skip
        conversation, is_quiet = conversation.suspended, True
    return ChatStatus(has_left=has_left)
