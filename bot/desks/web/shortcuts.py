"""What each key does, once: the sheet on `?`, the command bar and the keyboard are read from here.

A page draws these rows in its sheet; its script finds there what a key does, so that the sheet can
say nothing the keys do not do. A button that answers to a key names it (`data-key`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.desks.web.routes import ROLES, Permission
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.types import Verb
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from bot.cases.offices import OfficePlan
    from bot.cases.state_machine import Role

GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE = (
    "go", "press", "step", "open", "drop", "phrases", "write", "undo", "send", "leave"
)  # fmt: skip
KEY_ACTIONS = frozenset({GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE})
"""What a page's script can do (`static/commands.js`)."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing that can be done with the keyboard alone."""

    keys: str  # as they are pressed, one after the other: `g m`; together: `Ctrl k`
    label: Text
    action: str = ""  # how the page does it; empty: every browser does
    target: str = ""
    """To what: an address, the key of a button, a dialog, a form that drops down."""
    permission: Permission = Permission.SIGNED_IN
    needs_offices: bool = False


def _press(key: str, does: Text, may: Permission = Permission.QUEUE) -> Shortcut:
    return Shortcut(key, does, PRESS, key, may)


def _command(verb: Verb, action: str = PRESS, target: str = "") -> Shortcut:
    """Return the key of a command: it presses its button, or opens its form."""
    found = COMMANDS[verb].shortcut
    if found is None:
        raise ValueError(f"{verb} has no key")
    may = Permission.QUEUE if verb is Verb.RELEASE else Permission.OPEN
    return Shortcut(found.key, found.label, action, target or found.key, may)


SHORTCUTS: dict[Text, tuple[Shortcut, ...]] = {
    _("Everywhere"): (
        Shortcut("?", _("the sheet of keys"), OPEN, "sheet"),
        Shortcut(
            "Ctrl k", _("command bar: go to a case, or do anything that has a key"), OPEN, "bar"
        ),
        Shortcut("g m", _("to Mine"), GO, "/queue/mine", Permission.QUEUE),
        Shortcut("g w", _("to Waiting"), GO, "/queue/waiting", Permission.QUEUE),
        Shortcut("g a", _("to All"), GO, "/queue/all", Permission.QUEUE),
        Shortcut("g z", _("to Snoozed"), GO, "/queue/later", Permission.QUEUE),
        Shortcut("g c", _("to Closed"), GO, "/queue/closed", Permission.QUEUE),
        Shortcut("g f", _("to the search and what it found"), GO, "/find/words", Permission.QUEUE),
        Shortcut("g t", _("to the team"), GO, "/team", Permission.TEAM),
        Shortcut("g k", _("to the connections"), GO, "/connections", Permission.SUPERVISION),
        Shortcut("g d", _("to the roster: on duty and on call"), GO, "/roster", Permission.QUEUE),
        Shortcut(
            "g v", _("to the services people can be sent to"), GO, "/services", Permission.QUEUE
        ),
        Shortcut("g l", _("to the audit log"), GO, "/audit", Permission.AUDIT),
        Shortcut("g r", _("to who opened which case"), GO, "/audit/reads", Permission.AUDIT),
        Shortcut("g p", _("to approvals"), GO, "/approvals", Permission.AUDIT),
        Shortcut("g s", _("to the staff"), GO, "/staff", Permission.STAFF),
        Shortcut("g n", _("to the shift notes"), GO, "/shift", Permission.QUEUE),
        Shortcut("g o", _("to my own account"), GO, "/account"),
        _press("n", _("take the next case"), Permission.OPEN),
        Shortcut("Ctrl Enter", _("send"), SEND),
        Shortcut("u", _("undo, while it has not left"), UNDO, "", Permission.QUEUE),
        Shortcut("Ctrl z", _("the same, also from the field"), UNDO, "", Permission.QUEUE),
        Shortcut("p", _("open a case: someone calls or comes"), GO, "/new-case", Permission.OPEN),
        Shortcut("Esc", _("close, leave the field"), LEAVE),
    ),
    pgettext("keys", "In a list"): (
        Shortcut("j", _("next"), STEP, "1"),
        Shortcut("k", _("previous"), STEP, "-1"),
        Shortcut("Enter", _("open")),
        _press("]", _("next page")),
        _press("[", _("back to the first page")),
        _press("x", _("show all cases")),
    ),
    pgettext("keys", "In a case"): (
        _command(Verb.CLAIM),
        _command(Verb.TAKE_OVER),
        _command(Verb.SEND, WRITE, "as-message say-words"),
        _command(Verb.NOTE, WRITE, "as-note note-words"),
        _command(Verb.LOG_CALL, WRITE, "as-call call-words"),
        _command(Verb.PHRASE, PHRASES, "phrases find"),
        _press("y", _("send anyway, when the desk asks")),
        _command(Verb.SNOOZE, DROP, "more-aside"),
        _command(Verb.FOLLOW_UP, DROP, "more-follow"),
        _command(Verb.TRANSFER, DROP, "more-transfer"),
        replace(_command(Verb.PASS_ON, DROP, "more-office"), needs_offices=True),
        _command(Verb.REFER, WRITE, "show-person refer-code"),
        _command(Verb.SERVICE, WRITE, "show-plan service-code"),
        _command(Verb.RELEASE, DROP, "more-release"),
        _command(Verb.SET_PRIORITY, DROP, "more-priority"),
        _command(Verb.CLOSE, DROP, "more-close"),
        _press("d", _("the record: what is known, and put something into it")),
        _press("o i", _("invite an interpreter")),
        _press("o p", _("export: print")),
        _press("o t", _("export: text file")),
    ),
    pgettext("keys", "As an interpreter"): (
        Shortcut("g i", _("to the conversation"), GO, "/interpreting", Permission.INTERPRET),
    ),
}


def shortcuts_for(role: Role, offices: OfficePlan) -> list[tuple[Text, list[Shortcut]]]:
    """Return the shortcuts a role may use in a deployment, grouped by the part of the desk."""
    found = [
        (name, [key for key in keys if _is_for(key, role, offices)])
        for name, keys in SHORTCUTS.items()
    ]
    return [(name, keys) for name, keys in found if keys]


def _is_for(key: Shortcut, role: Role, offices: OfficePlan) -> bool:
    return role in ROLES[key.permission] and (bool(offices) or not key.needs_offices)
