"""Two chats side by side: one in which nobody ever wrote, and one that has a case and is quiet.

Whoever holds the phone does up to forty things, the same in both and at the same moments, without
ever knowing the word. What both chats show must be equal byte for byte. Left out of the comparison
is only what differs by construction: the number of a message, the proof inside a button's token,
the reference of a case that is opened on the way, and the removal of what lay on the phone before.
Where a name or a language changed, nothing that the bot says unasked comes before the account is
heard from: it cannot know of the change earlier.

`python -m tests.fire.drills.case_privacy_drill --rounds 1000` goes on as long as is wanted, prints
JSON, and ends with
1 when it finds a difference; `--delays 2000` measures how long each chat takes to answer.
"""

from __future__ import annotations

import contextlib
import io
import random
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.dispatch import callback_data
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.hotline.commands.types import Verb
from bot.messages import DeleteMessages, EditText, SendText, button_token
from tests.fire.drill_command import run_command
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Body
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

LONG = SESSION_TIMEOUT // 1_000_000 + 60
MOST_MOVES = 40
WORD, DURESS, THIRD = "mangga tua", "hujan besar", "pohon durian"
LINES = (
    "hello", "1", "2", "3", "9", "English", "About me", "he has my passport",
    "help me now", "I have written before", "Clear chat", "Danger now", "Skip", "wrong word",
    "Who are you?", DURESS, "another word", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "x" * 4097, " ",
)  # fmt: skip
COMMANDS = (
    "/start", "/help", "/language", "/privacy", "/danger", "/stop", "/bye", "/mydata", "/delete",
    "/status", "/start abc", f"/start {LINK}", f"/start {OTHER_LINK}",
)  # fmt: skip
PHOTO = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}
THINGS: tuple[dict[str, Any], ...] = (
    PHOTO,
    {"voice": {"file_id": "v", "file_unique_id": "w", "file_size": 900}},
    {"document": {"file_id": "d", "file_unique_id": "e", "file_size": 30_000_000}},
    {"location": {"latitude": 25.0, "longitude": 121.5}},
    {"contact": {"phone_number": "1", "first_name": "Boss"}},
    {"poll": {"id": "1"}},
)
FORGED = "5:abc:0"
WAYS = ("silence", "bye", "language", "name", "account")
"""How a sitting goes quiet."""

UNMET = frozenset({"block"})
"""What an account does that shows nothing of whoever holds it."""

Move = tuple[str, int]
KINDS = {
    "say": len(LINES),
    "command": len(COMMANDS),
    "press": 12,
    "twice": 12,
    "old": 50,
    "forged": 3,
    "thing": len(THINGS),
    "edit": len(LINES),
    "word": 4,
    "wait": 4,
    "block": 2,
    "restart": 1,
    "colleague": 4,
    "device": 3,
}
"""What can be done, and how many ways there are to do it."""


@dataclass(frozen=True, slots=True)
class CaseSecret:
    """What there is to be found out in the chat with a case."""

    way: str = "silence"
    has_words: bool = False
    is_claimed: bool = False
    is_held: bool = False
    is_closed: bool = False
    is_adding: bool = False
    days: int = 0
    """Since then."""


@dataclass
class PrivacyFindings:
    """What a number of sessions came to."""

    sessions: int = 0
    moves: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)


class ChatPair:
    """A chat with a case and a chat without, in one house."""

    def __init__(self, home: HotlineHarness, secret: CaseSecret) -> None:
        self.home = home
        self.secret = secret
        create_links(home, {LINK: "vi", OTHER_LINK: "th"})
        self.known = home.person()
        self.case = _with_a_case(home, self.known, secret)
        self.colleague = _answered(home, self.case, secret)
        goes_quiet(home, self.known, secret)
        self.fresh = home.person()
        self.fresh.account.update({**self.known.account, "id": self.fresh.id})
        self.is_met = secret.way in {"silence", "bye"} or secret.days > 0
        """Whether the bot can know of a change; until it hears from the account it cannot."""
        self.began = len(home.post.arrived)
        self.toasts = len(home.post.toasts)
        self.before = frozenset(home.post.chats[self.known.id])
        self.olds = [
            (number, button_token(button, say.prefix))
            for number, say in home.post.chats[self.known.id].items()
            for row in say.rows
            for button in row
        ]

    @property
    def both(self) -> tuple[ChatPerson, ChatPerson]:
        return self.known, self.fresh

    def does(self, kind: str, way: int) -> None:
        """Do one thing in both chats, in one batch."""
        deed = getattr(self, f"_{kind}", None)
        if deed is not None:
            deed(way)
            return
        made = getattr(self, f"_made_{kind}")
        updates = [update for person in self.both for update in made(person, way)]
        if updates:
            self.is_met |= kind not in UNMET
            self.home.receives(*updates)

    # What can be done

    @staticmethod
    def _made_say(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.words(LINES[way])]

    @staticmethod
    def _made_command(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.words(COMMANDS[way])]

    def _made_press(self, person: ChatPerson, way: int) -> list[dict[str, Any]]:
        shown = self._shown(person)
        return [person.press(*reversed(shown[way % len(shown)]))] if shown else []

    def _made_twice(self, person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [*self._made_press(person, way), *self._made_press(person, way)]

    def _made_old(self, person: ChatPerson, way: int) -> list[dict[str, Any]]:
        """Press what lay on the phone before, or a button nobody made."""
        number, token = self.olds[way % len(self.olds)] if self.olds else (3, FORGED)
        if person is self.fresh and not token.startswith("!"):
            token = FORGED
        return [person.press(token, number)]

    @staticmethod
    def _made_forged(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.press(("0:x:0", "!zzz", callback_data.DANGER_BUTTON)[way], 3)]

    @staticmethod
    def _made_thing(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.message(**THINGS[way])]

    @staticmethod
    def _made_edit(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.edit(LINES[way])]

    @staticmethod
    def _made_block(person: ChatPerson, way: int) -> list[dict[str, Any]]:
        return [person.membership(("kicked", "member")[way])]

    def _word(self, way: int) -> None:
        """Say that one has written before, and write a word that is not the right one."""
        self.is_met = True
        for line in ("/start", "English", "I have written before"):
            self.home.receives(*(person.words(line) for person in self.both))
        line = ("wrong word", DURESS, "another word", "/bye")[way]
        self.home.receives(*(person.words(line) for person in self.both))

    def _wait(self, way: int) -> None:
        self.home.advance_time((60, 29 * 60, 31 * 60, 25 * 3600)[way])

    def _device(self, way: int) -> None:
        """Go on with both accounts on a device in another language, or in none."""
        if not self.is_met:  # they may look as before again, and the bot never heard of a change
            return
        for person in self.both:
            person.account["language_code"] = ("vi", "en", "")[way]

    def _restart(self, _way: int) -> None:
        if self.is_met:
            self.home.restart(seconds_away=200)

    def _colleague(self, way: int) -> None:
        """Whatever a caseworker does that is not meant for a newcomer is not seen."""
        if self.colleague is None or not self.is_met:
            return
        verb, given = (
            (Verb.SEND, {"text": "Your report is with us."}),
            (Verb.NOTE, {"text": "a note"}),
            (Verb.HAND_BACK, {}),
            (Verb.REFER, {"code": "labor_1955"}),
        )[way]
        self.colleague.run_command(verb, self.case, **given)  # type: ignore[arg-type]
        self.home.run(self.home.close_writer_idle(2.0))
        self.home.settle()

    def _shown(self, person: ChatPerson) -> list[tuple[int, str]]:
        """Return what can be pressed under what was said since, the newest first."""
        shown = self.home.post.chats[person.id]
        return [
            (number, button_token(button, say.prefix))
            for number, say in reversed(shown.items())
            if person is self.fresh or number not in self.before
            for row in say.rows
            for button in row
        ]

    # What is seen

    def seen(self) -> tuple[list[Any], list[Any]]:
        """Return what each chat was shown since, without what differs by construction."""
        references = [row[0] for row in self.home.ask("SELECT reference FROM cases")]
        return self._seen_by(self.known, references), self._seen_by(self.fresh, references)

    def _seen_by(self, person: ChatPerson, references: Sequence[str]) -> list[Any]:
        post, here = self.home.post, person.id
        bodies = [body for chat, body in post.arrived[self.began :] if chat == here]
        told = [_plain(body, references) for body in bodies]
        toasts = [toast.text for chat, toast in post.toasts[self.toasts :] if chat == here]
        there = {n: say for n, say in post.chats[here].items() if n not in self.before}
        left = [_plain(say, references) for say in there.values()]
        return [[each for each in told if each is not None], toasts, left]


def _plain(body: Body, references: Sequence[str]) -> Any:
    if isinstance(body, DeleteMessages):
        return None  # what is left on the phone is compared instead
    if not isinstance(body, SendText | EditText):
        return type(body).__name__
    text = body.text
    for reference in references:
        text = text.replace(reference, "REFERENCE")
    asked = body.prefix.partition(":")[0]
    rows = [[(button.label, button.token) for button in row] for row in body.rows]
    return [type(body).__name__, text, asked, rows]


def _with_a_case(home: HotlineHarness, person: ChatPerson, secret: CaseSecret) -> str:
    person.says(f"/start {LINK}")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("he has my passport")
    person.presses("Send", "Only when I write", "Skip")
    ((case,),) = home.ask(
        "SELECT id FROM cases WHERE status = 'waiting' ORDER BY opened_at DESC, id LIMIT 1"
    )
    if secret.has_words:
        person.presses("Choose a secret word")
        person.says(WORD)
        person.presses("Choose a second word")
        person.says(DURESS, "hm")
        person.presses("Proof that I wrote")
        person.says(THIRD, "hm")
    if secret.is_adding:
        person.presses("Add something")
        person.says("there is a second house")
    return str(case)


def _answered(home: HotlineHarness, case: str, secret: CaseSecret) -> CaseworkerDriver | None:
    if not (secret.is_claimed or secret.is_held or secret.is_closed):
        return None
    mei = home.colleague()
    mei.claims(case)
    if secret.is_held:
        mei.take_over(case)
    if secret.is_closed:
        mei.run_command(Verb.CLOSE, case, code="helped")
    return mei


def goes_quiet(home: HotlineHarness, person: ChatPerson, secret: CaseSecret) -> None:
    changes = {
        "language": {"language_code": "vi"},
        "name": {"first_name": "Boss"},
        "account": {"username": "boss_1"},
    }
    if secret.way == "bye":
        person.says("/bye")
    if secret.way == "silence" or secret.days:
        home.advance_time(LONG + secret.days * 86_400)
        now = home.loop.now()
        home.database.writer.run_sync(lambda work: home.house.conversations.expire(work, now))
    person.account.update(changes.get(secret.way, {}))


def session(
    folder: Path, secret: CaseSecret, moves: Sequence[Move], database: str = "sqlite"
) -> dict[str, Any] | None:
    """Do moves in both chats; return the first difference, None for none."""
    home = HotlineHarness(folder, kind=database)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            pair = ChatPair(home, secret)
            for count, (kind, way) in enumerate(moves, start=1):
                pair.does(kind, way)
                known, fresh = pair.seen()
                if known != fresh:
                    done = [f"{kind}:{way}" for kind, way in moves[:count]]
                    return {"secret": asdict(secret), "moves": done, "known": known, "fresh": fresh}
            faults = home.ask("SELECT fault FROM inbox WHERE state = 'quarantined'")
        assert not faults, faults
    finally:
        home.close()
    return None


def random_session(dice: random.Random) -> tuple[CaseSecret, list[Move]]:
    """Return what is to be found out, and what is done to find it out."""
    flags = [dice.random() < 0.5 for _ in range(5)]
    secret = CaseSecret(dice.choice(WAYS), *flags, days=dice.choice((0, 0, 2)))
    kinds = list(KINDS)
    count = dice.randint(1, MOST_MOVES)
    moves = [(kind, dice.randrange(KINDS[kind])) for kind in dice.choices(kinds, k=count)]
    return secret, moves


def run_sessions(rounds: int, seed: int, database: str = "sqlite") -> PrivacyFindings:
    """Hold that many sessions."""
    dice, found = random.Random(seed), PrivacyFindings()
    for _ in range(rounds):
        secret, moves = random_session(dice)
        with TemporaryDirectory() as folder:
            difference = session(Path(folder), secret, moves, database)
        found.sessions += 1
        found.moves += len(moves)
        if difference is not None:
            found.differences.append(difference)
            break
    return found


def measure_delays(count: int) -> dict[str, Any]:
    """Measure in real time how long a word in each chat takes until the answer is carried.

    Both are answered alone, in turn, so that whatever else the machine does meets both alike.
    """
    taken: dict[str, list[float]] = {"known": [], "fresh": []}
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        home = HotlineHarness(Path(folder))
        pair = ChatPair(home, CaseSecret(has_words=True, is_claimed=True))
        people = {"known": pair.known, "fresh": pair.fresh}
        for number in range(count):
            for name in sorted(people, reverse=bool(number % 2)):
                person = people[name]
                began = time.perf_counter()
                person.says(f"word {number}")
                taken[name].append((time.perf_counter() - began) * 1e6)
        home.close()
    known, fresh = sorted(taken["known"]), sorted(taken["fresh"])
    return {
        "count": count,
        "median_us": {"known": statistics.median(known), "fresh": statistics.median(fresh)},
        "p95_us": {"known": known[count * 95 // 100], "fresh": fresh[count * 95 // 100]},
        "kolmogorov_smirnov": _apart(known, fresh),
    }


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the greatest distance between two distributions."""
    points = sorted([*one, *other])
    at = other_at = 0
    greatest = 0.0
    for point in points:
        while at < len(one) and one[at] <= point:
            at += 1
        while other_at < len(other) and other[other_at] <= point:
            other_at += 1
        greatest = max(greatest, abs(at / len(one) - other_at / len(other)))
    return greatest


def drill(
    *, rounds: int = 40, seed: int = 0, delays: int = 0, database: str = "sqlite"
) -> dict[str, Any]:
    """Look once; return one row of figures, with what is wrong under `faults`.

    With `delays`, also how long so many answers of each kind take.
    """
    began = time.monotonic()
    found = asdict(run_sessions(rounds, seed, database))
    different = found.pop("differences")
    took = round(time.monotonic() - began, 1)
    faults = {"differences": different} if different else {}
    if delays:
        found["delays"] = measure_delays(delays)
    return found | {"rounds": rounds, "seconds": took, "faults": faults}


if __name__ == "__main__":
    sys.exit(run_command(drill))
