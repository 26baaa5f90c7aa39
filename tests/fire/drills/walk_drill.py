"""Everybody walks everywhere: through the sandbox, over real HTTP, in every language at once.

One person for each language goes from wherever they stand to the nearest question they were never
asked, and so comes to every step of every flow; what is asked after certain answers together they
come to on a way thought out before. The bot runs as it does, its letters are checked by
python-telegram-bot's own reading, and the sandbox refuses what Telegram would. What somebody reads
that stands in English in another language's catalogue is a fault; so is an update that was set
aside, and an answer that never came.

`python -m tests.fire.drills.walk_drill --moves 4000` prints what it found as one line of JSON; it
ends with 1
when there is a fault.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from bot.app.storage import open_vault
from bot.app.texts import build_system_texts
from bot.conversation import Position, PressInput, open_question, unpack
from bot.conversation.inputs import TextInput
from bot.dispatch.conversation_store import Conversation
from bot.dispatch.rendering import Renderer
from bot.dispatch.turn.slash_commands import COMMAND_FLOWS
from bot.errors import DecryptionError
from bot.languages import LANGUAGES
from bot.sandbox.state import BOT_ID
from bot.vault import Purpose
from tests.fire.drill_command import run_command
from tests.fire.walkers.path_planner import (
    Way,
    has_just_begun,
    paths_to_questions,
    shortest_path,
    step_of,
)
from tests.support.content.catalogue_files import read_in
from tests.support.database_fixtures import bytes_literal, database_settings
from tests.support.dispatch_inspection import BOOK, QUESTIONS, answers_at
from tests.support.harnesses.live_deployment import LABELS, LivePerson, evening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fire.walkers.path_planner import Given, Step

_ON_ITS_WAY = "state = 'queued' AND hold IS NULL"
RARELY = 1 / 30
"""How often somebody types a command instead of answering."""

EVEN = 1 / 2
PATIENCE = 60.0
"""Seconds an answer may take while ten people keep a machine busy: a long chat is being erased."""

LOOKED_AT = 60
"""Newest messages of a chat among which an answer shows."""

ELSEWHERE = frozenset(
    (flow, step) for flow, step in QUESTIONS if flow in {"return_check", "notice_changed"}
)
"""Asked only after a silence, or once a setting was changed."""


@dataclass
class WalkResult:
    """What everybody came to together."""

    moves: int = 0
    steps: dict[str, set[Step]] = field(default_factory=dict)
    english: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)


class LanguageWalker:
    """One person, who presses what they have pressed least."""

    def __init__(self, guest: LivePerson, walk: WalkResult, seed: int) -> None:
        self._guest = guest
        self._walk = walk
        self._dice = random.Random(f"{seed}/{guest.language}")
        self._seen: set[Step] = set()
        self._screens = Renderer(build_system_texts(guest.evening.settings))
        self._vault = open_vault(guest.evening.settings, guest.evening.database)
        self._chat_key = self._vault.chat_key(BOT_ID, guest.phone.id)
        self._key = bytes_literal(self._chat_key, guest.evening.database)
        self._read: set[str] = set()
        self._way: Way = ()

    async def arrives(self) -> None:
        """Say hello, and choose the language."""
        await self._guest.arrives()

    async def walks(self, moves: int) -> None:
        """Go so many steps, from the menu on."""
        for _ in range(moves):
            if not self._missing():
                break
            what = self._moves()
            before = self._shown()
            self._walk.moves += 1
            try:
                await self._guest.evening.until(partial(self._was_answered, before), what)
            except AssertionError:
                self._walk.silent[f"{self._guest.language}: {what}"] += 1
            self._looks()
        self._walk.steps[self._guest.language] = self._seen
        self._vault.close()

    def _shown(self) -> tuple[int, bytes]:
        """Return how much the bot has said and not taken away, and the end of it as it stands.

        All of a long chat, looked at for every move, would take most of the time.
        """
        messages = self._guest.phone.messages()
        said = [it for it in messages[-LOOKED_AT:] if it["from"]["is_bot"]]
        return len(messages), msgspec.json.encode(said)

    def _was_answered(self, before: tuple[int, bytes]) -> bool:
        """Tell whether something changed, and nothing more is on its way here now."""
        waits = f"SELECT count(*) FROM outbox WHERE chat_key = {self._key} AND {_ON_ITS_WAY}"  # noqa: S608 - hexadecimal
        return self._shown() != before and self._guest.evening.sql(waits) == [(0,)]

    def _moves(self) -> str:
        """Do one thing that leads to where this person has never been; return what."""
        position, asked = self._position(), self._guest.asked()
        if position.frames:
            self._seen.add((position.frames[-1].flow, position.frames[-1].step))
        if not position.frames or asked is None or self._dice.random() < RARELY:
            return self._says("/start" if self._dice.random() < EVEN else self._command())
        first = self._next(position)
        if first is None:
            return self._says("/start")
        if isinstance(first, TextInput):
            return self._says(first.text)
        question = open_question(BOOK, position)
        assert question is not None
        for row in asked["reply_markup"]["inline_keyboard"]:
            for button in row:
                place = button["callback_data"].rpartition(":")[2]
                if self._screens.code_of_token(question, place) == first.code:
                    self._guest.phone.press(asked["message_id"], data=button["callback_data"])
                    return f"{position.frames[-1].step}: {first.code}"
        return self._says("/start")  # somebody was faster: look again

    def _next(self, position: Position) -> Given | None:
        """Return the next answer; None for a command instead."""
        here = step_of(position)
        if here is not None and here[0] == "language":
            return PressInput(self._guest.language)
        if not self._way or self._way[0][0] != here:
            self._way = self._thinks(position)
        if not self._way:
            return None
        (_, given), *further = self._way
        self._way = tuple(further)
        return given

    def _thinks(self, position: Position) -> Way:
        """Return the way to a step that was not seen, or some way on; empty for none."""
        here, missing = step_of(position), self._missing()
        assert here is not None
        if way := shortest_path(position, lambda ahead: step_of(ahead) in missing):
            return way
        flows = {flow for flow, _ in missing}
        if here[0] in flows:
            ways = self._ways_from(position, missing) if has_just_begun(position) else []
            return self._dice.choice(ways or [((here, it),) for it in answers_at(position)])
        if flows:
            aim = self._dice.choice(sorted(flows))
            way = shortest_path(
                position, lambda it: it.frames[-1].flow == aim and has_just_begun(it)
            )
        if not way and self._dice.random() < EVEN:  # what leads out of here no thought foresees
            way = ((here, self._dice.choice(list(answers_at(position)))),)
        return way

    def _ways_from(self, position: Position, missing: set[Step]) -> list[Way]:
        """Return ways that begin here and lead to what was not seen of this flow.

        Where none does, any way through it: an hour has to be agreed on before it can be changed.
        """
        here = step_of(position)
        ways = {
            step: [way for way in found if way and way[0][0] == here]
            for step, found in paths_to_questions().items()
            if here is not None and step[0] == here[0]
        }
        new = [way for step in sorted(missing & set(ways)) for way in ways[step]]
        return new or [way for found in ways.values() for way in found]

    def _missing(self) -> set[Step]:
        return set(QUESTIONS) - self._seen - ELSEWHERE

    def _says(self, words: str) -> str:
        self._guest.phone.say(words)
        return words

    def _command(self) -> str:
        """Return a command that begins what was not seen yet, or any."""
        flows = {flow for flow, _ in self._missing()}
        new = [name for name, flow in COMMAND_FLOWS.items() if flow in flows]
        return f"/{self._dice.choice(new or list(COMMAND_FLOWS))}"

    def _position(self) -> Position:
        """Return where this person stands; nowhere when nothing is kept of them."""
        night = self._guest.evening
        found = night.sql(f"SELECT state FROM conversations WHERE chat_key = {self._key}")  # noqa: S608 - hexadecimal
        if not found:
            return Position()
        try:
            plain = self._vault.open(Purpose.CONVERSATION, self._chat_key, bytes(found[0][0]))
        except DecryptionError:  # an hour has begun since: its key is known to whoever looks anew
            self._vault.close()
            self._vault = open_vault(night.settings, night.database)
            plain = self._vault.open(Purpose.CONVERSATION, self._chat_key, bytes(found[0][0]))
        return unpack(msgspec.msgpack.decode(plain, type=Conversation).position, BOOK)

    def _looks(self) -> None:
        """See that nothing that was said stands in English where it should not."""
        language = self._guest.language
        for text in set(self._guest.said()) - self._read:
            self._read.add(text)
            for line in {text, *text.split("\n")} & english_for(language):
                self._walk.english[f"{language}: {line[:60]}"] += 1


@cache
def english_for(language: str) -> frozenset[str]:
    """Return the English phrases that read otherwise in a language."""
    words = read_in(language)
    return frozenset(
        text.source
        for texts in LABELS.values()
        for text in texts
        if text.render(words) != text.source
    )


async def run(
    moves: int, languages: Sequence[str], seed: int, database: str = "sqlite"
) -> dict[str, Any]:
    """Let one person for each language walk; return the figures."""
    walk, began = WalkResult(), time.monotonic()
    with TemporaryDirectory(prefix="haven-walk-") as folder:
        async with evening(Path(folder), **database_settings(database)) as night:
            night.patience = PATIENCE
            await night.start()
            walkers = [LanguageWalker(night.add_person(it, it), walk, seed) for it in languages]
            # Who arrives waits for quiet, which does not come while others walk.
            await asyncio.gather(*(it.arrives() for it in walkers))
            await asyncio.gather(*(it.walks(moves) for it in walkers))
            set_aside = night.quarantined()
    faults = {"set_aside": set_aside, "english": dict(walk.english), "silent": dict(walk.silent)}
    everywhere = set.intersection(*walk.steps.values()) if walk.steps else set()
    return {
        "languages": len(languages),
        "moves": walk.moves,
        "steps": len(set(QUESTIONS) - ELSEWHERE),
        "stood_at_in_every_language": len(everywhere),
        "stood_at": {tag: len(steps) for tag, steps in sorted(walk.steps.items())},
        "not_stood_at": sorted(".".join(it) for it in set(QUESTIONS) - everywhere - ELSEWHERE),
        "seconds": round(time.monotonic() - began, 1),
        "faults": {name: found for name, found in faults.items() if found},
    }


def drill(
    *, moves: int = 150, seed: int = 1, languages: tuple[str, ...] = tuple(LANGUAGES),
    database: str = "sqlite",
) -> dict[str, Any]:  # fmt: skip
    """Walk so many moves in each language; return one row of figures."""
    return asyncio.run(run(moves, languages, seed, database))


if __name__ == "__main__":
    sys.exit(run_command(drill, languages=tuple(LANGUAGES)))
