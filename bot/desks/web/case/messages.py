"""What was written in a case, as it stands on its page: each thing once, its edits kept with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.cases.escape_text import escape_line
from bot.cases.queries import display_text
from bot.desks.web import texts
from bot.hotline.chat.messages import CaseMessage, CaseMessageKind, MessageSide
from bot.store.compiled import PreparedList
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
"""Marks that somebody must see: these words did not simply arrive."""
_LETTERS = PreparedList(
    lambda values: select(outbox.c.id, outbox.c.state, outbox.c.hold).where(outbox.c.id.in_(values))
)


@dataclass(frozen=True, slots=True)
class MessageFile:
    """One file that was written with it."""

    kind: str
    number: int
    """Of the evidence; 0: not kept there."""
    is_picture: bool
    is_saved: bool


@dataclass(slots=True)
class MessageView:
    """One thing that was written."""

    id: int
    side: str
    author: str
    at: int
    text: str = ""
    language: str = ""
    """What the text is written in, as far as anybody knows."""
    person_text: str = ""
    """A sentence of the phrasebook as the person reads it."""
    label: str = ""
    """What stands before the text: that a button was pressed, say."""
    location: str = ""
    files: list[MessageFile] = field(default_factory=list)
    earlier_texts: list[str] = field(default_factory=list)
    """What it said before it was changed, the first first."""
    delivery_state: str = ""
    """How a caseworker's words ended, a key of `words.MARKS`."""
    raw: str = ""
    """What a person wrote, as it came: what an answer is filled in with."""
    letter: int = 0
    """The number of the letter, where its words can still be changed."""
    is_unconfirmed: bool = False

    @property
    def has_failed(self) -> bool:
        """Tell whether somebody must see how it ended."""
        return self.delivery_state in FAILED_STATES


class MessageViewBuilder:
    """Makes bubbles of what was written, for one reader."""

    def __init__(  # noqa: PLR0913, PLR0917 - who reads, and what they are told beside the words
        self, locale: StaffLocale, language: str, phrasebook: Phrasebook, names: Mapping[str, str],
        items: Sequence[EvidenceFile], uniques: Mapping[str, int], who: str,
    ) -> None:  # fmt: skip
        self._locale = locale
        self._language = language
        self._phrasebook = phrasebook
        self._names = names
        self._items = {item.number: item for item in items}
        self._uniques = uniques
        self._who = who

    def build(
        self, written: Iterable[CaseMessage], letters: Mapping[int, str]
    ) -> list[MessageView]:
        """Return what was written, oldest first."""
        found: list[MessageView] = []
        messages: dict[int, MessageView] = {}
        ours: dict[int, MessageView] = {}
        for it in written:
            if it.kind is CaseMessageKind.EDIT:
                known = (messages if it.side is MessageSide.PERSON else ours).get(
                    it.content.message
                )
                if known is not None:
                    known.earlier_texts.append(known.text)
                    known.text = self._text(it)
                    known.raw = it.content.text if known.raw else ""
                    continue
            bubble = self._build_one(it, letters)
            found.append(bubble)
            if it.side is MessageSide.PERSON and it.content.message:
                messages[it.content.message] = bubble
            elif it.letter is not None:
                ours[it.letter] = bubble
        return found

    def _build_one(self, it: CaseMessage, letters: Mapping[int, str]) -> MessageView:
        bubble = MessageView(
            it.id, it.side.value, self._names.get(it.author, it.author), it.at, self._text(it),
            self._language if it.side is MessageSide.PERSON else "",
            is_unconfirmed=it.content.unconfirmed,
        )  # fmt: skip
        if it.kind in {CaseMessageKind.PHRASE, CaseMessageKind.REPLY}:
            self._phrase(bubble, it)
        if it.kind is CaseMessageKind.EDIT:
            bubble.label = self._locale(texts.CHANGED_TO, words="").strip()
        if it.kind is CaseMessageKind.LOCATION and it.content.latitude is not None:
            bubble.location = f"{it.content.latitude:.5f}, {it.content.longitude:.5f}"
        if it.side is MessageSide.PERSON and it.kind is CaseMessageKind.TEXT:
            bubble.raw = it.content.text
        bubble.files = [self._file(note) for note in it.content.files]
        if it.side is MessageSide.CASEWORKER:
            bubble.delivery_state = it.state or letters.get(it.letter or 0, "sent")
            if (
                it.kind in EDITABLE_KINDS
                and it.author == self._who
                and bubble.delivery_state not in FAILED_STATES
            ):
                bubble.letter = it.letter or 0
        return bubble

    def _text(self, it: CaseMessage) -> str:
        return display_text(it.content.text, self._locale.staff_catalogue)

    def _phrase(self, bubble: MessageView, it: CaseMessage) -> None:
        """Say a sentence in both languages; one that reads the same in both, once."""
        told = self._phrasebook.text_for_staff
        bubble.text = told(it.content, self._locale.language)
        theirs = told(it.content, self._language)
        bubble.language = self._locale.language
        bubble.person_text = "" if theirs == bubble.text else theirs
        if it.kind is CaseMessageKind.REPLY:
            bubble.label = self._locale(texts.PRESSED, words="").strip()

    def _file(self, note: FileRef) -> MessageFile:
        number = self._uniques.get(note.unique, 0)
        item = self._items.get(number)
        is_saved = item is not None and item.is_saved
        return MessageFile(escape_line(note.kind), number, note.kind in PICTURE_KINDS, is_saved)


def delivery_states(work: Work, written: Iterable[CaseMessage]) -> dict[int, str]:
    """Return how the letters of caseworkers stand that are not over."""
    numbers = [it.letter for it in written if it.letter is not None]
    found = {}
    for letter, state, hold in work.rows_in(_LETTERS, numbers) if numbers else ():
        if state in IN_TRANSIT:
            found[letter] = "held" if hold else "queued"
        else:
            found[letter] = state
    return found
