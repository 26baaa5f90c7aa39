"""What is done in the group becomes commands; what is no command of a caseworker's becomes nothing.

Whoever wrote is looked up at every message: an account that is no caseworker's any more, a channel,
an administrator who hides behind the group get silence, and leave one row in the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.reference import read_reference
from bot.clock import SECOND
from bot.desks.forum import texts
from bot.desks.forum.cards import CLOSING, PICKING, ending_rows, parts_of, token
from bot.desks.forum.check_in_view import hour_asked
from bot.desks.forum.deadline_view import clock_asked
from bot.desks.forum.event_view import at_desk
from bot.desks.forum.parse_command import Typed, colleague, command, values
from bot.desks.forum.phrase_picker import PICKS, Picking
from bot.desks.forum.progress_view import answers_to
from bot.desks.forum.referral_view import recipient_rows
from bot.dispatch.staff_actions import can_be_filled
from bot.hotline.commands.types import Command, Verb
from bot.messages import Button, Draw, Remove, Say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.desks.forum.context import Setup
    from bot.desks.forum.topics import Topic
    from bot.hotline.staff.staff import Caseworker
    from bot.messages import Body, Update
    from bot.store.writer import Work
    from bot.text import Text

STRANGER, REFUSED = "stranger", "desk_refused"
"""Who, and what, the audit log says of somebody who is no caseworker."""
NEARLY_FULL = 4000
"""A message of so many characters may have been cut by the app: what follows belongs to it."""
AT_ONCE = 5 * SECOND
FIRST = 8
"""Cases of the queue that are shown at once."""
COUNTED = 100


@dataclass(slots=True)
class Asked:
    """One thing a caseworker did in the group."""

    work: Work
    update: Update
    by: Caseworker
    topic: Topic | None
    """None where all look."""
    now: int
    words: Typed
    answers: list[tuple[str, Body]] = field(default_factory=list)
    """What is answered at once, each with the case whose order it keeps."""

    @property
    def case(self) -> str:
        """Return the case of the topic, empty for none."""
        return self.topic.case if self.topic else ""

    def order(self, verb: Verb, case: str = "", *, code: str = "", said: str = "",
              filled: Mapping[str, str] | None = None) -> list[Command]:  # fmt: skip
        """Return a command about the topic's case, or another."""
        is_press = self.update.note == "press"
        here = at_desk(self.update.thread, 0 if is_press else self.update.message)
        return [
            Command(verb=verb, by=self.by.id, case=case or self.case, words=said, code=code,
                    values=dict(filled or {}), at_desk=here)
        ]  # fmt: skip

    def answer(self, *bodies: Body) -> list[Command]:
        """Say something where it was asked."""
        self.answers += [(self.case, body) for body in bodies]
        return []


class Reading:
    """Reads what is done in one group."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._tongue = setup.tongue
        self._picking = Picking(setup)
        self._long: dict[tuple[int, str], int] = {}
        """When somebody last sent a message that may have been cut, by topic and caseworker."""
        self._albums: dict[tuple[int, str], str] = {}
        """The album of which somebody last sent a file to the person."""

    def asked(self, work: Work, update: Update, group: int, now: int) -> Asked | None:
        """Return what a caseworker did; None for anybody else, and for what nobody did."""
        topic = self._setup.topics.at(work, group, update.thread)
        by = self._setup.staff.by_account(work, update.sender)
        typed = command(update.words, self._setup.username)
        if by is not None:
            return Asked(work, update, by, topic, now, typed or Typed("", update.words))
        if update.note == "press" or typed or topic is not None:
            what = update.note if update.sender else "hidden"
            subject = topic.case if topic else ""
            self._setup.audit.note(work, now, STRANGER, REFUSED, subject, what)
        return None

    def commands(self, asked: Asked) -> list[Command]:
        """Return what is to be done; what is answered at once stands in `asked.answers`."""
        if asked.update.note == "edited":
            return self._edited(asked)
        if asked.update.note == "press":
            return self._pressed(asked)
        if asked.words.name:
            return self._typed(asked)
        if not self._setup.shows_words:
            return []
        if asked.topic is None:
            is_lost = asked.update.thread and asked.update.reply_to
            return self._answer(asked, texts.NO_CASE_HERE) if is_lost else []
        return self._written(asked, asked.topic)

    # --- written without a command -----------------------------------------------------------

    def _edited(self, asked: Asked) -> list[Command]:
        """Change what went to the person; an edit of anything else changes nothing."""
        if asked.update.latitude is not None:  # a place that moves: nobody edited it
            return []
        is_ours = asked.topic is not None and self._setup.shows_words
        letter = asked.topic.shown.letter_of(asked.update.message) if asked.topic else 0
        if is_ours and letter and asked.words.name in SAYING:
            return asked.order(Verb.REWORD, code=str(letter), said=asked.words.words)
        return self._answer(asked, texts.EDITED) if is_ours or asked.words.name else []

    def _written(self, asked: Asked, topic: Topic) -> list[Command]:
        """Say an answer to the person's words; keep everything else as a note."""
        update = asked.update
        key = (update.thread, asked.by.id)
        is_answer = bool(update.reply_to) and update.reply_to in topic.shown.words
        if is_answer or (update.album and update.album == self._albums.get(key)):
            return self._say(asked)
        if not update.words.strip():
            return []
        if asked.now - self._long.pop(key, -AT_ONCE - 1) <= AT_ONCE:
            self._answer(asked, texts.A_REST)
            self._remember_long(asked)
        return asked.order(Verb.NOTE, said=update.words)

    def _say(self, asked: Asked) -> list[Command]:
        """Send what somebody wrote, and what they enclosed, to the person."""
        update = asked.update
        if update.album:
            self._albums[update.thread, asked.by.id] = update.album
        self._remember_long(asked)
        (said,) = asked.order(Verb.SAY, said=asked.words.words)
        return [
            replace(said, files=update.files, latitude=update.latitude, longitude=update.longitude)
        ]

    def _remember_long(self, asked: Asked) -> None:
        if len(asked.update.words) >= NEARLY_FULL:
            self._long[asked.update.thread, asked.by.id] = asked.now

    # --- typed -------------------------------------------------------------------------------

    def _typed(self, asked: Asked) -> list[Command]:
        name = _SHORT.get(asked.words.name, asked.words.name)
        if name in NEEDS_WORDS and not self._setup.shows_words:
            return self._answer(asked, texts.NOT_HERE)
        if name in NEEDS_A_TOPIC and asked.topic is None:
            is_lost = bool(asked.update.thread)
            return self._answer(asked, texts.NO_CASE_HERE if is_lost else texts.IN_A_TOPIC)
        handler = _TYPED.get(name)
        if handler is None:
            return self._answer(asked, texts.NO_COMMAND)
        return handler(self, asked)

    def _claim(self, asked: Asked) -> list[Command]:
        reference = asked.words.first
        if not reference:
            return asked.order(Verb.CLAIM)
        case = self._setup.glances.called(asked.work, read_reference(reference))
        if not case:
            return self._answer(asked, texts.NO_CASE, reference=reference[:12])
        return asked.order(Verb.CLAIM, case)

    def _plainly(self, asked: Asked) -> list[Command]:
        return asked.order(_PLAIN[_SHORT.get(asked.words.name, asked.words.name)])

    def _transfer(self, asked: Asked) -> list[Command]:
        staff = [each for each in self._setup.staff.all(asked.work) if each.is_active]
        meant, rest = colleague(asked.words.words, staff)
        if len(meant) == 1:
            return asked.order(Verb.TRANSFER, code=meant[0].id, said=rest)
        others = [each for each in meant or staff if each.id != asked.by.id]
        names = ", ".join(f"{each.name} ({each.id})" for each in others)
        rows = tuple(
            (Button(each.name or each.id, token(Verb.TRANSFER, each.id, asked.case)),)
            for each in others[:FIRST]
        )
        return self._answer(asked, texts.WHOM, rows, names=names)

    def _say_words(self, asked: Asked) -> list[Command]:
        if not asked.words.words and not asked.update.files:
            return self._usage(asked, "/say ...")
        return self._say(asked)

    def _note(self, asked: Asked) -> list[Command]:
        if not asked.words.words:
            return self._usage(asked, "/note ...")
        return asked.order(Verb.NOTE, said=asked.words.words)

    def _insist(self, asked: Asked) -> list[Command]:
        if not asked.words.words:
            return self._usage(asked, "/insist ...")
        return asked.order(Verb.INSIST, said=asked.words.words)

    def _phrase(self, asked: Asked) -> list[Command]:
        code, book = asked.words.first.lower(), self._setup.phrasebook
        if code not in book:
            return asked.answer(self._picking.search(asked.words.words, asked.update.thread))
        filled = values(asked.words.rest, book[code].blanks)
        return asked.order(Verb.PHRASE, code=code, filled=filled)

    def _fill_in(self, asked: Asked) -> list[Command]:
        flow, _dot, step = asked.words.first.partition(".")
        if not asked.words.rest and can_be_filled(self._setup.book, flow, step):
            text = answers_to(self._setup, flow, step)
            return asked.answer(Say(text, thread=asked.update.thread))
        if not step or not asked.words.rest:
            return self._usage(asked, "/answer report.safe safe")
        return asked.order(Verb.ANSWER, code=asked.words.first, said=asked.words.rest)

    def _priority(self, asked: Asked) -> list[Command]:
        if not asked.words.first:
            return self._usage(asked, "/priority 1 ...")
        level = asked.words.first.lower().removeprefix("p")
        return asked.order(Verb.PRIORITY, code=level, said=asked.words.rest)

    def _refer(self, asked: Asked) -> list[Command]:
        if not asked.words.first:
            return self._answer(
                asked, texts.WHOM_TO_TELL, recipient_rows(self._setup, asked.case, asked.now)
            )
        return asked.order(Verb.REFER, code=asked.words.first, said=asked.words.rest)

    def _keep(self, asked: Asked) -> list[Command]:
        if not asked.words.words:
            return self._usage(asked, "/keep ...")
        return asked.order(Verb.KEEP, said=asked.words.words)

    def _revoke(self, asked: Asked) -> list[Command]:
        if not asked.words.first:
            return self._usage(asked, "/revoke statistics")
        return asked.order(Verb.REVOKE, code=asked.words.first.lower())

    def _close(self, asked: Asked) -> list[Command]:
        if not asked.words.first:
            return self._ask_how(asked, asked.case)
        return asked.order(Verb.CLOSE, code=asked.words.first.lower(), said=asked.words.rest)

    def _duty(self, asked: Asked) -> list[Command]:
        verb = {"on": Verb.ON_DUTY, "off": Verb.OFF_DUTY}.get(asked.words.first.lower())
        return self._usage(asked, "/duty on") if verb is None else asked.order(verb)

    def _rest(self, asked: Asked) -> list[Command]:
        minutes = asked.words.first
        if not minutes:
            return self._usage(asked, "/rest 15")
        return asked.order(Verb.REST, code=minutes)

    def _queue(self, asked: Asked) -> list[Command]:
        by, look = asked.by, self._setup.glances
        waiting = look.waiting(asked.work, by.queues, COUNTED)
        first = look.first(asked.work, by.queues, by.languages, FIRST)
        if not any(waiting.values()):
            return self._answer(asked, texts.NOBODY)
        lines = [self._tongue(texts.QUEUE_NOW, queues=self._picking.counted(waiting, COUNTED))]
        lines += [self._picking.waits(it, asked.now) for it in first]
        rows = tuple(
            (Button(f"{self._tongue(texts.CLAIM)} {it.reference}", token(Verb.CLAIM, it.case)),)
            for it in first
        )
        return asked.answer(Say("\n".join(lines), rows, thread=asked.update.thread))

    def _help(self, asked: Asked) -> list[Command]:
        text = f"{self._tongue(texts.HELP)}\n{self._tongue(texts.HELP_MORE)}"
        return asked.answer(Say(text, thread=asked.update.thread))

    def _card(self, asked: Asked) -> list[Command]:
        """Put the card at the end of the topic, where it is seen."""
        if asked.topic is None:
            return []
        asked.topic.shown.card = 0
        return asked.answer(Draw(asked.case, "card"))

    # --- pressed -----------------------------------------------------------------------------

    def _pressed(self, asked: Asked) -> list[Command]:
        """Do what a button of ours means; a button under an old message means the same as ever."""
        parts = parts_of(asked.update.words)
        what = parts[0] if parts else ""
        if what in NEEDS_WORDS | PICKS and not self._setup.shows_words:
            return self._answer(asked, texts.NOT_HERE)
        if what in PICKS:
            return self._picked(asked, parts)
        if what == Verb.TELL_OTHERS and len(parts) > 1:
            return asked.order(Verb.TELL_OTHERS, code=parts[1]) if asked.topic else []
        case = parts[-1] if len(parts) > 1 else ""
        if what == CLOSING:
            return self._ask_how(asked, case)
        if what not in _ON_BUTTONS or not case:
            return []
        code = parts[1] if len(parts) > 2 else ""  # noqa: PLR2004 - a verb, a code, a case
        return asked.order(Verb(what), case, code=code)

    def _picked(self, asked: Asked, parts: list[str]) -> list[Command]:
        if asked.topic is None:
            return []
        if parts[0] == Verb.PHRASE and len(parts) > 1:
            asked.answer(Remove((asked.update.message,)))  # so that it is sent only once
            return asked.order(Verb.PHRASE, code=parts[1])
        glance = self._setup.glances.at(asked.work, asked.case)
        language = glance.language if glance else ""
        return asked.answer(self._picking.show(parts, asked.update, language))

    # --- answers -----------------------------------------------------------------------------

    def _ask_how(self, asked: Asked, case: str) -> list[Command]:
        return self._answer(asked, texts.HOW_ENDED, ending_rows(self._setup, case))

    def _usage(self, asked: Asked, usage: str) -> list[Command]:
        return self._answer(asked, texts.LIKE_THIS, usage=usage)

    def _answer(
        self, asked: Asked, text: Text, rows: tuple[tuple[Button, ...], ...] = (), **filled: str
    ) -> list[Command]:
        said = self._tongue(text, **filled)
        update = asked.update
        return asked.answer(Say(said, rows, thread=update.thread, answers=update.message))


NEEDS_WORDS = frozenset(
    {
        "say",
        "phrase",
        "takeover",
        "answer",
        "insist",
        "clock",
        Verb.TAKE_OVER,
        Verb.REFER,
        Verb.TELL_OTHERS,
        PICKING,
    }
)
"""What makes no sense where no word of a person is shown."""
SAYING = frozenset({"", "say"})
"""What words to the person begin with, once they are known to be that."""
_PLAIN: Mapping[str, Verb] = {
    "release": Verb.RELEASE,
    "takeover": Verb.TAKE_OVER,
    "handback": Verb.HAND_BACK,
    "reopen": Verb.REOPEN,
    "erase": Verb.ERASE,
}
"""Commands that need nothing behind them."""
_SHORT: Mapping[str, str] = {
    "take_over": "takeover", "hand_back": "handback", "start": "help", "phrases": "phrase",
}  # fmt: skip
_TYPED: Mapping[str, Callable[[Reading, Asked], list[Command]]] = {
    **dict.fromkeys(_PLAIN, Reading._plainly),  # noqa: SLF001 - a table of this class's commands
    "claim": Reading._claim,  # noqa: SLF001
    "transfer": Reading._transfer,  # noqa: SLF001
    "say": Reading._say_words,  # noqa: SLF001
    "insist": Reading._insist,  # noqa: SLF001
    "confirmed": lambda _, asked: asked.order(Verb.CONFIRM, said=asked.words.words),
    "note": Reading._note,  # noqa: SLF001
    "phrase": Reading._phrase,  # noqa: SLF001
    "answer": Reading._fill_in,  # noqa: SLF001
    "priority": Reading._priority,  # noqa: SLF001
    "refer": Reading._refer,  # noqa: SLF001
    "keep": Reading._keep,  # noqa: SLF001
    "revoke": Reading._revoke,  # noqa: SLF001
    "close": Reading._close,  # noqa: SLF001
    "clock": lambda reading, asked: clock_asked(reading._setup, asked),  # noqa: SLF001
    "checkin": lambda reading, asked: hour_asked(reading._setup, asked),  # noqa: SLF001
    "duty": Reading._duty,  # noqa: SLF001
    "rest": Reading._rest,  # noqa: SLF001
    "queue": Reading._queue,  # noqa: SLF001
    "card": Reading._card,  # noqa: SLF001
    "help": Reading._help,  # noqa: SLF001
}
NEEDS_A_TOPIC = frozenset(_TYPED) - {"claim", "duty", "rest", "queue", "help"}
_ON_BUTTONS = frozenset(
    {Verb.CLAIM, Verb.RELEASE, Verb.TAKE_OVER, Verb.HAND_BACK, Verb.CLOSE, Verb.REOPEN,
     Verb.TRANSFER, Verb.REFER}
)  # fmt: skip
