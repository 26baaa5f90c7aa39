"""Messages between a person and a caseworker, and notes: stored with the case, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import and_, bindparam, exists, func, literal, or_, select

from bot.clock import MINUTE
from bot.conversation import FileRef, FilesInput
from bot.conversation.questions.text import with_captions
from bot.hotline.chat import sent_files
from bot.mailbox.letter import LetterState
from bot.mailbox.outbox import reached_at
from bot.store import Prepared, Work, insert, select_by, select_in, select_one, update_by
from bot.store.tables.main import UNSENT, exchanges, outbox
from bot.vault import Opener, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.messages import OutgoingFile


class MessageSide(StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"
    """A caseworker, for colleagues."""


LEFT_BEHIND = "left"
"""The state of a note that was a message: its case left the caseworker before it was sent."""
FORWARDED_MARK = "\u21aa"
"""Stands before the name of whom a forwarded message came from, in any language."""


class CaseMessageKind(StrEnum):
    """What a message is."""

    TEXT = "words"
    FILES = "files"
    LOCATION = "place"
    EDIT = "edit"
    """A new text for the message `message`; the old one is kept as well."""
    PHRASE = "phrase"
    """A sentence of the phrasebook: `code` and `values`; each side reads its own language."""
    REPLY = "reply"
    """A button under such a sentence: `code` is `phrase.reply`."""
    GOOD_MOMENT = "good_moment"
    """A typed answer to the opener that says yes and nothing else, as its button does."""
    CALL = "call"
    """A call, written down by a caseworker as a note: `code` says how it went, `text` what the
    person said, `told` in `values` what we said."""
    ANSWER = "answer"
    """An answer that a caseworker filled in for the person, as a note: `asked` is the question,
    `text` says question and answer, in English where they are ours."""


ASK_NOTHING = (CaseMessageKind.REPLY, CaseMessageKind.GOOD_MOMENT)
"""Messages of a person that ask nothing: what a caseworker wrote before them is still an answer."""


class AnsweredMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message that a person's message replies to, by number: its words stand in the case."""

    message: int = 0
    """The channel's id of a message of the person; 0 for none."""
    letter: int = 0
    """The outbox id of a message that a caseworker sent, or of the opener; 0 for none."""
    question: str = ""
    """A question of the bot, as `flow.step`; empty for none."""
    part: tuple[int, int] | None = None
    """Where the part that the person marked begins, and how long it is, in UTF-16 units."""
    part_digest: int = -1
    """By which that part is known in a text (`quote_digest`); -1: of an earlier release."""


class CaseMessageContent(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. Sealed."""

    text: str = ""
    files: tuple[FileRef, ...] = ()
    code: str = ""
    values: dict[str, str] = {}
    phrase_edit: int = 0
    """The number of the last edit of the phrasebook when a phrase was sent; 0 for none."""
    message: int = 0
    """In an edit: the channel's number of a person's message, the outbox id of a caseworker's."""
    latitude: float | None = None
    longitude: float | None = None
    unconfirmed: bool = False
    """Whether it came in a quiet chat, so that it is unknown who wrote it."""
    asked: str = ""
    """The question of the bot that this answers, as `flow.step`; empty for none."""
    chosen: tuple[str, ...] = ()
    """The codes of what was chosen of its choices; `text` says them in English."""
    answered: AnsweredMessage | None = None
    """The message that a person's message replies to; None for none."""

    @property
    def captioned_files(self) -> tuple[FileRef, ...]:
        """Return its files with the words under them, which `text` holds: both are evidence."""
        first, _newline, rest = self.text.partition("\n")
        words = rest if first.startswith(FORWARDED_MARK) else self.text
        return with_captions(FilesInput(self.files, words)) if self.files else ()


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message or note."""

    case: str
    side: MessageSide
    kind: CaseMessageKind
    content: CaseMessageContent
    at: int
    author: str = ""
    letter: int | None = None
    """The outbox id of a caseworker's message."""
    state: str | None = None
    """How the letter ended if it is not known to have arrived; None while it waits, or once it
    arrived. Of a note: LEFT_BEHIND, or None."""
    id: int = 0
    arrived_at: int | None = None
    """When a caseworker's message arrived or, if that is uncertain, left; None while it waits, and
    for those before 0.3.0. Of a person's: when it reached the case, if it waited until they agreed
    that staff read it; None: at once."""
    uploads: tuple[OutgoingFile, ...] = ()
    """Files it brings from a desk; once it is stored, `sent_files` has them."""

    @property
    def seen_at(self) -> int:
        """Return when the person had it before their eyes, as far as is known.

        Of what the person wrote: when it reached the case.
        """
        return self.at if self.arrived_at is None else self.arrived_at

    @property
    def has_waited(self) -> bool:
        """Whether it is a person's and was written in an earlier minute than it reached the case.

        When they wrote it is evidence, and "locked in" of an hour ago is not "locked in now".
        """
        is_earlier = self.at // MINUTE < self.seen_at // MINUTE
        return self.side is MessageSide.PERSON and is_earlier


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages of a case that follow each other, with what changes them."""

    messages: tuple[CaseMessage, ...]
    """In the order in which the person saw them; last those that wait to be sent."""
    edits: tuple[CaseMessage, ...]
    """Every edit in the case, oldest first."""
    earlier: int
    """How many messages come before."""


AGREED_WORD = "agreed_word"
"""The code of a message in the place of which the right word of a check-in came."""
MAX_ANSWERED_BACK = 300
"""Messages before those of a page that are opened to find what a message of it replies to."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(CaseMessageContent).decode
_NEW_COLUMNS = (
    "case_id", "side", "author", "kind", "sealed", "letter", "state", "at", "arrived_at",
)  # fmt: skip
_ADD = insert(exchanges, *_NEW_COLUMNS)
_WRITTEN_AT = select_by(exchanges, "id", by=("case_id", "side", "kind", "at"))
_SET_SEALED = update_by(exchanges, "sealed", by="id")
_COLUMNS = ("id", "side", "author", "kind", "sealed", "letter", "state", "at", "arrived_at")
_OF_CASE = select_by(exchanges, *_COLUMNS, by="case_id", order_by="id")
_IS_EDIT = exchanges.c.kind == CaseMessageKind.EDIT.value
_EDITS = select_by(exchanges, *_COLUMNS, by=("case_id", _IS_EDIT), order_by="id")
_SEEN_AT = func.coalesce(exchanges.c.arrived_at, exchanges.c.at)
_IS_WAITING = exists().where(outbox.c.id == exchanges.c.letter, UNSENT)
"""A letter that is on its way or waits; it stands after everything the person has seen."""
_HAS_BEEN_SEEN = (exchanges.c.kind != CaseMessageKind.EDIT.value, ~_IS_WAITING)
_BEFORE = or_(
    bindparam("seen_before") > _SEEN_AT,
    and_(bindparam("seen_before") == _SEEN_AT, exchanges.c.id < bindparam("id_before")),
)
_LATEST = select_by(
    exchanges, *_COLUMNS, by=("case_id", *_HAS_BEEN_SEEN),
    order_by=(_SEEN_AT.desc(), exchanges.c.id.desc()), limit=bindparam("most"),
)  # fmt: skip
_EARLIER = Prepared(
    lambda _: (
        select(*(exchanges.c[name] for name in _COLUMNS))
        .where(exchanges.c.case_id == bindparam("case"), *_HAS_BEEN_SEEN, _BEFORE)
        .order_by(_SEEN_AT.desc(), exchanges.c.id.desc())
        .limit(bindparam("most"))
    ),
    "case", "seen_before", "id_before", "most",
)  # fmt: skip
_COUNT_EARLIER = Prepared(
    lambda _: (
        select(func.count())
        .select_from(exchanges)
        .where(exchanges.c.case_id == bindparam("case"), *_HAS_BEEN_SEEN, _BEFORE)
    ),
    "case", "seen_before", "id_before",
)  # fmt: skip
_WAITING = select_by(
    exchanges, *_COLUMNS,
    by=("case_id", exchanges.c.kind != CaseMessageKind.EDIT.value, _IS_WAITING), order_by="id",
)  # fmt: skip
_BY_ID = select_one(exchanges, *_COLUMNS, by=("id", "case_id"))
_NEWEST = select_by(exchanges, func.coalesce(func.max(exchanges.c.id), 0), by="case_id")
_NEWEST_IDS = select_by(
    exchanges, "id", by="case_id", order_by=exchanges.c.id.desc(), limit=bindparam("most")
)
_IS_OF = select_one(exchanges, "id", by=("id", "case_id"))
_SET_STATE = update_by(exchanges, "state", by="letter")
_SET_ARRIVED = update_by(exchanges, "arrived_at", by="letter")
_SET_UNCERTAIN = update_by(exchanges, "state", "arrived_at", by="letter")
_NEWER = exchanges.alias("newer")
_FROM_PERSON_SINCE = select_by(
    exchanges.join(_NEWER, _NEWER.c.case_id == exchanges.c.case_id), _NEWER.c.id,
    by=(
        exchanges.c.letter == bindparam("of_letter"), _NEWER.c.id > exchanges.c.id,
        _NEWER.c.side == literal(MessageSide.PERSON.value),
        *(_NEWER.c.kind != literal(it.value) for it in ASK_NOTHING),
    ),
    limit=literal(1),
)  # fmt: skip
_FROM_PERSON = select_by(
    exchanges, "id",
    by=(
        "case_id", bindparam("since") < _SEEN_AT,
        exchanges.c.side == literal(MessageSide.PERSON.value),
        *(exchanges.c.kind != literal(it.value) for it in ASK_NOTHING),
    ),
    limit=literal(1),
)  # fmt: skip
_BY_MESSAGE_LETTERS = select_in(exchanges, *_COLUMNS, "case_id", among="letter")
_BY_LETTER = select_one(exchanges, "case_id", "author", "kind", by="letter")


class CaseMessages:
    """The messages of cases, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def store(self, work: Work, written: Sequence[CaseMessage]) -> None:
        """Store messages, sealed."""
        work.many(
            _ADD,
            [
                (it.case, it.side.value, it.author or None, it.kind.value, self._seal(work, it),
                 it.letter, it.state, it.at, it.arrived_at)
                for it in written
            ],
        )  # fmt: skip
        for it in written:
            if it.uploads:
                sent_files.store(work, self._vault, it.case, it.uploads)

    def hide_word(self, work: Work, case: str, at: int) -> None:
        """Put a mark in the place of the right word of a check-in.

        Where several texts came at this moment it is not known which one it was: all stay.
        """
        side, kinds = MessageSide.PERSON, (CaseMessageKind.TEXT, CaseMessageKind.GOOD_MOMENT)
        written = (work.rows(_WRITTEN_AT, case, side.value, kind.value, at) for kind in kinds)
        rows = [row for found in written for row in found]
        if len(rows) == 1:
            content = CaseMessageContent(code=AGREED_WORD, unconfirmed=True)
            sealed = self._seal(work, CaseMessage(case, side, CaseMessageKind.TEXT, content, at))
            work.run(_SET_SEALED, sealed, rows[0][0])

    @staticmethod
    def of_case(work: Work, case: str, opener: Opener) -> list[CaseMessage]:
        """Return the messages of a case, oldest first.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        return [_open(opener, case, row) for row in work.rows(_OF_CASE, case)]

    @staticmethod
    def page(
        work: Work, case: str, opener: Opener, most: int, before: tuple[int, int] | None = None,
        also: Collection[int] = (),
    ) -> MessagePage:  # fmt: skip
        """Return the latest messages of a case, or those before one; nothing else is opened.

        Args:
            work: the unit of work.
            case: its id.
            opener: of the case.
            most: how many at most, besides those that wait to be sent.
            before: the `seen_at` and the id of the message before which they stand.
            also: the ids of messages that are wanted wherever they stand.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        if before is None:
            rows = work.rows(_LATEST, case, most)
            waiting = [_open(opener, case, row) for row in work.rows(_WAITING, case)]
        else:
            rows, waiting = work.rows(_EARLIER, case, *before, most), []
        found = [_open(opener, case, row) for row in reversed(rows)]
        earlier = 0
        if len(found) == most:
            earlier = work.rows(_COUNT_EARLIER, case, found[0].seen_at, found[0].id)[0][0]
        for row in sorted(set(also) - {it.id for it in (*found, *waiting)}, reverse=True):
            found[:0] = [_open(opener, case, it) for it in work.rows(_BY_ID, row, case)]
        edits = tuple(_open(opener, case, row) for row in work.rows(_EDITS, case))
        return MessagePage((*found, *waiting), edits, int(earlier))

    @staticmethod
    def answered_elsewhere(
        work: Work, case: str, opener: Opener, written: Sequence[CaseMessage]
    ) -> list[CaseMessage]:
        """Return the messages that some of these reply to and that are not among them.

        Of the person's own only the `MAX_ANSWERED_BACK` before the first are looked at: which
        number they have in the channel is sealed.

        Raises:
            DecryptionError: a row was altered or belongs to another case.
        """
        answered = [it.content.answered for it in written if it.content.answered]
        here = {it.letter for it in written}
        letters = {it.letter for it in answered if it.letter} - here
        rows = work.rows_in(_BY_MESSAGE_LETTERS, sorted(letters)) if letters else ()
        found = [_open(opener, case, row[:-1]) for row in rows if row[-1] == case]
        own = {it.content.message for it in written if it.side is MessageSide.PERSON}
        if wanted := {it.message for it in answered if it.message} - own:
            first = min(written, key=lambda it: (it.seen_at, it.id))
            place = (first.seen_at, first.id, MAX_ANSWERED_BACK)
            earlier = [_open(opener, case, it) for it in work.rows(_EARLIER, case, *place)]
            found += [it for it in earlier if it.content.message in wanted]
        return sorted((it for it in found if it.kind is not CaseMessageKind.EDIT), key=_id_of)

    @staticmethod
    def newest_id(work: Work, case: str) -> int:
        """Return the highest id among the messages of a case; 0 for none."""
        return int(work.rows(_NEWEST, case)[0][0])

    @staticmethod
    def newest_ids(work: Work, case: str, count: int) -> list[int]:
        """Return the ids of the newest messages of a case, the oldest of them first."""
        return [int(row) for (row,) in reversed(work.rows(_NEWEST_IDS, case, count))]

    @staticmethod
    def is_of(work: Work, case: str, message: int) -> bool:
        """Return whether a message belongs to a case."""
        return bool(work.rows(_IS_OF, message, case))

    def record_delivery(
        self, work: Work, letter: int, state: str, now: int
    ) -> tuple[str, str] | None:
        """Record how a caseworker's letter ended, and when it arrived; return case and author.

        Of one that may have arrived it is recorded when it left: the person may have read it then.
        """
        found = work.rows(_BY_LETTER, letter)
        if not found:
            return None
        if state == LetterState.SENT:
            work.run(_SET_ARRIVED, reached_at(work, letter) or now, letter)
        elif state == LetterState.UNCERTAIN:
            work.run(_SET_UNCERTAIN, state, reached_at(work, letter) or now, letter)
        else:
            work.run(_SET_STATE, state, letter)
        case, author, _kind = found[0]
        return case, author or ""

    @staticmethod
    def has_newer_from_person(work: Work, letter: int) -> bool:
        """Return whether the person has asked or told something since this letter was written."""
        return bool(work.rows(_FROM_PERSON_SINCE, letter))

    @staticmethod
    def has_from_person_since(work: Work, case: str, since: int) -> bool:
        """Return whether something the person asked or told reached a case since a moment."""
        return bool(work.rows(_FROM_PERSON, case, since))

    @staticmethod
    def of_letter(work: Work, letter: int) -> tuple[str, str, CaseMessageKind] | None:
        """Return case, author and kind of a letter's message; None for the bot's own letters."""
        found = work.rows(_BY_LETTER, letter)
        return None if not found else (found[0][0], found[0][1] or "", CaseMessageKind(found[0][2]))

    def _seal(self, work: Work, it: CaseMessage) -> bytes:
        sealer = self._vault.case_sealer(work, it.case)
        return sealer.seal(
            Purpose.CASE, _associated_data(it.case, it.side, it.at), _encode(it.content)
        )


def _id_of(it: CaseMessage) -> int:
    return it.id


def _open(opener: Opener, case: str, stored: Sequence[Any]) -> CaseMessage:
    row, side, author, kind, sealed, letter, state, at, arrived_at = stored
    content = open_message(opener, case, side, at, bytes(sealed))
    return CaseMessage(
        case, MessageSide(side), CaseMessageKind(kind), content, at, author or "", letter, state,
        row, arrived_at,
    )  # fmt: skip


def open_message(
    opener: Opener, case: str, side: str, at: int, sealed: bytes
) -> CaseMessageContent:
    """Return the content of a message that was written at a moment.

    Raises:
        DecryptionError: it was altered, or is another case's.
    """
    return _decode(opener.open(Purpose.CASE, _associated_data(case, side, at), sealed))


def _associated_data(case: str, side: str, at: int) -> bytes:
    return f"{case}/exchange/{side}/{at}".encode()
