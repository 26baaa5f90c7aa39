"""What a caseworker sent and can still undo after leaving its page, or was not sent: on every page.

A page that is left hands over what waits there, with the time that is left for undoing it. It is
stored with the commands, and goes out at its moment although no page is open any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.hotline.chat.messages import CaseMessageContent
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.store import LEFT, MOVED, StaffCommands
from bot.hotline.commands.types import MESSAGE_VERBS, Verb
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.commands.store import UndoneCommand
    from bot.hotline.commands.types import Command
    from bot.hotline.staff.staff import Staff
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
    """One message that was refused after its page was left."""

    id: int
    reference: str
    has_left: bool = False
    """Whether the person had ended the chat."""
    has_moved: bool = False
    """Whether the case had left its writer, so that no page of it may give the words back."""
    holder: str = ""
    """The name of the colleague who has the case now; empty for none."""
    words: str = ""
    """Of one that has moved, because they are its reader's; of any other nothing is shown."""


@dataclass(frozen=True, slots=True)
class UnsentMessages:
    """The messages of one caseworker that were refused, as their pages show them."""

    vault: Vault
    staff: Staff
    phrasebook: Phrasebook
    by: str
    language: str
    """Of the caseworker, in which sentences of the phrasebook are shown."""

    def load(self, work: Work, shown: str) -> list[UnsentMessage]:
        """Return them, oldest first.

        Opening the case puts their words back: then they are not listed any more. Of a case that
        left its writer meanwhile, the words are listed themselves, until they are dismissed. Left
        out is the case that the page shows, by its number, unless it is a colleague's.
        """
        undone = StaffCommands(self.vault).undone(work, self.by)
        kept = [it for it in undone if it.command.verb in MESSAGE_VERBS]
        known = work.rows_in(_HELD, [it.command.case for it in kept]) if kept else ()
        now = {case: (reference, holder or "") for case, reference, holder in known}
        found = [
            self._of(work, it, reference, holder)
            for it in kept
            for reference, holder in [now.get(it.command.case, ("", ""))]
            if reference and not (reference == shown and holder in {"", self.by})
        ]
        return [it for it in found if it is not None]

    def _of(
        self, work: Work, it: UndoneCommand, reference: str, holder: str
    ) -> UnsentMessage | None:
        if holder == self.by:
            return UnsentMessage(it.id, reference, it.why == LEFT)
        if it.why != MOVED:
            return None
        colleague = self.staff.find(work, holder) if holder else None
        name = colleague.name or colleague.id if colleague else ""
        words = self._words(it.command)
        return UnsentMessage(it.id, reference, has_moved=True, holder=name, words=words)

    def _words(self, command: Command) -> str:
        if command.verb is not Verb.PHRASE:
            return command.text
        code, _has_changed = self.phrasebook.parse_chosen(command.code)
        content = CaseMessageContent(code=code, values=command.values)
        return self.phrasebook.text_for_staff(content, self.language)


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
