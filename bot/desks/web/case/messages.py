"""What was written in a case, as it stands on its page: each thing once, its edits kept with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.cases.escape_text import in_a_line
from bot.cases.queries import shown
from bot.desks.web import texts
from bot.hotline.chat.messages import Exchange, Side, Sort
from bot.store.compiled import PreparedList
from bot.store.tables.main import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.evidence.files import Item
    from bot.conversation import FileNote
    from bot.desks.locale import Tongue
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.store.writer import Work

PICTURES = frozenset({"photo"})
CAN_BE_CHANGED = frozenset({Sort.WORDS, Sort.FILES})
ON_ITS_WAY = frozenset({"queued", "sending"})
BAD = frozenset({"uncertain", "failed", "blocked", "refused", "withdrawn"})
"""Marks that somebody must see: these words did not simply arrive."""
_LETTERS = PreparedList(
    lambda values: select(outbox.c.id, outbox.c.state, outbox.c.hold).where(outbox.c.id.in_(values))
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file that was written with it."""

    kind: str
    number: int
    """Of the evidence; 0: not kept there."""
    is_picture: bool
    is_saved: bool


@dataclass(slots=True)
class Bubble:
    """One thing that was written."""

    id: int
    side: str
    author: str
    at: int
    text: str = ""
    language: str = ""
    """What the text is written in, as far as anybody knows."""
    theirs: str = ""
    """A sentence of the phrasebook as the person reads it."""
    label: str = ""
    """What stands before the text: that a button was pressed, say."""
    place: str = ""
    files: list[Enclosed] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """What it said before it was changed, the first first."""
    mark: str = ""
    """How a caseworker's words ended, a key of `words.MARKS`."""
    raw: str = ""
    """What a person wrote, as it came: what an answer is filled in with."""
    letter: int = 0
    """The number of the letter, where its words can still be changed."""
    is_unconfirmed: bool = False

    @property
    def is_bad(self) -> bool:
        """Tell whether somebody must see how it ended."""
        return self.mark in BAD


class Bubbles:
    """Makes bubbles of what was written, for one reader."""

    def __init__(  # noqa: PLR0913, PLR0917 - who reads, and what they are told beside the words
        self, tongue: Tongue, language: str, phrasebook: Phrasebook, names: Mapping[str, str],
        items: Sequence[Item], uniques: Mapping[str, int], who: str,
    ) -> None:  # fmt: skip
        self._tongue = tongue
        self._language = language
        self._phrasebook = phrasebook
        self._names = names
        self._items = {item.number: item for item in items}
        self._uniques = uniques
        self._who = who

    def of(self, written: Iterable[Exchange], letters: Mapping[int, str]) -> list[Bubble]:
        """Return what was written, oldest first."""
        found: list[Bubble] = []
        messages: dict[int, Bubble] = {}
        ours: dict[int, Bubble] = {}
        for it in written:
            if it.sort is Sort.EDIT:
                known = (messages if it.side is Side.PERSON else ours).get(it.content.message)
                if known is not None:
                    known.before.append(known.text)
                    known.text = self._words(it)
                    known.raw = it.content.words if known.raw else ""
                    continue
            bubble = self._one(it, letters)
            found.append(bubble)
            if it.side is Side.PERSON and it.content.message:
                messages[it.content.message] = bubble
            elif it.letter is not None:
                ours[it.letter] = bubble
        return found

    def _one(self, it: Exchange, letters: Mapping[int, str]) -> Bubble:
        bubble = Bubble(
            it.id, it.side.value, self._names.get(it.author, it.author), it.at, self._words(it),
            self._language if it.side is Side.PERSON else "",
            is_unconfirmed=it.content.unconfirmed,
        )  # fmt: skip
        if it.sort in {Sort.PHRASE, Sort.REPLY}:
            self._phrase(bubble, it)
        if it.sort is Sort.EDIT:
            bubble.label = self._tongue(texts.CHANGED_TO, words="").strip()
        if it.sort is Sort.PLACE and it.content.latitude is not None:
            bubble.place = f"{it.content.latitude:.5f}, {it.content.longitude:.5f}"
        if it.side is Side.PERSON and it.sort is Sort.WORDS:
            bubble.raw = it.content.words
        bubble.files = [self._file(note) for note in it.content.files]
        if it.side is Side.CASEWORKER:
            bubble.mark = it.state or letters.get(it.letter or 0, "sent")
            if it.sort in CAN_BE_CHANGED and it.author == self._who and bubble.mark not in BAD:
                bubble.letter = it.letter or 0
        return bubble

    def _words(self, it: Exchange) -> str:
        return shown(it.content.words, self._tongue.staff)

    def _phrase(self, bubble: Bubble, it: Exchange) -> None:
        """Say a sentence in both languages; one that reads the same in both, once."""
        told = self._phrasebook.told
        bubble.text = told(it.content, self._tongue.language)
        theirs = told(it.content, self._language)
        bubble.language = self._tongue.language
        bubble.theirs = "" if theirs == bubble.text else theirs
        if it.sort is Sort.REPLY:
            bubble.label = self._tongue(texts.PRESSED, words="").strip()

    def _file(self, note: FileNote) -> Enclosed:
        number = self._uniques.get(note.unique, 0)
        item = self._items.get(number)
        is_saved = item is not None and item.is_saved
        return Enclosed(in_a_line(note.kind), number, note.kind in PICTURES, is_saved)


def marks_of(work: Work, written: Iterable[Exchange]) -> dict[int, str]:
    """Return how the letters of caseworkers stand that are not over."""
    numbers = [it.letter for it in written if it.letter is not None]
    found = {}
    for letter, state, hold in work.rows_in(_LETTERS, numbers) if numbers else ():
        if state in ON_ITS_WAY:
            found[letter] = "held" if hold else "queued"
        else:
            found[letter] = state
    return found
