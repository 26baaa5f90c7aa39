"""What is done in the group becomes commands; what is no command of a caseworker's becomes nothing.

Whoever wrote is looked up at every message: an account that is no caseworker's any more, a channel,
an administrator who hides behind the group get silence, and leave one row in the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.reference import parse_reference
from bot.clock import SECOND
from bot.desks.forum import texts
from bot.desks.forum.cards import (
    CLOSE_MENU,
    PHRASE_MENU,
    button_token,
    disposition_buttons,
    parse_token,
)
from bot.desks.forum.check_in_view import check_in_command
from bot.desks.forum.deadline_view import deadline_command
from bot.desks.forum.event_view import desk_location
from bot.desks.forum.parse_command import TypedCommand, match_colleague, parse_command, parse_values
from bot.desks.forum.phrase_picker import PICKER_ACTIONS, PhrasePicker
from bot.desks.forum.progress_view import answer_usage
from bot.desks.forum.referral_view import recipient_buttons
from bot.dispatch.turn.staff_actions import can_be_filled
from bot.hotline.commands.types import Command, Verb
from bot.messages import Button, DeleteMessages, RenderPost, SendText

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.desks.forum.context import ForumContext
    from bot.desks.forum.topics import ForumTopic
    from bot.hotline.staff.staff import Caseworker
    from bot.messages import Body, Update
    from bot.store.writer import Work
    from bot.text import Text

STRANGER, REFUSED = "stranger", "desk_refused"
"""Who, and what, the audit log says of somebody who is no caseworker."""
LONG_MESSAGE = 4000
"""A message of so many characters may have been cut by the app: what follows belongs to it."""
CONTINUATION_WINDOW = 5 * SECOND
MAX_QUEUE_LINES = 8
"""Cases of the queue that are shown at once."""
MAX_COUNT = 100


@dataclass(slots=True)
class ForumAction:
    """One thing a caseworker did in the group."""

    work: Work
    update: Update
    by: Caseworker
    topic: ForumTopic | None
    """None where all look."""
    now: int
    typed: TypedCommand
    replies: list[tuple[str, Body]] = field(default_factory=list)
    """What is answered at once, each with the case whose order it keeps."""

    @property
    def case(self) -> str:
        """Return the case of the topic, empty for none."""
        return self.topic.case if self.topic else ""

    def command(self, verb: Verb, case: str = "", *, code: str = "", text: str = "",
              values: Mapping[str, str] | None = None) -> list[Command]:  # fmt: skip
        """Return a command about the topic's case, or another."""
        is_press = self.update.detail == "press"
        here = desk_location(self.update.thread, 0 if is_press else self.update.message)
        return [
            Command(verb=verb, by=self.by.id, case=case or self.case, text=text, code=code,
                    values=dict(values or {}), reply_to=here)
        ]  # fmt: skip

    def reply(self, *bodies: Body) -> list[Command]:
        """Say something where it was asked."""
        self.replies += [(self.case, body) for body in bodies]
        return []


class ForumCommandReader:
    """Reads what is done in one group."""

    def __init__(self, context: ForumContext) -> None:
        self._context = context
        self._locale = context.locale
        self._phrase_picker = PhrasePicker(context)
        self._last_long: dict[tuple[int, str], int] = {}
        """When somebody last sent a message that may have been cut, by topic and caseworker."""
        self._albums: dict[tuple[int, str], str] = {}
        """The album of which somebody last sent a file to the person."""

    def parse_action(self, work: Work, update: Update, group: int, now: int) -> ForumAction | None:
        """Return what a caseworker did; None for anybody else, and for what nobody did."""
        topic = self._context.topics.by_thread(work, group, update.thread)
        by = self._context.staff.by_account(work, update.sender)
        typed = parse_command(update.text, self._context.username)
        if by is not None:
            return ForumAction(work, update, by, topic, now, typed or TypedCommand("", update.text))
        if update.detail == "press" or typed or topic is not None:
            what = update.detail if update.sender else "hidden"
            subject = topic.case if topic else ""
            self._context.audit.record(work, now, STRANGER, REFUSED, subject, what)
        return None

    def commands(self, action: ForumAction) -> list[Command]:
        """Return what is to be done; what is answered at once stands in `asked.answers`."""
        if action.update.detail == "edited":
            return self._handle_edit(action)
        if action.update.detail == "press":
            return self._handle_press(action)
        if action.typed.name:
            return self._handle_command(action)
        if not self._context.shows_content:
            return []
        if action.topic is None:
            is_lost = action.update.thread and action.update.reply_to
            return self._reply(action, texts.NO_CASE_IN_TOPIC) if is_lost else []
        return self._handle_text(action, action.topic)

    # --- written without a command -----------------------------------------------------------

    def _handle_edit(self, action: ForumAction) -> list[Command]:
        """Change what went to the person; an edit of anything else changes nothing."""
        if action.update.latitude is not None:  # a place that moves: nobody edited it
            return []
        is_ours = action.topic is not None and self._context.shows_content
        letter = action.topic.content.letter_of(action.update.message) if action.topic else 0
        if is_ours and letter and action.typed.name in SAY_COMMANDS:
            return action.command(Verb.EDIT, code=str(letter), text=action.typed.text)
        return self._reply(action, texts.EDIT_IGNORED) if is_ours or action.typed.name else []

    def _handle_text(self, action: ForumAction, topic: ForumTopic) -> list[Command]:
        """Say an answer to the person's words; keep everything else as a note."""
        update = action.update
        key = (update.thread, action.by.id)
        is_answer = bool(update.reply_to) and update.reply_to in topic.content.person_messages
        if is_answer or (update.album and update.album == self._albums.get(key)):
            return self._send_to_person(action)
        if not update.text.strip():
            return []
        if action.now - self._last_long.pop(key, -CONTINUATION_WINDOW - 1) <= CONTINUATION_WINDOW:
            self._reply(action, texts.MAYBE_CONTINUATION)
            self._remember_long(action)
        return action.command(Verb.NOTE, text=update.text)

    def _send_to_person(self, action: ForumAction) -> list[Command]:
        """Send what somebody wrote, and what they enclosed, to the person."""
        update = action.update
        if update.album:
            self._albums[update.thread, action.by.id] = update.album
        self._remember_long(action)
        (said,) = action.command(Verb.SEND, text=action.typed.text)
        return [
            replace(said, files=update.files, latitude=update.latitude, longitude=update.longitude)
        ]

    def _remember_long(self, action: ForumAction) -> None:
        if len(action.update.text) >= LONG_MESSAGE:
            self._last_long[action.update.thread, action.by.id] = action.now

    # --- typed -------------------------------------------------------------------------------

    def _handle_command(self, action: ForumAction) -> list[Command]:
        name = _ALIASES.get(action.typed.name, action.typed.name)
        if name in CONTENT_MODE_ONLY and not self._context.shows_content:
            return self._reply(action, texts.NOT_IN_NOTIFY_MODE)
        if name in TOPIC_ONLY and action.topic is None:
            is_lost = bool(action.update.thread)
            return self._reply(action, texts.NO_CASE_IN_TOPIC if is_lost else texts.ONLY_IN_TOPIC)
        handler = _HANDLERS.get(name)
        if handler is None:
            return self._reply(action, texts.UNKNOWN_COMMAND)
        return handler(self, action)

    def _claim(self, action: ForumAction) -> list[Command]:
        reference = action.typed.first_word
        if not reference:
            return action.command(Verb.CLAIM)
        case = self._context.summaries.find_id(action.work, parse_reference(reference))
        if not case:
            return self._reply(action, texts.CASE_NOT_FOUND, reference=reference[:12])
        return action.command(Verb.CLAIM, case)

    def _simple_command(self, action: ForumAction) -> list[Command]:
        return action.command(_SIMPLE_COMMANDS[_ALIASES.get(action.typed.name, action.typed.name)])

    def _transfer(self, action: ForumAction) -> list[Command]:
        staff = [each for each in self._context.staff.all(action.work) if each.is_active]
        meant, rest = match_colleague(action.typed.text, staff)
        if len(meant) == 1:
            return action.command(Verb.TRANSFER, code=meant[0].id, text=rest)
        others = [each for each in meant or staff if each.id != action.by.id]
        names = ", ".join(f"{each.name} ({each.id})" for each in others)
        rows = tuple(
            (Button(each.name or each.id, button_token(Verb.TRANSFER, each.id, action.case)),)
            for each in others[:MAX_QUEUE_LINES]
        )
        return self._reply(action, texts.TRANSFER_TO_WHOM, rows, names=names)

    def _say_command(self, action: ForumAction) -> list[Command]:
        if not action.typed.text and not action.update.files:
            return self._usage(action, "/say ...")
        return self._send_to_person(action)

    def _note(self, action: ForumAction) -> list[Command]:
        if not action.typed.text:
            return self._usage(action, "/note ...")
        return action.command(Verb.NOTE, text=action.typed.text)

    def _insist(self, action: ForumAction) -> list[Command]:
        if not action.typed.text:
            return self._usage(action, "/insist ...")
        return action.command(Verb.INSIST, text=action.typed.text)

    def _phrase(self, action: ForumAction) -> list[Command]:
        code, book = action.typed.first_word.lower(), self._context.phrasebook
        if code not in book:
            return action.reply(self._phrase_picker.search(action.typed.text, action.update.thread))
        filled = parse_values(action.typed.rest, book[code].blanks)
        return action.command(Verb.PHRASE, code=code, values=filled)

    def _answer_question(self, action: ForumAction) -> list[Command]:
        flow, _dot, step = action.typed.first_word.partition(".")
        if not action.typed.rest and can_be_filled(self._context.flow_registry, flow, step):
            text = answer_usage(self._context, flow, step)
            return action.reply(SendText(text, thread=action.update.thread))
        if not step or not action.typed.rest:
            return self._usage(action, "/answer report.safe safe")
        return action.command(Verb.FILL_IN, code=action.typed.first_word, text=action.typed.rest)

    def _priority(self, action: ForumAction) -> list[Command]:
        if not action.typed.first_word:
            return self._usage(action, "/priority 1 ...")
        level = action.typed.first_word.lower().removeprefix("p")
        return action.command(Verb.SET_PRIORITY, code=level, text=action.typed.rest)

    def _refer(self, action: ForumAction) -> list[Command]:
        if not action.typed.first_word:
            return self._reply(
                action,
                texts.REFER_TO_WHOM,
                recipient_buttons(self._context, action.case, action.now),
            )
        return action.command(Verb.REFER, code=action.typed.first_word, text=action.typed.rest)

    def _keep(self, action: ForumAction) -> list[Command]:
        if not action.typed.text:
            return self._usage(action, "/keep ...")
        return action.command(Verb.OBJECT_TO_ERASURE, text=action.typed.text)

    def _revoke(self, action: ForumAction) -> list[Command]:
        if not action.typed.first_word:
            return self._usage(action, "/revoke statistics")
        return action.command(Verb.REVOKE_CONSENT, code=action.typed.first_word.lower())

    def _close(self, action: ForumAction) -> list[Command]:
        if not action.typed.first_word:
            return self._ask_disposition(action, action.case)
        return action.command(
            Verb.CLOSE, code=action.typed.first_word.lower(), text=action.typed.rest
        )

    def _duty(self, action: ForumAction) -> list[Command]:
        verb = {"on": Verb.ON_DUTY, "off": Verb.OFF_DUTY}.get(action.typed.first_word.lower())
        return self._usage(action, "/duty on") if verb is None else action.command(verb)

    def _rest(self, action: ForumAction) -> list[Command]:
        minutes = action.typed.first_word
        if not minutes:
            return self._usage(action, "/rest 15")
        return action.command(Verb.REST, code=minutes)

    def _queue(self, action: ForumAction) -> list[Command]:
        by, look = action.by, self._context.summaries
        waiting = look.count_waiting(action.work, by.queues, MAX_COUNT)
        first = look.next_waiting(action.work, by.queues, by.languages, MAX_QUEUE_LINES)
        if not any(waiting.values()):
            return self._reply(action, texts.QUEUE_EMPTY)
        lines = [
            self._locale(
                texts.QUEUE_COUNTS, queues=self._phrase_picker.queue_counts(waiting, MAX_COUNT)
            )
        ]
        lines += [self._phrase_picker.queue_line(it, action.now) for it in first]
        rows = tuple(
            (
                Button(
                    f"{self._locale(texts.CLAIM)} {it.reference}", button_token(Verb.CLAIM, it.case)
                ),
            )
            for it in first
        )
        return action.reply(SendText("\n".join(lines), rows, thread=action.update.thread))

    def _help(self, action: ForumAction) -> list[Command]:
        text = f"{self._locale(texts.HELP)}\n{self._locale(texts.HELP_MORE)}"
        return action.reply(SendText(text, thread=action.update.thread))

    def _card(self, action: ForumAction) -> list[Command]:
        """Put the card at the end of the topic, where it is seen."""
        if action.topic is None:
            return []
        action.topic.content.card_message = 0
        return action.reply(RenderPost(action.case, "card"))

    # --- pressed -----------------------------------------------------------------------------

    def _handle_press(self, action: ForumAction) -> list[Command]:
        """Do what a button of ours means; a button under an old message means the same as ever."""
        parts = parse_token(action.update.text)
        what = parts[0] if parts else ""
        if what in CONTENT_MODE_ONLY | PICKER_ACTIONS and not self._context.shows_content:
            return self._reply(action, texts.NOT_IN_NOTIFY_MODE)
        if what in PICKER_ACTIONS:
            return self._handle_picker(action, parts)
        if what == Verb.SEND_REFERRAL and len(parts) > 1:
            return action.command(Verb.SEND_REFERRAL, code=parts[1]) if action.topic else []
        case = parts[-1] if len(parts) > 1 else ""
        if what == CLOSE_MENU:
            return self._ask_disposition(action, case)
        if what not in _BUTTON_VERBS or not case:
            return []
        code = parts[1] if len(parts) > 2 else ""  # noqa: PLR2004 - a verb, a code, a case
        return action.command(Verb(what), case, code=code)

    def _handle_picker(self, action: ForumAction, parts: list[str]) -> list[Command]:
        if action.topic is None:
            return []
        if parts[0] == Verb.PHRASE and len(parts) > 1:
            action.reply(DeleteMessages((action.update.message,)))  # so that it is sent only once
            return action.command(Verb.PHRASE, code=parts[1])
        glance = self._context.summaries.find(action.work, action.case)
        language = glance.language if glance else ""
        return action.reply(self._phrase_picker.handle_press(parts, action.update, language))

    # --- answers -----------------------------------------------------------------------------

    def _ask_disposition(self, action: ForumAction, case: str) -> list[Command]:
        return self._reply(action, texts.ASK_DISPOSITION, disposition_buttons(self._context, case))

    def _usage(self, action: ForumAction, usage: str) -> list[Command]:
        return self._reply(action, texts.USAGE, usage=usage)

    def _reply(
        self,
        action: ForumAction,
        text: Text,
        rows: tuple[tuple[Button, ...], ...] = (),
        **filled: str,
    ) -> list[Command]:
        said = self._locale(text, **filled)
        update = action.update
        return action.reply(SendText(said, rows, thread=update.thread, reply_to=update.message))


CONTENT_MODE_ONLY = frozenset(
    {
        "say",
        "phrase",
        "takeover",
        "answer",
        "insist",
        "clock",
        Verb.TAKE_OVER,
        Verb.REFER,
        Verb.SEND_REFERRAL,
        PHRASE_MENU,
    }
)
"""What makes no sense where no word of a person is shown."""
SAY_COMMANDS = frozenset({"", "say"})
"""What words to the person begin with, once they are known to be that."""
_SIMPLE_COMMANDS: Mapping[str, Verb] = {
    "release": Verb.RELEASE,
    "takeover": Verb.TAKE_OVER,
    "handback": Verb.HAND_BACK,
    "reopen": Verb.REOPEN,
    "erase": Verb.ERASE,
}
"""Commands that need nothing behind them."""
_ALIASES: Mapping[str, str] = {
    "take_over": "takeover", "hand_back": "handback", "start": "help", "phrases": "phrase",
}  # fmt: skip
_HANDLERS: Mapping[str, Callable[[ForumCommandReader, ForumAction], list[Command]]] = {
    **dict.fromkeys(_SIMPLE_COMMANDS, ForumCommandReader._simple_command),  # noqa: SLF001 - a table of this class's commands
    "claim": ForumCommandReader._claim,  # noqa: SLF001
    "transfer": ForumCommandReader._transfer,  # noqa: SLF001
    "say": ForumCommandReader._say_command,  # noqa: SLF001
    "insist": ForumCommandReader._insist,  # noqa: SLF001
    "confirmed": lambda _, asked: asked.command(Verb.CONFIRM_IDENTITY, text=asked.typed.text),
    "note": ForumCommandReader._note,  # noqa: SLF001
    "phrase": ForumCommandReader._phrase,  # noqa: SLF001
    "answer": ForumCommandReader._answer_question,  # noqa: SLF001
    "priority": ForumCommandReader._priority,  # noqa: SLF001
    "refer": ForumCommandReader._refer,  # noqa: SLF001
    "keep": ForumCommandReader._keep,  # noqa: SLF001
    "revoke": ForumCommandReader._revoke,  # noqa: SLF001
    "close": ForumCommandReader._close,  # noqa: SLF001
    "clock": lambda reading, asked: deadline_command(reading._context, asked),  # noqa: SLF001
    "checkin": lambda reading, asked: check_in_command(reading._context, asked),  # noqa: SLF001
    "duty": ForumCommandReader._duty,  # noqa: SLF001
    "rest": ForumCommandReader._rest,  # noqa: SLF001
    "queue": ForumCommandReader._queue,  # noqa: SLF001
    "card": ForumCommandReader._card,  # noqa: SLF001
    "help": ForumCommandReader._help,  # noqa: SLF001
}
TOPIC_ONLY = frozenset(_HANDLERS) - {"claim", "duty", "rest", "queue", "help"}
_BUTTON_VERBS = frozenset(
    {Verb.CLAIM, Verb.RELEASE, Verb.TAKE_OVER, Verb.HAND_BACK, Verb.CLOSE, Verb.REOPEN,
     Verb.TRANSFER, Verb.REFER}
)  # fmt: skip
