"""What each key does, once: the sheet on `?`, the command bar and the keyboard are read from here.

A page draws these rows in its sheet; its script finds there what a key does, so that the sheet can
say nothing the keys do not do. A button that answers to a key names it (`data-key`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.routes import ROLES, Permission
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from bot.cases.state_machine import Role

GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE = (
    "go", "press", "step", "open", "drop", "phrases", "write", "undo", "send", "leave"
)  # fmt: skip
KEY_ACTIONS = frozenset({GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE})
"""What a page's script can do (`static/commands.js`)."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing that can be done with the keyboard alone."""

    keys: str
    """As they are pressed, one after the other: `g m`; together: `Ctrl k`."""
    label: Text
    action: str = ""
    """How the page does it; empty: every browser does."""
    target: str = ""
    """To what: an address, the key of a button, a dialog, a form that drops down."""
    permission: Permission = Permission.SIGNED_IN
    """Who has it."""


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """Keys of one place."""

    name: Text
    shortcuts: tuple[Shortcut, ...]


def _press(key: str, does: Text, may: Permission = Permission.QUEUE) -> Shortcut:
    return Shortcut(key, does, PRESS, key, may)


def _open_form(key: str, does: Text, what: str) -> Shortcut:
    """Open a form that drops down from a case's head: nothing is done before it is sent."""
    return Shortcut(key, does, DROP, f"more-{what}", Permission.QUEUE)


SHORTCUTS = (
    ShortcutGroup(
        _("Everywhere"),
        (
            Shortcut("?", _("the sheet of keys"), OPEN, "sheet"),
            Shortcut(
                "Ctrl k", _("command bar: go to a case, or do anything that has a key"), OPEN, "bar"
            ),
            Shortcut("g m", _("to Mine"), GO, "/queue/mine", Permission.QUEUE),
            Shortcut("g w", _("to Waiting"), GO, "/queue/waiting", Permission.QUEUE),
            Shortcut("g a", _("to All"), GO, "/queue/all", Permission.QUEUE),
            Shortcut("g t", _("to the team"), GO, "/team", Permission.TEAM),
            Shortcut("g l", _("to the audit log"), GO, "/audit", Permission.AUDIT),
            Shortcut("g r", _("to who read what"), GO, "/audit/reads", Permission.AUDIT),
            Shortcut("g p", _("to what takes two people"), GO, "/approvals", Permission.AUDIT),
            Shortcut("g s", _("to the staff"), GO, "/staff", Permission.STAFF),
            Shortcut("g n", _("to what the last shift left"), GO, "/shift", Permission.QUEUE),
            Shortcut("g o", _("to my own account"), GO, "/account"),
            _press("n", _("take the next case")),
            Shortcut("Esc", _("close, leave the field"), LEAVE),
        ),
    ),
    ShortcutGroup(
        pgettext("keys", "In a list"),
        (
            Shortcut("j", _("next"), STEP, "1"),
            Shortcut("k", _("previous"), STEP, "-1"),
            Shortcut("Enter", _("open")),
            _press("]", _("next page")),
            _press("[", _("back to the first page")),
            _press("x", _("show all: leave no case out")),
        ),
    ),
    ShortcutGroup(
        pgettext("keys", "In a case"),
        (
            _press("c", _("claim")),
            _press("t", _("take over, hand back")),
            Shortcut(
                "r", _("write to the person"), WRITE, "as-message say-words", Permission.QUEUE
            ),
            Shortcut("m", _("write a note"), WRITE, "as-note note-words", Permission.QUEUE),
            Shortcut(
                "/", _("phrasebook, or find a case"), PHRASES, "phrases find", Permission.QUEUE
            ),
            Shortcut("Ctrl Enter", _("send"), SEND, "", Permission.QUEUE),
            Shortcut("u", _("undo, while it has not left"), UNDO, "", Permission.QUEUE),
            _press("y", _("send all the same, when the desk asks")),
            _open_form("a", _("put aside for later"), "aside"),
            _open_form("f", _("follow up on a day"), "follow"),
            _open_form("h", _("hand on to a colleague"), "transfer"),
            _open_form("b", _("give back to the queue"), "release"),
            _open_form("i", _("change how urgent it is"), "priority"),
            _open_form("e", _("end: close the case"), "close"),
            _press("o p", _("take out on paper: print")),
            _press("o t", _("take out as a text")),
        ),
    ),
)


def shortcuts_for(role: Role) -> list[tuple[Text, list[Shortcut]]]:
    """Return the keys somebody of a role has, by place."""
    found = [
        (it.name, [key for key in it.shortcuts if role in ROLES[key.permission]])
        for it in SHORTCUTS
    ]
    return [(name, keys) for name, keys in found if keys]
