"""Everything a case page shows, read in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.escape_text import escape_line
from bot.cases.evidence.files import EvidenceFile, EvidenceStore, load_file_notes
from bot.cases.queries import display_text
from bot.conversation import FileRef, unpack
from bot.conversation.progress import FlowProgress, flow_progress
from bot.desks.web import texts
from bot.desks.web.auth.case_access import QUEUED, CaseAccess, check_case_access
from bot.desks.web.case.drafts import load_drafts
from bot.dispatch.conversation_store import Conversations
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind, CaseMessages, MessageSide
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.erasure.requests import ErasureRequest, ErasureRequests
from bot.hotline.queue.snooze import NO_DATES, ReviewDates, Snoozes
from bot.store.statements import select_in, select_one
from bot.store.tables.main import cases, outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.desks.locale import StaffLocale
    from bot.desks.web.context import DeskContext
    from bot.desks.web.request import DeskRequest
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring
    from bot.vault.purpose import Opener

PICTURE_KINDS = frozenset({"photo"})
EDITABLE_KINDS = frozenset({CaseMessageKind.TEXT, CaseMessageKind.FILES})
IN_TRANSIT = frozenset({"queued", "sending"})
FAILED_STATES = frozenset({"uncertain", "failed", "blocked", "refused", "withdrawn"})
"""Delivery states that a caseworker must notice."""
_LETTERS = select_in(outbox, "id", "state", "hold", among="id")


@dataclass(frozen=True, slots=True)
class MessageFile:
    """One file of a message."""

    kind: str
    number: int  # number in the evidence list; 0 if it is not there
    is_picture: bool
    is_saved: bool


@dataclass(slots=True)
class MessageView:
    """One message."""

    id: int
    side: str
    author: str
    at: int
    text: str = ""
    language: str = ""
    person_text: str = ""
    label: str = ""
    location: str = ""
    files: list[MessageFile] = field(default_factory=list)
    earlier_texts: list[str] = field(default_factory=list)
    edited_at: int | None = None
    """When the newest edit was made; None where there is none."""
    delivery_state: str = ""
    """Delivery of a caseworker's message, a key of `texts.DELIVERY_STATES`."""
    raw: str = ""  # unescaped text of the person, for filling in an answer
    letter: int = 0  # outbox id, if the text can still be edited
    is_unconfirmed: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether a caseworker must notice the delivery state."""
        return self.delivery_state in FAILED_STATES


@dataclass(slots=True)
class MessageViewBuilder:
    """Builds the messages of one case for one caseworker."""

    locale: StaffLocale
    language: str
    phrasebook: Phrasebook
    names: Mapping[str, str]
    items: Sequence[EvidenceFile]
    file_numbers: Mapping[str, int]
    """Numbers of the evidence files, by their unique id in the channel."""
    who: str

    def build(
        self, written: Iterable[CaseMessage], letters: Mapping[int, str]
    ) -> list[MessageView]:
        """Return the messages, oldest first."""
        found: list[MessageView] = []
        by_message: dict[int, MessageView] = {}
        by_letter: dict[int, MessageView] = {}
        for it in written:
            if it.kind is CaseMessageKind.EDIT:
                is_person = it.side is MessageSide.PERSON
                known = (by_message if is_person else by_letter).get(it.content.message)
                if known is not None:
                    known.earlier_texts.append(known.text)
                    known.text, known.edited_at = self._text(it), it.at
                    known.raw = it.content.text if known.raw else ""
                    continue
            view = self._build_one(it, letters)
            found.append(view)
            if it.side is MessageSide.PERSON and it.content.message:
                by_message[it.content.message] = view
            elif it.letter is not None:
                by_letter[it.letter] = view
        return found

    def _build_one(self, it: CaseMessage, letters: Mapping[int, str]) -> MessageView:
        view = MessageView(
            it.id, it.side.value, self.names.get(it.author, it.author), it.at, self._text(it),
            self.language if it.side is MessageSide.PERSON else "",
            is_unconfirmed=it.content.unconfirmed,
        )  # fmt: skip
        if it.kind in {CaseMessageKind.PHRASE, CaseMessageKind.REPLY}:
            self._phrase(view, it)
        if it.kind is CaseMessageKind.EDIT:
            view.label = self.locale(texts.CHANGED_TO, words="").strip()
        if it.kind is CaseMessageKind.LOCATION and it.content.latitude is not None:
            view.location = f"{it.content.latitude:.5f}, {it.content.longitude:.5f}"
        if it.side is MessageSide.PERSON and it.kind is CaseMessageKind.TEXT:
            view.raw = it.content.text
        view.files = [self._file(note) for note in it.content.files]
        if it.side is MessageSide.CASEWORKER:
            view.delivery_state = it.state or letters.get(it.letter or 0, "sent")
            is_editable = it.kind in EDITABLE_KINDS and it.author == self.who
            view.letter = (it.letter or 0) if is_editable and not view.has_failed else 0
        return view

    def _text(self, it: CaseMessage) -> str:
        return display_text(it.content.text, self.locale.staff_catalogue)

    def _phrase(self, view: MessageView, it: CaseMessage) -> None:
        render = self.phrasebook.text_for_staff
        view.text = render(it.content, self.locale.language)
        person_text = render(it.content, self.language)
        view.language = self.locale.language
        view.person_text = "" if person_text == view.text else person_text
        if it.kind is CaseMessageKind.REPLY:
            view.label = self.locale(texts.PRESSED, words="").strip()

    def _file(self, note: FileRef) -> MessageFile:
        number = self.file_numbers.get(note.unique, 0)
        item = next((it for it in self.items if it.number == number), None)
        is_saved = item is not None and item.is_saved
        return MessageFile(escape_line(note.kind), number, note.kind in PICTURE_KINDS, is_saved)


def delivery_states(work: Work, written: Iterable[CaseMessage]) -> dict[int, str]:
    """Return the states of letters that are still in the outbox, by id."""
    numbers = [it.letter for it in written if it.letter is not None]
    rows = work.rows_in(_LETTERS, numbers) if numbers else ()
    return {
        letter: _waiting_state(hold) if state in IN_TRANSIT else state
        for letter, state, hold in rows
    }


def _waiting_state(hold: str | None) -> str:
    """Return the state of a letter on its way; what holds it up is a state of its own."""
    if not hold:
        return "queued"
    return hold if hold in texts.DELIVERY_STATES else "held"


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
    consent_taken_back_at: int | None = None
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
    found.consent_taken_back_at = ConsentRecords(context.vault).taken_back_at(work, seen.case)
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
