"""Two chats side by side, one of which at least has a draft and no case, and is quiet.

After mere silence both have a draft at the same question, with whatever else in it: then nothing
that is done shows which is which, until something is sent. After `/bye`, or once the account looks
like another, the second is a chat in which nobody ever wrote.
"""

from __future__ import annotations

import contextlib
import io
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.messages import button_token
from tests.fire.drills.case_privacy_drill import FORGED, PHOTO, ChatPair, Move, goes_quiet
from tests.fire.drills.case_privacy_drill import CaseSecret as Case
from tests.support.dispatch_inspection import BOOK, current_step, stored_conversation
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

MENU = {"report": "Tell what happened", "ask_for_help": "Ask for help", "talk": "Talk to a person"}
"""The flows in which a draft is written, by what leads there."""
AWAY = frozenset(
    {"Clear chat", "Do not keep them", "Only while we chat", "Show my answers", "Not now", "Send",
     "Tell them now", "Back", "Talk to a person"}
)  # fmt: skip
"""Buttons that end a draft, send it, lead back, or to another flow."""
STOPPED = ("/stop", "Keep for 24 hours")
"""How a draft is put down."""
WRITTEN = (
    "his name is Chen",
    "he keeps my passport",
    "x" * 300,
    "12",
    "\u0e19\u0e32\u0e22\u0e08\u0e49\u0e32\u0e07",
)
"""What may be in it; nothing that asks for help, which would open a case."""
PLACES = tuple(
    (flow, question.name)
    for flow in MENU
    for question in list(BOOK.compiled[flow].questions.values())[1:]
    if str(question.when) == "always"
)
"""Questions to which everybody comes, whatever they told before."""


@dataclass(frozen=True, slots=True)
class DraftSecret:
    """What there is to be found out in a chat with a draft."""

    way: str = "silence"
    place: tuple[str, str] = ("report", "review")
    seed: int = 0
    """Out of which the one draft is made."""
    other: int = 1
    """Out of which the other is made."""


class DraftChatPair(ChatPair):
    """A chat with a draft, and one with another or with none, in one house."""

    def __init__(self, home: HotlineHarness, secret: DraftSecret) -> None:
        self.home = home
        create_links(home, {LINK: "vi", OTHER_LINK: "th"})
        self.colleague, self.is_met = None, secret.way in {"silence", "bye"}
        self.known, self.fresh = home.person(), home.person()
        _writes(self.known, secret.place, random.Random(secret.seed))
        if secret.way == "silence":
            _writes(self.fresh, secret.place, random.Random(secret.other))
        assert not home.ask("SELECT id FROM cases"), "a draft without a case is what is compared"
        goes_quiet(home, self.known, Case(secret.way))
        self.fresh.account.update({**self.known.account, "id": self.fresh.id})
        self.began, self.toasts = len(home.post.arrived), len(home.post.toasts)
        chats = [home.post.chats[person.id] for person in self.both]
        self.before = frozenset[int]().union(*chats)
        self.lying = {person: _buttons(home, person) for person in self.both}

    def _made_old(self, person: ChatPerson, way: int) -> list[dict[str, Any]]:
        """Press what lay on the phone before, or where nothing did a button nobody made."""
        lying = self.lying[person] or [(3, FORGED)]
        number, token = lying[way % len(lying)]
        return [person.press(token, number)]

    def _shown(self, person: ChatPerson) -> list[tuple[int, str]]:
        """Return what can be pressed under what was said since, the newest first."""
        since = [it for it in _buttons(self.home, person) if it[0] not in self.before]
        return sorted(since, key=lambda it: -it[0])


def _buttons(home: HotlineHarness, person: ChatPerson) -> list[tuple[int, str]]:
    """Return every button on a phone but danger and the way out, which are typed often enough."""
    return [
        (number, token)
        for number, say in home.post.chats[person.id].items()
        for row in say.rows
        for button in row
        if not (token := button_token(button, say.prefix)).startswith("!")
    ]


def _writes(person: ChatPerson, place: tuple[str, str], dice: random.Random) -> None:
    """Write a draft until a question is open; look at it or put it down."""
    person.says(f"/start {LINK}")
    if dice.random() < 0.5:
        person.says(dice.choice(WRITTEN))
        person.sends(**PHOTO, caption=dice.choice(WRITTEN))
    if current_step(person) == ("story", "give"):
        person.says("2")  # back to the question
    if current_step(person) == ("language", "language"):
        person.presses("English")
    else:
        person.says("/language")
        person.presses("English")
    person.presses(MENU[place[0]])
    while current_step(person) != place:
        _goes_on(person, dice)
    if place[1] == "review" and dice.random() < 0.5:
        person.presses("Show my answers")
    if dice.random() < 0.3 and BOOK.has_unsent_content(stored_conversation(person).position):
        person.says(STOPPED[0])
        person.presses(STOPPED[1])


def _goes_on(person: ChatPerson, dice: random.Random) -> None:
    """Do anything that leads on, or stays; nothing that leads away."""
    labels = [label.lstrip("\u2713 0123456789") for label in person.labels()]
    if "Done" in labels and dice.random() < 0.5:
        person.presses("Done")
    elif dice.random() < 0.3:
        person.says(dice.choice(WRITTEN))
    else:
        person.presses(dice.choice([label for label in labels if label not in AWAY]))


def session(folder: Path, secret: DraftSecret, moves: Sequence[Move]) -> dict[str, Any] | None:
    """Do moves in both chats until something is sent; return the first difference, or None."""
    home = HotlineHarness(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            pair = DraftChatPair(home, secret)
            for count, (kind, way) in enumerate(moves, start=1):
                pair.does(kind, way)
                if home.ask("SELECT id FROM cases"):
                    break
                one, other = pair.seen()
                if one != other:
                    done = [f"{kind}:{way}" for kind, way in moves[:count]]
                    return {"secret": asdict(secret), "moves": done, "one": one, "other": other}
            faults = home.ask("SELECT fault FROM inbox WHERE state = 'quarantined'")
        assert not faults, faults
    finally:
        home.close()
    return None
