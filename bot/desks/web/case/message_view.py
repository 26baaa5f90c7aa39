"""Messages of a case as a page or an export shows them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.escape_text import escape_line
from bot.cases.evidence.audio_sanitizer import AUDIO_TYPES
from bot.cases.evidence.file_type import IMAGE_TYPES
from bot.cases.evidence.files import load_file_notes
from bot.cases.intake import TO_FETCH
from bot.cases.queries import display_text
from bot.clock import MINUTE
from bot.conversation import Choose, ChooseMany
from bot.desks.web import texts
from bot.hotline.chat.messages import (
    AGREED_WORD,
    FORWARDED_MARK,
    LEFT_BEHIND,
    CaseMessageKind,
    MessageSide,
)
from bot.hotline.chat.takeover import OPENER
from bot.hotline.origins.model import CALL_OUTCOMES, TOLD, CallOutcome
from bot.languages.typed.other_hands import any_says_other_hands
from bot.languages.typed.someone_near import warns_of_someone
from bot.store.statements import select_in
from bot.store.tables.main import outbox
from bot.text import quote_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.cases.evidence.files import EvidenceFile
    from bot.conversation import FileRef, FlowRegistry
    from bot.desks.locale import StaffLocale
    from bot.hotline.chat.messages import AnsweredMessage, CaseMessage, CaseMessageContent
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.interpreting.texts import SharedText
    from bot.store.writer import Work
    from bot.vault.purpose import Opener

PICTURE_KINDS, SOUND_KINDS = frozenset({"photo"}), frozenset({"voice", "audio"})
PLACE_ERROR = 16
"""UTF-16 units by which the place of a marked part may be wrong."""
ANSWERED_LENGTH = 80
"""Characters that are shown of a message to which another replies."""
QUOTE_MARK = ">"
"""Stands before each line of what a message answers in another chat."""
EDITABLE_KINDS = frozenset({CaseMessageKind.TEXT, CaseMessageKind.FILES})
IN_TRANSIT = frozenset({"queued", "sending"})
FAILED_STATES = frozenset({
    "uncertain", "failed", "blocked", "refused", "withdrawn", LEFT_BEHIND,
})  # fmt: skip
"""Delivery states that a caseworker must notice."""
_LETTERS = select_in(outbox, "id", "state", "hold", among="id")


class Delivery(NamedTuple):
    """How far a caseworker's message has come."""

    state: str
    """A key of `texts.DELIVERY_STATES`."""
    is_waiting: bool
    """Whether it is on its way, or waits to be sent."""


ARRIVED = Delivery("sent", is_waiting=False)


@dataclass(frozen=True, slots=True)
class MessageFile:
    """One file of a message."""

    kind: str
    number: int  # number in the evidence list; 0 if it is not there
    is_picture: bool
    is_sound: bool
    is_saved: bool
    is_coming: bool
    """Whether it is still being downloaded."""
    sent: str = ""
    """The id of a file that a caseworker sent from a desk; empty for the person's."""
    arrived_at: int = 0
    """When it arrived; 0 if it is not in the evidence list."""
    sent_at: int = 0
    """When the channel says it was sent; 0: not known."""
    message: int = 0
    """The channel's number of its message."""
    state: str = ""
    """A key of `texts.MISSING_FILES` where its bytes are not stored."""
    caption: str = ""
    """The words under it in a report; those of a message are its text."""


class AnsweredView(NamedTuple):
    """What a message of the person replies to."""

    who: str
    """Who had written it."""
    words: str
    """What stands in it, or the part of it that the person marked; shortened, in one line."""


@dataclass(slots=True)
class MessageView:
    """One message."""

    id: int
    side: str
    author: str
    at: int
    """When it was written."""
    seen_at: int
    """When the person saw it, as far as is known: what a caseworker writes may arrive later. Of
    what may not have arrived: when it left. Of what the person wrote: when it reached the case."""
    text: str = ""
    call: str = ""
    """How a call went, a key of `texts.CALL_OUTCOMES`; empty for what is no call."""
    told: str = ""
    """What we said in a call."""
    language: str = ""
    person_text: str = ""
    label: str = ""
    asked: str = ""
    """The question of the bot that it answers, as `flow.step`; empty for none."""
    question: str = ""
    """The same in words."""
    is_filled_in: bool = False
    """Whether a caseworker filled the answer in for the person."""
    is_choice: bool = False
    """Whether the person chose among our answers: `text` is what they chose, in our words."""
    is_automatic: bool = False
    """Whether it is the opening question, which Haven asks by itself."""
    forwarded_from: str = ""
    """Who wrote it, if the person passed on what another wrote."""
    answered: AnsweredView | None = None
    """What it replies to; None for nothing that is kept."""
    plain: str = ""
    """Its words as they were sent, without the line that says who wrote a forwarded message."""
    location: str = ""
    files: list[MessageFile] = field(default_factory=list)
    earlier_texts: list[str] = field(default_factory=list)
    lost_edits: list[str] = field(default_factory=list)
    """New words that did not arrive, or of which it is not known: the person reads `text`."""
    has_waiting_edit: bool = False
    """Whether an edit is on its way, or waits to be sent."""
    edited_at: int | None = None
    """When the newest edit was made; None where there is none."""
    newest_edit: int = 0
    """The id of the row of the newest edit."""
    delivery_state: str = ""
    """Delivery of a caseworker's message, a key of `texts.DELIVERY_STATES`."""
    is_waiting: bool = False
    """Whether it is on its way, or waits to be sent."""
    raw: str = ""  # unescaped text of the person, for filling in an answer
    letter: int = 0  # outbox id, if the text can still be edited
    has_waited: bool = False
    """Whether the person wrote it in an earlier minute than it reached the case."""
    is_unconfirmed: bool = False
    is_mine: bool = False
    shared: list[SharedText] = field(default_factory=list)
    """How it was shared with interpreters, and what they rendered."""

    @property
    def is_unsettled(self) -> bool:
        """Whether it will soon be shown differently: it has not arrived, or a file has not."""
        is_sent = not (self.is_waiting or self.has_waiting_edit)
        return not is_sent or any(it.is_coming for it in self.files)

    @property
    def place(self) -> tuple[bool, int, int]:
        """Its place among others: where the person saw it, and last while it waits."""
        return self.is_waiting, self.seen_at, self.id

    @property
    def is_later(self) -> bool:
        """Whether the other side could read it noticeably later than it was written."""
        return self.has_waited or self.seen_at - self.at >= MINUTE

    @property
    def last_changed_at(self) -> int:
        """When the person had it before their eyes, or when its newest edit was made."""
        return max(self.seen_at, self.edited_at or 0)

    @property
    def says_someone_near(self) -> bool:
        """Whether the person writes that someone is near, or that nothing should be written."""
        return self._is_own_words and warns_of_someone(self.text)

    @property
    def says_other_hands(self) -> bool:
        """Whether the words say that someone else holds the phone."""
        return self._is_own_words and any_says_other_hands(self.text)

    @property
    def _is_own_words(self) -> bool:
        is_theirs = self.side == MessageSide.PERSON.value and not self.forwarded_from
        return is_theirs and not self.is_choice

    @property
    def has_failed(self) -> bool:
        """Whether a caseworker must notice the delivery state."""
        return self.delivery_state in FAILED_STATES or bool(self.lost_edits)


@dataclass(slots=True)
class MessageViewBuilder:
    """Builds the messages of one case for one caseworker."""

    locale: StaffLocale
    language: str
    phrasebook: Phrasebook
    registry: FlowRegistry
    names: Mapping[str, str]
    items: Sequence[EvidenceFile]
    file_numbers: Mapping[str, int]
    """Numbers of the evidence files, by their unique id in the channel."""
    who: str

    def build(
        self,
        written: Iterable[CaseMessage],
        letters: Mapping[int, Delivery],
        elsewhere: Iterable[CaseMessage] = (),
    ) -> list[MessageView]:
        """Return the messages in their order; an edit changes the message it stands after.

        Args:
            written: the messages, and edits.
            letters: how far those of caseworkers have come.
            elsewhere: messages that are not shown, and that some of these reply to.
        """
        found: list[MessageView] = []
        by_message: dict[int, MessageView] = {}
        by_letter: dict[int, MessageView] = {}
        for it in elsewhere:
            view = self._build_one(it, letters)
            if it.letter is not None:
                by_letter[it.letter] = view
            else:
                by_message[it.content.message] = view
        for it in written:
            if it.kind is CaseMessageKind.EDIT:
                is_person = it.side is MessageSide.PERSON
                known = (by_message if is_person else by_letter).get(it.content.message)
                if known is not None:
                    self._apply_edit(known, it, letters)
                    continue
            view = self._build_one(it, letters)
            answered = it.content.answered
            if answered is not None and not _is_open_question(it.content):
                view.answered = self._answered(answered, by_message, by_letter)
            found.append(view)
            if it.side is MessageSide.PERSON and it.content.message:
                by_message[it.content.message] = view
            elif it.letter is not None:
                by_letter[it.letter] = view
        return found

    def _apply_edit(
        self, view: MessageView, it: CaseMessage, letters: Mapping[int, Delivery]
    ) -> None:
        """Change a message, unless the person does not read the new words."""
        text, delivery = self._text(it.content.text), letters.get(it.letter or 0, ARRIVED)
        view.newest_edit = it.id
        if it.side is MessageSide.CASEWORKER and (it.state or delivery.state) in FAILED_STATES:
            view.lost_edits.append(text)
            return
        view.has_waiting_edit |= it.state is None and delivery.is_waiting
        view.earlier_texts.append(view.text)
        view.text, view.plain, view.edited_at = text, it.content.text, it.at
        known = {each.number for each in view.files}  # an edited caption comes with its photo
        view.files += [it for it in map(self.file, it.content.files) if it.number not in known]
        view.raw = it.content.text if view.raw else ""

    def _build_one(self, it: CaseMessage, letters: Mapping[int, Delivery]) -> MessageView:
        view = MessageView(
            it.id, it.side.value, self.names.get(it.author, it.author), it.at, it.seen_at,
            self._text(it.content.text), plain=it.content.text,
            language=self.language if it.side is MessageSide.PERSON else "",
            has_waited=it.has_waited, is_unconfirmed=it.content.unconfirmed,
            is_mine=bool(it.author) and it.author == self.who,
        )  # fmt: skip
        if it.kind in {CaseMessageKind.PHRASE, CaseMessageKind.REPLY}:
            self._phrase(view, it)
        if it.kind is CaseMessageKind.CALL:
            view.call, view.told = it.content.code, self._text(it.content.values.get(TOLD, ""))
            view.label = self.locale(CALL_OUTCOMES[CallOutcome(view.call)]) + ":"
        if it.kind is CaseMessageKind.EDIT:
            view.label = self.locale(texts.CHANGED_EARLIER)
        if it.kind is CaseMessageKind.TEXT and it.content.code and not it.content.text:
            is_word, kind = it.content.code == AGREED_WORD, escape_line(it.content.code)
            view.label = self.locale(texts.AGREED_WORD if is_word else texts.NOT_KEPT, kind=kind)
        if it.kind is CaseMessageKind.LOCATION and it.content.latitude is not None:
            view.location = f"{it.content.latitude:.5f}, {it.content.longitude:.5f}"
        if it.side is MessageSide.PERSON:
            self._add_sender(view, it)
        if it.content.asked:
            self._add_question(view, it)
        view.files = [self.file(note) for note in it.content.files]
        if it.side is MessageSide.NOTE:
            view.delivery_state = it.state or ""
        if it.side is MessageSide.CASEWORKER:
            delivery = letters.get(it.letter or 0, ARRIVED)
            view.delivery_state = it.state or delivery.state
            view.is_waiting = it.state is None and delivery.is_waiting
            is_editable = it.kind in EDITABLE_KINDS and view.is_mine
            view.letter = (it.letter or 0) if is_editable and not view.has_failed else 0
        return view

    def _add_sender(self, view: MessageView, it: CaseMessage) -> None:
        """Say whether another wrote a person's message, and keep their own words."""
        content = it.content
        if it.kind in {CaseMessageKind.TEXT, CaseMessageKind.GOOD_MOMENT}:
            view.raw = "" if content.chosen else content.text
        sender, _newline, rest = content.text.partition("\n")
        if sender.startswith(FORWARDED_MARK):
            view.forwarded_from = escape_line(sender.removeprefix(FORWARDED_MARK).strip())
            view.text, view.plain = self._text(rest), rest

    def _add_question(self, view: MessageView, it: CaseMessage) -> None:
        """Say which question a message answers; what was chosen is said in words of staff."""
        content, view.asked = it.content, it.content.asked
        view.is_filled_in = it.kind is CaseMessageKind.ANSWER
        flow, _dot, step = content.asked.partition(".")
        question = self.registry.question(flow, step)
        if question is None:
            return
        words = self.locale.flow_catalogue
        view.question = self.locale.question_name(question)
        view.text = view.text.removeprefix(f"{question.short.source}: ")  # it stands above
        if content.chosen and isinstance(question, Choose | ChooseMany):
            is_single = isinstance(question, Choose)
            parts = question.describe(content.chosen[0] if is_single else content.chosen)
            view.text = ", ".join(p if isinstance(p, str) else p.render(words) for p in parts)
            view.language, view.is_choice = self.locale.language, not view.is_filled_in
            if view.is_choice:
                view.label = self.locale(texts.CHOSE, words="").strip()

    def _answered(
        self,
        answered: AnsweredMessage,
        by_message: Mapping[int, MessageView],
        by_letter: Mapping[int, MessageView],
    ) -> AnsweredView | None:
        """Return what a message replies to, of what is kept in its case; None for nothing."""
        flow, _dot, step = answered.question.partition(".")
        if (question := self.registry.question(flow, step)) is not None:
            return AnsweredView(self.locale(texts.THE_BOT), self.locale.question_name(question))
        of_person = by_message.get(answered.message)
        view = of_person or by_letter.get(answered.letter)
        if view is None:
            return None
        who = texts.THE_PERSON if of_person else texts.THE_BOT if view.is_automatic else None
        words = self._text(_marked_part(view.plain, answered)) or self._named(view)
        return AnsweredView(view.author if who is None else self.locale(who), shorten_line(words))

    def _named(self, view: MessageView) -> str:
        """Return what a message says, or what it holds if it has no words."""
        if view.text or view.label:
            return f"{view.label} {view.text}".strip()
        if view.files:
            return self.locale(texts.FILE, kind=view.files[0].kind)
        return self.locale(texts.LOCATION, point=view.location) if view.location else ""

    def _text(self, text: str) -> str:
        return display_text(text, self.locale.staff_catalogue)

    def _phrase(self, view: MessageView, it: CaseMessage) -> None:
        render = self.phrasebook.text_for_staff
        view.text = render(it.content, self.locale.language)
        person_text = render(it.content, self.language)
        view.language = self.locale.language
        view.person_text = "" if person_text == view.text else person_text
        view.is_automatic = it.content.code == OPENER
        if it.kind is CaseMessageKind.REPLY:
            view.label = self.locale(texts.PRESSED, words="").strip()

    def file(self, note: FileRef) -> MessageFile:
        """Return a file as a page offers it."""
        if not note.handle:
            return MessageFile(
                escape_line(note.kind), 0,
                is_picture=note.kind in PICTURE_KINDS, is_sound=note.kind in SOUND_KINDS,
                is_saved=True, is_coming=False, sent=note.unique,
            )  # fmt: skip
        number = self.file_numbers.get(note.unique, 0)
        item = next((it for it in self.items if it.number == number), None)
        return message_file(note.kind, number, item)


def _is_open_question(content: CaseMessageContent) -> bool:
    """Tell whether a message replies to the question that it answers anyway: that is said once."""
    asked = content.answered.question if content.answered else ""
    return bool(asked) and asked == content.asked


def shorten_line(words: str) -> str:
    """Return the beginning of words in one line, at most `ANSWERED_LENGTH` characters."""
    line = " ".join(words.split())
    return line if len(line) <= ANSWERED_LENGTH else line[: ANSWERED_LENGTH - 1].rstrip() + "\u2026"


def _marked_part(plain: str, answered: AnsweredMessage) -> str:
    """Return the part of a message that a person marked; empty for none, or if it is not known.

    The channel's place is approximate, and the message may have been edited: only a part that its
    digest confirms is shown. Words of another chat that stand before the person's own are no part
    of what was marked.
    """
    if answered.part is None or answered.part_digest < 0 or plain.startswith(QUOTE_MARK):
        return ""
    place, length = answered.part
    stored = plain.encode("utf-16-le", "surrogatepass")
    for begin in sorted(range(place - PLACE_ERROR, place + PLACE_ERROR + 1), key=_distance(place)):
        piece = stored[2 * begin : 2 * (begin + length)] if begin >= 0 else b""
        if len(piece) < 2 * length or not length:
            continue
        with contextlib.suppress(UnicodeDecodeError):  # it begins or ends within a character
            if quote_digest(words := piece.decode("utf-16-le")) == answered.part_digest:
                return words
    return ""


def _distance(place: int) -> Callable[[int], int]:
    return lambda begin: abs(begin - place)


def message_file(kind: str, number: int, item: EvidenceFile | None) -> MessageFile:
    """Return a file of the evidence as a page offers it; without an item it cannot be opened."""
    looks = item.detected_type if item is not None else ""
    return MessageFile(
        escape_line(kind), number,
        is_picture=kind in PICTURE_KINDS or looks in IMAGE_TYPES,
        is_sound=kind in SOUND_KINDS and (not looks or looks in AUDIO_TYPES),
        is_saved=item is not None and item.is_saved,
        is_coming=item is not None and item.state == TO_FETCH,
        arrived_at=item.arrived_at if item is not None else 0,
        sent_at=item.sent_at if item is not None else 0,
        message=item.message if item is not None else 0,
        state=item.state if item is not None else "",
    )  # fmt: skip


def add_renderings(views: Iterable[MessageView], shared: Iterable[SharedText]) -> None:
    """Add to messages how they were shared, and what was rendered."""
    by_message: dict[int, list[SharedText]] = {}
    for it in shared:
        if it.message is not None:
            by_message.setdefault(it.message, []).append(it)
    for view in views:
        view.shared = by_message.get(view.id, [])


def sent_words(
    written: Iterable[CaseMessage], views: Iterable[MessageView]
) -> dict[str, MessageView]:
    """Return the newest message of a caseworker with these words, before or after an edit."""
    by_id = {it.id: it for it in views if it.side == MessageSide.CASEWORKER.value}
    found = {it.content.text: by_id[it.id] for it in written if it.id in by_id}
    return found | {it.plain: it for it in by_id.values() if it.edited_at}


def delivery_states(work: Work, written: Iterable[CaseMessage]) -> dict[int, Delivery]:
    """Return how far letters have come that are still in the outbox, by id."""
    numbers = [it.letter for it in written if it.letter is not None and it.arrived_at is None]
    rows = work.rows_in(_LETTERS, numbers) if numbers else ()
    return {
        letter: Delivery(_waiting_state(hold), is_waiting=True)
        if state in IN_TRANSIT
        else Delivery(state, is_waiting=False)
        for letter, state, hold in rows
    }


def _waiting_state(hold: str | None) -> str:
    """Return the state of a letter on its way; what holds it up is a state of its own."""
    if not hold:
        return "queued"
    return hold if hold in texts.DELIVERY_STATES else "held"


def file_numbers(work: Work, case: str, opener: Opener) -> dict[str, int]:
    """Return the numbers of the evidence files, by their unique id in the channel."""
    found: dict[str, int] = {}
    for number, (_name, note) in enumerate(load_file_notes(work, case, opener), 1):
        if note.unique:
            found.setdefault(note.unique, number)
    return found
