"""Messages of a case as its page shows them, each with its edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.cases.queries import display_text
from bot.desks.web import texts
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind, MessageSide
from bot.store.statements import select_in
from bot.store.tables.main import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.evidence.files import EvidenceFile
    from bot.conversation import FileRef
    from bot.desks.locale import StaffLocale
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.store.writer import Work

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
                    known.text = self._text(it)
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
            if (
                it.kind in EDITABLE_KINDS
                and it.author == self.who
                and view.delivery_state not in FAILED_STATES
            ):
                view.letter = it.letter or 0
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
    found = {}
    for letter, state, hold in work.rows_in(_LETTERS, numbers) if numbers else ():
        if state in IN_TRANSIT:
            found[letter] = "held" if hold else "queued"
        else:
            found[letter] = state
    return found
