"""What a caseworker sent and can still undo after leaving its page, or was not sent: on every page.

A page that is left hands over what waits there, with the time that is left for undoing it. It is
stored with the commands, and goes out at its moment although no page is open any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.store import LEFT, StaffCommands
from bot.hotline.commands.types import MESSAGE_VERBS
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault

_REFERENCES = select_in(cases, "id", "reference", among="id")
_HELD = select_in(cases, "id", "reference", "holder", among="id")


@dataclass(frozen=True, slots=True)
class DelayedLetter:
    """One command that can still be undone; nothing of its words."""

    id: int
    reference: str
    title: Text
    is_message: bool
    seconds: int
    """Until it goes out; at least one."""


@dataclass(frozen=True, slots=True)
class UnsentMessage:
    """One message that was refused after its page was left; nothing of its words."""

    id: int
    reference: str
    has_left: bool
    """Whether the person had ended the chat."""


def load_unsent(work: Work, vault: Vault, by: str, shown: str) -> list[UnsentMessage]:
    """Return the messages of a caseworker that were refused, oldest first.

    Opening the case puts their words back: then they are not listed any more. A case that is a
    colleague's by now is left out, and so is the one that the page shows, by its number.
    """
    kept = [it for it in StaffCommands(vault).undone(work, by) if it.command.verb in MESSAGE_VERBS]
    if not kept:
        return []
    held = {
        case: reference
        for case, reference, holder in work.rows_in(_HELD, [it.command.case for it in kept])
        if holder == by and reference != shown
    }
    return [
        UnsentMessage(it.id, held[it.command.case], it.why == LEFT)
        for it in kept
        if it.command.case in held
    ]


def load_delayed(work: Work, vault: Vault, by: str, now: int) -> list[DelayedLetter]:
    """Return what a caseworker can still undo, oldest first."""
    waiting = StaffCommands(vault).delayed(work, by)
    if not waiting:
        return []
    names = dict(work.rows_in(_REFERENCES, [it.command.case for it in waiting]))
    return [
        DelayedLetter(
            it.id, names[it.command.case], COMMANDS[it.command.verb].title,
            it.command.verb in MESSAGE_VERBS, max(1, -((now - it.due_at) // SECOND)),
        )
        for it in waiting
        if it.command.case in names
    ]  # fmt: skip
