"""Everything a case page shows, read in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.evidence.files import EvidenceFile, EvidenceStore, load_file_notes
from bot.conversation import unpack
from bot.conversation.progress import FlowProgress, flow_progress
from bot.desks.web.auth.case_access import QUEUED, CaseAccess, check_case_access
from bot.desks.web.case.drafts import load_drafts
from bot.desks.web.case.messages import MessageView, MessageViewBuilder, delivery_states
from bot.dispatch.conversation_store import Conversations
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.erasure.requests import ErasureRequest, ErasureRequests
from bot.hotline.queue.snooze import NO_DATES, ReviewDates, Snoozes
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.desks.web.context import DeskContext
    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

_CHAT_KEY = select_one(cases, "chat_key", by="id")


@dataclass(slots=True)
class ChatStatus:
    """State of the chat of a case."""

    is_taken_over: bool = False
    holder: str = ""
    is_unconfirmed: bool = False  # whether it is unknown who holds the phone now
    progress: FlowProgress | None = None


@dataclass(slots=True)
class CaseView:
    """One case."""

    access: CaseAccess
    names: Mapping[str, str]
    colleagues: Sequence[Caseworker]
    is_sealed: bool = False  # whether the caseworker's key does not open it
    messages: list[MessageView] = field(default_factory=list)
    evidence_items: list[EvidenceFile] = field(default_factory=list)
    chat: ChatStatus = field(default_factory=ChatStatus)
    is_frozen: bool = False
    erasure_request: ErasureRequest | None = None
    snooze: ReviewDates = NO_DATES
    drafts: Mapping[str, str] = field(default_factory=dict)

    @property
    def holder_name(self) -> str:
        """Return the name of the assigned caseworker; empty for none."""
        who = self.access.summary.holder
        return self.names.get(who, who)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits in the queue."""
        return self.access.summary.state in QUEUED

    @property
    def may_write(self) -> bool:
        """Whether the caseworker can write to the person now."""
        return self.access.is_mine and self.chat.is_taken_over and not self.is_frozen

    @property
    def is_readable(self) -> bool:
        """Whether its content is shown."""
        return self.access.may_read and not self.is_sealed


async def load_case_view(request: DeskRequest) -> CaseView:
    """Return a case; raise NotFoundError if there is none, or the caseworker has no access."""
    keyring = request.keyring()
    return await request.read(lambda work: _load_view(work, request, keyring))


def _load_view(work: Work, request: DeskRequest, keyring: Keyring | None) -> CaseView:
    context = request.context
    seen = check_case_access(work, request, request.param("reference"))
    staff = context.staff.all(work)
    found = CaseView(
        seen, {each.id: each.name or each.id for each in staff},
        [each for each in staff if each.is_active and each.id != request.caseworker.id],
    )  # fmt: skip
    found.is_frozen = Passphrases.is_frozen(work, seen.case)
    found.erasure_request = ErasureRequests.of_case(work, seen.case)
    found.snooze = Snoozes.of_case(work, seen.case)
    found.chat = _chat_status(work, context, seen.case, request.now)
    if seen.may_read:
        try:
            _decrypt_content(work, request, found, keyring)
        except CaseNotReadableError:
            found.is_sealed = True
    return found


def _decrypt_content(
    work: Work, request: DeskRequest, found: CaseView, keyring: Keyring | None
) -> None:
    context, summary = request.context, found.access.summary
    opener = context.vault.cases.opener(summary.case, keyring)
    found.drafts = load_drafts(work, summary.case, keyring) if keyring is not None else {}
    written = CaseMessages.of_case(work, summary.case, opener)
    found.evidence_items = EvidenceStore(context.vault, context.files_dir, keyring).list_files(
        work, summary.case
    )
    builder = MessageViewBuilder(
        request.locale, summary.language, context.phrasebook, found.names, found.evidence_items,
        _file_numbers(work, summary.case, opener), request.caseworker.id,
    )  # fmt: skip
    found.messages = builder.build(written, delivery_states(work, written))


def _file_numbers(work: Work, case: str, opener: Opener) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, (_name, note) in enumerate(load_file_notes(work, case, opener), 1):
        if note.unique:
            found.setdefault(note.unique, number)
    return found


def _chat_status(work: Work, context: DeskContext, case: str, now: int) -> ChatStatus:
    """Return the state of the chat: names of questions, no answers."""
    rows, is_quiet = work.rows(_CHAT_KEY, case), False
    try:
        conversation = Conversations(context.vault).peek(work, bytes(rows[0][0])) if rows else None
    except DecryptionError:
        return ChatStatus()
    while conversation is not None:
        takeover = conversation.takeover
        if takeover is not None and takeover.case == case:
            position = unpack(conversation.position, context.flow_registry)
            progress = flow_progress(context.flow_registry, position, context.known_facts(now))
            return ChatStatus(
                is_taken_over=True, holder=takeover.by, is_unconfirmed=is_quiet, progress=progress
            )
        conversation, is_quiet = conversation.suspended, True
    return ChatStatus()
