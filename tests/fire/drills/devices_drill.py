"""One account on several devices, in other languages or in none, while something is unsent.

A person writes a draft on one device and then uses the account on others, back and forth, with
pauses of less than a day. A newcomer whose account looks the same does the same as the other
devices. Nothing of the draft may be gone when its device writes again, and nothing that another
device is shown may differ from what the newcomer is shown.

`python -m tests.fire.drills.devices_drill --people 300` prints JSON and ends with 1 when something
was lost or shown; `--flaw erases` and `--flaw shows` must be found.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.clock import SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.dispatch.turn.outcome_rules import DRAFT_FLOWS
from bot.dispatch.turn.session import Session
from tests.fire.drill_command import run_command
from tests.fire.drills.case_privacy_drill import LINES, THINGS, ChatPair
from tests.fire.drills.case_privacy_drill import CaseSecret as Case
from tests.fire.drills.draft_privacy_drill import PLACES, _buttons, _writes
from tests.support.dispatch_inspection import stored_conversation
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links

if TYPE_CHECKING:
    from bot.dispatch.conversation_store import Conversation
    from tests.support.people.chat_person import ChatPerson

LANGUAGES = ("vi", "en", "id", "th", "zh-hant", "pt-BR", None)
"""Of a device's app; None: it names none."""
MOST_DEVICES, MOST_MOVES, LONGEST_PAUSE = 4, 6, 2 * 3600
SILENCE = SESSION_TIMEOUT // SECOND
ERASING = frozenset({"Clear chat"})
"""Lines by which a person erases what is unsent; no loss is looked for after them."""
KINDS = {"say": len(LINES), "press": 12, "thing": len(THINGS), "edit": len(LINES)}
CHECK = ("Can anyone else see", "Nobody can see")
FLAWS = ("erases", "shows")


@dataclass
class DeviceFindings:
    """What a number of people came to."""

    people: int = 0
    changes: int = 0
    """Of the device."""
    drafts: int = 0
    returned: int = 0
    """Drafts that their device found whole."""
    lost: list[dict[str, Any]] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)


class DevicePair(ChatPair):
    """An account with a draft on one device, and a newcomer, both seen on another device."""

    def __init__(self, home: HotlineHarness, known: ChatPerson) -> None:
        self.home, self.secret = home, Case()
        self.colleague, self.is_met = None, True
        self.known, self.fresh = known, home.person()
        self.fresh.account = {**known.account, "id": self.fresh.id}
        self.began, self.toasts = len(home.post.arrived), len(home.post.toasts)
        self.before = frozenset[int]().union(*(home.post.chats[it.id] for it in self.both))
        self.olds = []

    def _shown(self, person: ChatPerson) -> list[tuple[int, str]]:
        since = [it for it in _buttons(self.home, person) if it[0] not in self.before]
        return sorted(since, key=lambda it: -it[0])


def uses(person: ChatPerson, language: str | None) -> None:
    """Use the account on a device in a language."""
    person.account.pop("language_code", None)
    if language is not None:
        person.account["language_code"] = language


def unsent(conversation: Conversation) -> dict[str, Any]:
    """Return the answers and texts of an open draft that were given and not sent, shown or not."""
    position = conversation.position
    answers = {
        f"{frame.flow}.{name}": answer
        for frame in [*position.frames, *(conversation.draft.frames if conversation.draft else ())]
        for name, answer in frame.all_answers.items()
        if frame.flow in DRAFT_FLOWS and answer is not None
    }
    extras = [*position.extra_texts, *position.extra_files, *position.hidden_extras]
    if conversation.draft is not None:
        kept = conversation.draft
        extras += [*kept.extra_texts, *kept.extra_files, *kept.hidden_extras]
    return {"answers": answers, "extras": extras}


def is_kept(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether everything unsent is still there."""
    answers = before["answers"].items() <= after["answers"].items()
    return answers and all(it in after["extras"] for it in before["extras"])


def live(
    folder: Path, dice: random.Random, found: DeviceFindings, database: str = "sqlite"
) -> None:
    """Let one person write on several devices; add what became of it to the findings."""
    home = HotlineHarness(folder, kind=database)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            _live(home, dice, found)
            faults = home.ask("SELECT fault FROM inbox WHERE state = 'quarantined'")
        assert not faults, faults
    finally:
        home.close()


def _live(home: HotlineHarness, dice: random.Random, found: DeviceFindings) -> None:
    create_links(home, {LINK: "vi", OTHER_LINK: "th"})
    languages = dice.sample(LANGUAGES, dice.randint(2, MOST_DEVICES))
    person, own, place = home.person(), languages[0], dice.choice(PLACES)
    uses(person, own)
    _writes(person, place, dice)
    before = unsent(stored_conversation(person))
    found.drafts += 1
    silence, is_heard = 0, False
    for language in languages[1:]:
        uses(person, language)
        found.changes += 1
        pair, moves = DevicePair(home, person), []
        answers = _count_answers(home, person)
        for _ in range(dice.randint(1, MOST_MOVES)):
            kind = dice.choice(tuple(KINDS))
            way = dice.randrange(KINDS[kind])
            if kind == "say" and LINES[way] in ERASING:
                continue
            moves.append(f"{kind}:{way}")
            pair.does(kind, way)
            one, other = pair.seen()
            if one != other:
                found.shown.append(
                    {"language": language, "moves": moves, "one": one, "other": other}
                )
                return
        is_heard = is_heard or _count_answers(home, person) > answers
        silence += (pause := dice.randint(1, LONGEST_PAUSE))
        home.advance_time(pause)
    uses(person, own)
    found.changes += 1
    heard = person.says("I am here again")
    after = unsent(stored_conversation(person))
    # Nobody is asked who can see the phone after a short while in which no other device was used.
    is_checked = heard[0].startswith(CHECK[0]) or not (is_heard or silence > SILENCE)
    if (before["answers"] and not is_checked) or not is_kept(before, after):
        found.lost.append({"place": place, "languages": languages, "before": str(before)[:400]})
        return
    found.returned += 1


def _count_answers(home: HotlineHarness, person: ChatPerson) -> int:
    return sum(chat == person.id for chat, _body in home.post.arrived)


def _flawed(flaw: str) -> ExitStack:
    """Break the bot on purpose."""
    stack = ExitStack()

    def erases(session: Session) -> None:
        session.drafts.discard()
        session.suspend()

    if flaw == "erases":
        stack.enter_context(patch.object(Session, "_conceal", erases))
    if flaw == "shows":
        stack.enter_context(patch("bot.dispatch.turn.session.fingerprint_account", lambda _: 7))
    return stack


def run(people: int, seed: int = 0, flaw: str = "", database: str = "sqlite") -> DeviceFindings:
    """Let that many people write."""
    found = DeviceFindings()
    with _flawed(flaw):
        for number in range(people):
            with TemporaryDirectory() as folder:
                live(Path(folder), random.Random(f"{seed}/{number}"), found, database)
            found.people += 1
            if found.lost or found.shown:
                break
    return found


def drill(
    *, people: int = 60, seed: int = 0, flaw: str = "", database: str = "sqlite"
) -> dict[str, Any]:
    """Look once; return one row of figures, with what is wrong under `faults`."""
    began, found = time.monotonic(), run(people, seed, flaw, database)
    faults = {name: what for name in ("lost", "shown") if (what := getattr(found, name))}
    return {
        "people": found.people, "changes": found.changes, "drafts": found.drafts,
        "returned": found.returned, "lost": len(found.lost), "shown": len(found.shown),
        "seconds": round(time.monotonic() - began, 1), "faults": faults,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_command(drill, flaw=("", *FLAWS)))
