"""What each key does, once: the sheet on `?`, the command bar and the keyboard are read from here.

A page draws these rows in its sheet; its script finds there what a key does, so that the sheet can
say nothing the keys do not do. A button that answers to a key names it (`data-key`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.routes import ROLES, May
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from bot.cases.state_machine import Role

GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE = (
    "go", "press", "step", "open", "drop", "phrases", "write", "undo", "send", "leave"
)  # fmt: skip
ACTS = frozenset({GO, PRESS, STEP, OPEN, DROP, PHRASES, WRITE, UNDO, SEND, LEAVE})
"""What a page's script can do (`static/commands.js`)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done with the keyboard alone."""

    keys: str
    """As they are pressed, one after the other: `g m`; together: `Ctrl k`."""
    does: Text
    act: str = ""
    """How the page does it; empty: every browser does."""
    of: str = ""
    """To what: an address, the key of a button, a dialog, a form that drops down."""
    may: May = May.SIGNED_IN
    """Who has it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Keys of one place."""

    name: Text
    keys: tuple[Key, ...]


def _pressed(key: str, does: Text, may: May = May.QUEUE) -> Key:
    return Key(key, does, PRESS, key, may)


def _dropped(key: str, does: Text, what: str) -> Key:
    """Open a form that drops down from a case's head: nothing is done before it is sent."""
    return Key(key, does, DROP, f"more-{what}", May.QUEUE)


KEYS = (
    Group(
        _("Everywhere"),
        (
            Key("?", _("the sheet of keys"), OPEN, "sheet"),
            Key(
                "Ctrl k", _("command bar: go to a case, or do anything that has a key"), OPEN, "bar"
            ),
            Key("g m", _("to Mine"), GO, "/queue/mine", May.QUEUE),
            Key("g w", _("to Waiting"), GO, "/queue/waiting", May.QUEUE),
            Key("g a", _("to All"), GO, "/queue/all", May.QUEUE),
            Key("g t", _("to the team"), GO, "/team", May.TEAM),
            Key("g l", _("to the audit log"), GO, "/audit", May.AUDIT),
            Key("g r", _("to who read what"), GO, "/audit/reads", May.AUDIT),
            Key("g p", _("to what takes two people"), GO, "/two", May.AUDIT),
            Key("g s", _("to the staff"), GO, "/staff", May.STAFF),
            Key("g n", _("to what the last shift left"), GO, "/shift", May.QUEUE),
            Key("g o", _("to my own account"), GO, "/account"),
            _pressed("n", _("take the next case")),
            Key("Esc", _("close, leave the field"), LEAVE),
        ),
    ),
    Group(
        pgettext("keys", "In a list"),
        (
            Key("j", _("next"), STEP, "1"),
            Key("k", _("previous"), STEP, "-1"),
            Key("Enter", _("open")),
            _pressed("]", _("next page")),
            _pressed("[", _("back to the first page")),
            _pressed("x", _("show all: leave no case out")),
        ),
    ),
    Group(
        pgettext("keys", "In a case"),
        (
            _pressed("c", _("claim")),
            _pressed("t", _("take over, hand back")),
            Key("r", _("write to the person"), WRITE, "as-message say-words", May.QUEUE),
            Key("m", _("write a note"), WRITE, "as-note note-words", May.QUEUE),
            Key("/", _("phrasebook, or find a case"), PHRASES, "phrases find", May.QUEUE),
            Key("Ctrl Enter", _("send"), SEND, "", May.QUEUE),
            Key("u", _("undo, while it has not left"), UNDO, "", May.QUEUE),
            _pressed("y", _("send all the same, when the desk asks")),
            _dropped("a", _("put aside for later"), "aside"),
            _dropped("f", _("follow up on a day"), "follow"),
            _dropped("h", _("hand on to a colleague"), "transfer"),
            _dropped("b", _("give back to the queue"), "release"),
            _dropped("i", _("change how urgent it is"), "priority"),
            _dropped("e", _("end: close the case"), "close"),
            _pressed("o p", _("take out on paper: print")),
            _pressed("o t", _("take out as a text")),
        ),
    ),
)


def keys_of(role: Role) -> list[tuple[Text, list[Key]]]:
    """Return the keys somebody of a role has, by place."""
    found = [(it.name, [key for key in it.keys if role in ROLES[key.may]]) for it in KEYS]
    return [(name, keys) for name, keys in found if keys]
