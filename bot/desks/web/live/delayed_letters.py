"""What a caseworker sent and can still undo after leaving its page: shown on every page.

A page that is left hands over what waits there, with the time that is left for undoing it. It is
stored with the commands, and goes out at its moment although no page is open any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.store import StaffCommands
from bot.hotline.commands.types import MESSAGE_VERBS
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Vault

_REFERENCES = select_in(cases, "id", "reference", among="id")


@dataclass(frozen=True, slots=True)
class DelayedLetter:
    """One command that can still be undone; nothing of its words."""

    id: int
    reference: str
    title: Text
    is_message: bool
    seconds: int
    """Until it goes out; at least one."""


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
