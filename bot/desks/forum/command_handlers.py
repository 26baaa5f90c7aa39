"""What caseworkers type and press in the group, turned into commands.

The commands and how they are typed are in `bot.hotline.commands.registry`; this module has the
parsers of those that need more than a code and a text. Every sender is looked up at every message:
a channel, an administrator who hides behind the group, and an account that is not an active
caseworker's get no reply, and leave one row in the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.cases.reference import parse_reference
from bot.cases.routing import queue_name
from bot.clock import SECOND
from bot.desks.forum import texts
from bot.desks.forum.cards import (
    CLOSE_MENU,
    PHRASE_MENU,
    PRIORITY_SIGNS,
    ButtonRows,
    button_token,
    disposition_buttons,
    parse_token,
)
from bot.desks.forum.deadline_view import check_in_lines, deadlines_report
from bot.desks.forum.event_view import desk_location
from bot.desks.forum.message_view import answer_usage, recipient_buttons
from bot.desks.forum.parse_command import TypedCommand, match_colleague, parse_command, parse_values
from bot.desks.forum.phrase_picker import PICKER_ACTIONS, PhrasePicker
from bot.dispatch.turn.staff_actions import can_be_filled
from bot.hotline.check_ins.texts import NO_CHECK_IN
from bot.hotline.commands.registry import COMMANDS, CommandSpec, ForumArguments
from bot.hotline.commands.texts import BREAK_GLASS_NOTE
from bot.hotline.commands.types import Command, Verb
from bot.messages import Body, Button, DeleteMessages, RenderPost, SendText, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.desks.case_summary import CaseSummary
    from bot.desks.forum.context import ForumContext
    from bot.desks.forum.topics import ForumTopic
    from bot.desks.locale import StaffLocale
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

    Parser = Callable[["ForumAction"], list[Command]]

STRANGER, REFUSED = "stranger", "desk_refused"
LONG_MESSAGE = 4000
"""Characters of a message that the app may have cut: the next one may be its rest."""
CONTINUATION_WINDOW = 5 * SECOND
MAX_QUEUE_LINES = 8
MAX_COUNT = 100
OFFER_PHRASE = "agree_on_an_hour"


@dataclass(slots=True)
class RecentMessages:
    """What one process remembers of messages to the person, by topic and caseworker."""

    long_at: dict[tuple[int, str], int] = field(default_factory=dict)
    """When the last message was sent that the app may have cut."""
    albums: dict[tuple[int, str], str] = field(default_factory=dict)


@dataclass(slots=True)
class ForumAction:
    """One thing a caseworker did in the group."""

    context: ForumContext
    recent: RecentMessages
    work: Work
    update: Update
    by: Caseworker
    topic: ForumTopic | None
    now: int
    typed: TypedCommand
    replies: list[tuple[str, Body]] = field(default_factory=list)
    """What the desk replies at once, each with the case in whose order it is sent."""

    @property
    def case(self) -> str:
        """Return the case of the topic, empty for none."""
        return self.topic.case if self.topic else ""

    @property
    def key(self) -> tuple[int, str]:
        """Return the topic and the caseworker."""
        return self.update.thread, self.by.id

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
        """Send something in place of a command."""
        self.replies += [(self.case, body) for body in bodies]
        return []

    def say(self, text: Text, rows: ButtonRows = (), **values: str) -> list[Command]:
        """Reply to the caseworker's message."""
        said, update = self.context.locale(text, **values), self.update
        return self.reply(SendText(said, rows, thread=update.thread, reply_to=update.message))

    def show(self, lines: Iterable[str], rows: ButtonRows = ()) -> list[Command]:
        """Post lines in place of a command."""
        return self.reply(SendText("\n".join(lines), rows, thread=self.update.thread))

    def usage(self, verb: Verb) -> list[Command]:
        """Reply how a command is typed."""
        syntax = COMMANDS[verb].forum
        return self.say(texts.USAGE, usage=syntax.example if syntax else "")


def parse_action(
    context: ForumContext, recent: RecentMessages, work: Work, update: Update, group: int, now: int
) -> ForumAction | None:
    """Return what a caseworker did; None if the sender is not a caseworker."""
    topic = context.topics.by_thread(work, group, update.thread)
    by = context.staff.by_account(work, update.sender)
    typed = parse_command(update.text, context.username())
    if by is not None:
        typed = typed or TypedCommand("", update.text)
        return ForumAction(context, recent, work, update, by, topic, now, typed)
    if update.detail == "press" or typed or topic is not None:
        detail, case = update.detail if update.sender else "hidden", topic.case if topic else ""
        context.audit.record(work, now, STRANGER, REFUSED, case, detail)
    return None


def commands_of(action: ForumAction) -> list[Command]:
    """Return the commands that were given; immediate replies stand in `action.replies`."""
    if action.update.detail == "edited":
        return _parse_edit(action)
    if action.update.detail == "press":
        return _parse_press(action)
    if action.typed.name:
        return _parse_typed(action)
    if not action.context.shows_content:
        return []
    if action.topic is None:
        is_lost = action.update.thread and action.update.reply_to
        return action.say(texts.NO_CASE_IN_TOPIC) if is_lost else []
    return _parse_text(action, action.topic)


# --- written without a command ---------------------------------------------------------------


def _parse_edit(action: ForumAction) -> list[Command]:
    """Change what went to the person; an edit of anything else changes nothing."""
    if action.update.latitude is not None:  # a live location that moved, not an edit
        return []
    is_ours = action.topic is not None and action.context.shows_content
    letter = action.topic.content.letter_of(action.update.message) if action.topic else 0
    if is_ours and letter and action.typed.name in SAY_COMMANDS:
        return action.command(Verb.EDIT, code=str(letter), text=action.typed.text)
    return action.say(texts.EDIT_IGNORED) if is_ours or action.typed.name else []


def _parse_text(action: ForumAction, topic: ForumTopic) -> list[Command]:
    """Send a reply to one of the person's messages; store everything else as a note."""
    update, recent = action.update, action.recent
    is_reply = bool(update.reply_to) and update.reply_to in topic.content.person_messages
    if is_reply or (update.album and update.album == recent.albums.get(action.key)):
        return _send_to_person(action)
    if not update.text.strip():
        return []
    long_at = recent.long_at.pop(action.key, -CONTINUATION_WINDOW - 1)
    if action.now - long_at <= CONTINUATION_WINDOW:
        action.say(texts.MAYBE_CONTINUATION)
        _remember_long(action)
    return action.command(Verb.NOTE, text=update.text)


def _send_to_person(action: ForumAction) -> list[Command]:
    update = action.update
    if update.album:
        action.recent.albums[action.key] = update.album
    _remember_long(action)
    (command,) = action.command(Verb.SEND, text=action.typed.text)
    return [
        replace(command, files=update.files, latitude=update.latitude, longitude=update.longitude)
    ]


def _remember_long(action: ForumAction) -> None:
    if len(action.update.text) >= LONG_MESSAGE:
        action.recent.long_at[action.key] = action.now


# --- typed -----------------------------------------------------------------------------------


def _parse_typed(action: ForumAction) -> list[Command]:
    name = _ALIASES.get(action.typed.name, action.typed.name)
    spec, custom = _TYPED.get(name), _CUSTOM.get(name)
    if name in CONTENT_MODE_ONLY and not action.context.shows_content:
        return action.say(texts.NOT_IN_NOTIFY_MODE)
    if name in TOPIC_ONLY and action.topic is None:
        is_lost = bool(action.update.thread)
        return action.say(texts.NO_CASE_IN_TOPIC if is_lost else texts.ONLY_IN_TOPIC)
    if custom is not None:
        return custom(action)
    return action.say(texts.UNKNOWN_COMMAND) if spec is None else _parse_plain(action, spec)


def _parse_plain(action: ForumAction, spec: CommandSpec) -> list[Command]:
    syntax, typed = spec.forum, action.typed
    if syntax is None or syntax.arguments is ForumArguments.NONE:
        return action.command(spec.verb)
    if syntax.example and not typed.text:
        return action.usage(spec.verb)
    if syntax.arguments is ForumArguments.TEXT:
        return action.command(spec.verb, text=typed.text)
    return action.command(spec.verb, code=typed.first_word.lower())


def _claim(action: ForumAction) -> list[Command]:
    reference = action.typed.first_word
    if not reference:
        return action.command(Verb.CLAIM)
    case = action.context.summaries.find_id(action.work, parse_reference(reference))
    if not case:
        return action.say(texts.CASE_NOT_FOUND, reference=reference[:12])
    return action.command(Verb.CLAIM, case)


def _transfer(action: ForumAction) -> list[Command]:
    staff = [each for each in action.context.staff.all(action.work) if each.is_active]
    meant, rest = match_colleague(action.typed.text, staff)
    if len(meant) == 1:
        return action.command(Verb.TRANSFER, code=meant[0].id, text=rest)
    others = [each for each in meant or staff if each.id != action.by.id]
    names = ", ".join(f"{each.name} ({each.id})" for each in others)
    rows = tuple(
        (Button(each.name or each.id, button_token(Verb.TRANSFER, each.id, action.case)),)
        for each in others[:MAX_QUEUE_LINES]
    )
    return action.say(texts.TRANSFER_TO_WHOM, rows, names=names)


def _say(action: ForumAction) -> list[Command]:
    has_content = action.typed.text or action.update.files
    return _send_to_person(action) if has_content else action.usage(Verb.SEND)


def _phrase(action: ForumAction) -> list[Command]:
    code, book = action.typed.first_word.lower(), action.context.phrasebook
    book.load(action.work)
    if code not in book:
        picker = PhrasePicker(action.context)
        return action.reply(picker.search(action.typed.text, action.update.thread))
    values = parse_values(action.typed.rest, book[code].blanks)
    return action.command(Verb.PHRASE, code=code, values=values)


def _give_reason(action: ForumAction) -> list[Command]:
    if not action.typed.text:
        return action.usage(Verb.GIVE_REASON)
    note = action.context.locale(BREAK_GLASS_NOTE, reason=action.typed.text)
    return action.command(Verb.GIVE_REASON, text=note)


def _fill_in(action: ForumAction) -> list[Command]:
    question, answer = action.typed.first_word, action.typed.rest
    flow, _dot, step = question.partition(".")
    if not answer and can_be_filled(action.context.flow_registry, flow, step):
        return action.show([answer_usage(action.context, flow, step)])
    if not step or not answer:
        return action.usage(Verb.FILL_IN)
    return action.command(Verb.FILL_IN, code=question, text=answer)


def _priority(action: ForumAction) -> list[Command]:
    if not action.typed.first_word:
        return action.usage(Verb.SET_PRIORITY)
    level = action.typed.first_word.lower().removeprefix("p")
    return action.command(Verb.SET_PRIORITY, code=level, text=action.typed.rest)


def _refer(action: ForumAction) -> list[Command]:
    if not action.typed.first_word:
        buttons = recipient_buttons(action.context, action.case, action.now)
        return action.say(texts.REFER_TO_WHOM, buttons)
    return action.command(Verb.REFER, code=action.typed.first_word, text=action.typed.rest)


def _close(action: ForumAction) -> list[Command]:
    code = action.typed.first_word.lower()
    if not code:
        return _ask_disposition(action, action.case)
    return action.command(Verb.CLOSE, code=code, text=action.typed.rest)


def _duty(action: ForumAction) -> list[Command]:
    verb = {"on": Verb.ON_DUTY, "off": Verb.OFF_DUTY}.get(action.typed.first_word.lower())
    return action.usage(Verb.ON_DUTY) if verb is None else action.command(verb)


def _queue(action: ForumAction) -> list[Command]:
    summaries, locale, by = action.context.summaries, action.context.locale, action.by
    waiting = summaries.count_waiting(action.work, by, by.queues, MAX_COUNT, action.now)
    if not any(waiting.values()):
        return action.say(texts.QUEUE_EMPTY)
    counts = ", ".join(
        f"{locale(queue_name(queue))} {count}{'+' if count >= MAX_COUNT else ''}"
        for queue, count in waiting.items()
        if count
    )
    first = summaries.next_waiting(action.work, by, MAX_QUEUE_LINES, action.now)
    claim = locale(COMMANDS[Verb.CLAIM].title)
    rows = tuple(
        (Button(f"{claim} {it.reference}", button_token(Verb.CLAIM, it.case)),) for it in first
    )
    lines = [_queue_line(locale, it, action.now) for it in first]
    return action.show([locale(texts.QUEUE_COUNTS, queues=counts), *lines], rows)


def _queue_line(locale: StaffLocale, summary: CaseSummary, now: int) -> str:
    parts = (
        f"{PRIORITY_SIGNS[summary.priority]}{summary.reference}", f"P{summary.priority}",
        locale.language_name(summary.language), locale(queue_name(summary.queue)),
        locale.format_time(summary.waiting_since, now),
    )  # fmt: skip
    return " \u00b7 ".join(parts)


def _deadlines(action: ForumAction) -> list[Command]:
    """Without arguments show what runs and can be entered."""
    event, day = action.typed.first_word.lower(), action.typed.rest
    if not event:
        report = deadlines_report(action.context, action.work, action.case, action.now)
        return action.show([report])
    if event == Verb.STRIKE_DEADLINE_EVENT:
        return action.command(Verb.STRIKE_DEADLINE_EVENT, code=day)
    return action.command(Verb.ADD_DEADLINE_EVENT, code=event, text=day)


def _check_in(action: ForumAction) -> list[Command]:
    """Without arguments show the check-in."""
    context, argument = action.context, action.typed.first_word.lower()
    if argument == "end":
        return action.command(Verb.END_CHECK_IN)
    if argument == "offer" and context.shows_content:
        return action.command(Verb.PHRASE, code=OFFER_PHRASE)
    lines = check_in_lines(context, action.work, action.case) or [context.locale(NO_CHECK_IN)]
    return action.show([*lines, context.locale(texts.CHECK_IN_USAGE)])


def _card(action: ForumAction) -> list[Command]:
    """Send the card again, at the end of the topic."""
    if action.topic is None:
        return []
    action.topic.content.card_message = 0
    return action.reply(RenderPost(action.case, "card"))


# --- pressed ---------------------------------------------------------------------------------


def _parse_press(action: ForumAction) -> list[Command]:
    """Return what a button means; a button under an old message means the same as ever."""
    parts = parse_token(action.update.text)
    name = parts[0] if parts else ""
    if name in CONTENT_MODE_ONLY | PICKER_ACTIONS and not action.context.shows_content:
        return action.say(texts.NOT_IN_NOTIFY_MODE)
    if name in PICKER_ACTIONS:
        return _parse_picker_press(action, parts)
    if name == Verb.SEND_REFERRAL and len(parts) > 1:
        return action.command(Verb.SEND_REFERRAL, code=parts[1]) if action.topic else []
    case = parts[-1] if len(parts) > 1 else ""
    if name == CLOSE_MENU:
        return _ask_disposition(action, case)
    if name not in _BUTTON_VERBS or not case:
        return []
    code = parts[1] if parts[1:-1] else ""  # between the verb and the case
    return action.command(Verb(name), case, code=code)


def _parse_picker_press(action: ForumAction, parts: list[str]) -> list[Command]:
    if action.topic is None:
        return []
    if parts[0] == Verb.PHRASE and len(parts) > 1:
        action.reply(DeleteMessages((action.update.message,)))  # so that it is sent only once
        return action.command(Verb.PHRASE, code=parts[1])
    summary = action.context.summaries.find(action.work, action.case)
    language = summary.language if summary else ""
    action.context.phrasebook.load(action.work)
    picker = PhrasePicker(action.context)
    return action.reply(picker.handle_press(parts, action.update, language))


def _ask_disposition(action: ForumAction, case: str) -> list[Command]:
    return action.say(texts.ASK_DISPOSITION, disposition_buttons(action.context, case))


SAY_COMMANDS = frozenset({"", "say"})
_ALIASES: Mapping[str, str] = {
    "take_over": "takeover", "hand_back": "handback", "start": "help", "phrases": "phrase",
}  # fmt: skip
_CUSTOM: Mapping[str, Parser] = {
    "claim": _claim, "transfer": _transfer, "say": _say, "phrase": _phrase, "answer": _fill_in,
    "reason": _give_reason, "priority": _priority, "refer": _refer, "close": _close,
    "clock": _deadlines,
    "checkin": _check_in, "duty": _duty, "queue": _queue, "card": _card,
    "help": lambda action: action.show(map(action.context.locale, (texts.HELP, texts.HELP_MORE))),
}  # fmt: skip
"""Commands that need more than the arguments of the registry, and those that only show something.

`/priority` also takes `p1` for 1.
"""
_SPECS = [(spec, spec.forum) for spec in COMMANDS.values() if spec.forum is not None]
_TYPED = {it.name: spec for spec, it in _SPECS if it.name}
_BUTTON_VERBS = frozenset(spec.verb for spec, it in _SPECS if it.has_button)
TOPIC_ONLY = frozenset({"card", *(it.name for _spec, it in _SPECS if it.name and it.needs_topic)})
CONTENT_MODE_ONLY = frozenset({PHRASE_MENU}).union(
    *({it.name, spec.verb} - {""} for spec, it in _SPECS if it.needs_content)
)
"""What makes no sense where a person's words are not shown: typed names, and verbs of buttons."""
