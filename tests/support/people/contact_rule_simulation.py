"""People with a rule for when they may be written to, and all that can go wrong around it.

What is true is kept apart from what the house believes: true time beside a clock that jumps, what a
person last did beside what was received. Every letter that arrives is judged by what is true
(`tests.support.people.contact_rule_oracle`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.app.roles.clock_watch import watch_clock
from bot.clock import MINUTE, SECOND
from bot.errors import RetryLaterError
from bot.hotline.commands.types import Command, Verb
from bot.hotline.contact_rule import PRESENCE_WINDOW
from bot.hotline.events import EventKind
from bot.messages import SendText, button_token
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.contact_rule_oracle import (
    MARK,
    OPENERS,
    PersonState,
    RuleViolation,
    find_violation,
)
from tests.support.telegram.recording_channel import FINE, DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from bot.mailbox.delivery import DeliveryPolicy
    from bot.mailbox.inbox import Arrival
    from bot.mailbox.letter import DeliveryResult, Letter
    from bot.messages import Body
    from bot.store.writer import Work

RULES = (
    "", "when_i_write", "any_time", "hours:morning", "hours:afternoon,night", "hours:evening",
    "hours:night",
)  # fmt: skip
LANGUAGES = ("en", "id", "vi", "th", "fil", "zh_Hant")
WRONG = 50 * MINUTE
"""How long a clock that was set wrong stays wrong before it is set right."""


@dataclass
class ObservedContactPolicy:
    """The house's gate, and which bodies passed it; or no gate at all."""

    gate: DeliveryPolicy
    is_off: bool
    passed: dict[int, Body] = field(default_factory=dict)

    def judge(self, work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        """Ask the gate; without one everything goes."""
        verdict = None if self.is_off else self.gate.judge(work, letter, now)
        if verdict is None:
            self.passed[id(letter.body)] = letter.body
        return verdict


class ContactRuleHarness(HotlineHarness):
    """A house whose updates are dated by the channel, whatever its own clock says."""

    late = 0
    """Seconds the next update was on its way."""
    gate_is_off = False

    def built(self) -> None:
        self.spied = ObservedContactPolicy(self.house.gate, self.gate_is_off)
        self.house.courier._pre_send.policy = self.spied
        self.house.setting.clock_monitor.channel = self.loop.true
        self._minding = self.loop.create_task(watch_clock(self.house))

    def close(self) -> None:
        self._minding.cancel()
        with suppress(asyncio.CancelledError):
            self.run(self._minding)
        super().close()

    def seconds(self) -> int:
        return self.loop.true() // SECOND - self.late

    async def settled(self) -> None:
        # What was held is found once a second; a network may be down.
        await self.close_writer_idle(2.5)

    def takes(self, *arrivals: Arrival) -> None:
        self.run(self.house.dispatcher.receive(arrivals, self.next_update))
        self.settle()


class ContactRuleSimulation:
    """Some people, one caseworker, and an evening in which everything happens."""

    def __init__(
        self, folder: Path, *, people: int = 3, gate_is_off: bool = False, kind: str = "sqlite"
    ) -> None:
        home = type("Home", (ContactRuleHarness,), {"gate_is_off": gate_is_off})
        self.home: ContactRuleHarness = home(folder, kind=kind)
        self.home.post.fate = self._next_delivery_fault
        self.broken: list[RuleViolation] = []
        self.arrived = 0
        self.gated = 0
        self.is_down = False
        self.wrong_until = 0
        self._said = 0
        self.mei = self.home.colleague(languages=LANGUAGES, most=20)
        self.people: dict[int, PersonState] = {}
        for place in range(people):
            self._comes(LANGUAGES[place % len(LANGUAGES)])

    def _comes(self, language: str) -> None:
        """Let somebody ask for a person, and let that person hold the conversation."""
        person = self.home.person(language)
        self.people[person.id] = someone = PersonState(person, "", "", self.true)
        for update in ("/start", "/danger"):
            self._does(someone, person.words(update))
        self._press(someone, 0)
        key = self.home.house.vault.chat_key(self.home.house.inbox.bot, person.id)
        found = f"SELECT id FROM cases WHERE chat_key = X'{key.hex()}'"  # noqa: S608
        someone.case = self.home.ask(found)[0][0]
        self._orders(Verb.CLAIM, someone)
        self._orders(Verb.TAKE_OVER, someone)

    @property
    def true(self) -> int:
        """Return the true moment."""
        return self.home.loop.true()

    def close(self) -> None:
        self.home.close()

    # --- what happens ------------------------------------------------------------------------

    def somebody(self, place: int) -> PersonState:
        """Return one of the people."""
        return list(self.people.values())[place % len(self.people)]

    def _does(self, someone: PersonState, update: dict[str, Any], late: int = 0, *,
              says_it_is_good: bool = False) -> None:  # fmt: skip
        at = self.true - late * SECOND
        if someone.is_opened:
            someone.is_opened, someone.is_met = False, True
        elif at - someone.heard_at > PRESENCE_WINDOW:
            someone.is_met = False
        someone.heard_at = max(at, someone.heard_at)
        someone.is_owed = True
        someone.is_met |= says_it_is_good
        self.home.post.blocked.discard(someone.person.id)
        someone.has_blocked = False
        self.home.receives(update)

    def writes(self, place: int, late: int = 0) -> None:
        """A person writes a line, perhaps a while ago."""
        someone = self.somebody(place)
        self.home.late = late
        self._does(someone, someone.person.words("hm"), late)
        self.home.late = 0

    def answers(self, place: int, which: int) -> None:
        """A person presses one of the buttons under the newest message that has some, if any."""
        self._press(self.somebody(place), which)

    def _press(self, someone: PersonState, which: int) -> None:
        say = next((it for it in reversed(someone.person.screen) if it.rows), None)
        if say is not None and (choices := [row[0] for row in say.rows if len(row) == 1]):
            place = which % len(choices)
            self._does(
                someone,
                someone.person.press(button_token(choices[place], say.prefix)),
                says_it_is_good=say.text in OPENERS and place == 0,
            )

    def blocks(self, place: int) -> None:
        """A person, or whoever has the phone, blocks the bot."""
        someone = self.somebody(place)
        someone.has_blocked, someone.is_opened, someone.is_met = True, False, False
        self.home.post.blocked.add(someone.person.id)
        self.home.receives(someone.person.membership("kicked"))

    def unblocks(self, place: int) -> None:
        """They let it in again, and write nothing."""
        someone = self.somebody(place)
        if someone.has_blocked:
            self.home.post.blocked.discard(someone.person.id)
            self.home.receives(someone.person.membership("member"))

    def says(self, place: int) -> None:
        """The caseworker writes."""
        self._said += 1
        self._orders(Verb.SEND, self.somebody(place), text=f"{MARK}{self._said}")

    def asks(self, place: int) -> None:
        """The caseworker sends the opener by hand."""
        self._orders(Verb.PHRASE, self.somebody(place), code="opener")

    def confirms(self, place: int) -> None:
        """The caseworker asks, whoever is there answers, and the caseworker is sure who that is.

        Where nobody has answered the house refuses, and nobody is met by it.
        """
        someone = self.somebody(place)
        self.takes_over(place)
        self.asks(place)
        if self.true - someone.heard_at <= PRESENCE_WINDOW and not someone.has_blocked:
            self.answers(place, 0)
        was_met, before = someone.is_met, len(self.home.board.events)
        someone.is_met |= (
            self.true - someone.heard_at <= PRESENCE_WINDOW and not someone.has_blocked
        )
        self._orders(Verb.CONFIRM_IDENTITY, someone)
        if not any(
            it.kind is EventKind.IDENTITY_CONFIRMED for it in self.home.board.events[before:]
        ):
            someone.is_met = was_met

    def insists(self, place: int) -> None:
        """The caseworker has a reason to ask now."""
        someone = self.somebody(place)
        someone.insisted_at = self.true
        self._orders(Verb.INSIST, someone, text="she said she would be alone at nine")

    def hands_back_and_takes_over(self, place: int) -> None:
        """The caseworker lets the bot go on, and steps in again."""
        someone = self.somebody(place)
        self._orders(Verb.HAND_BACK, someone)
        someone.is_opened = someone.is_met = False
        self._orders(Verb.TAKE_OVER, someone)

    def lets_go(self, place: int) -> None:
        """The caseworker lets the bot go on: a clock of the law may ask by itself now."""
        someone = self.somebody(place)
        self._orders(Verb.HAND_BACK, someone)
        someone.is_opened = someone.is_met = False

    def takes_over(self, place: int) -> None:
        """The caseworker steps in."""
        self._orders(Verb.TAKE_OVER, self.somebody(place))

    def contact(self, place: int) -> None:
        """Somebody notes a contact: from now on a clock of the law runs."""
        self._orders(Verb.ADD_DEADLINE_EVENT, self.somebody(place), code="contact")

    def _looks(self) -> None:
        """Look at every clock, as is done every few seconds."""
        house, now = self.home.house, self.home.loop.now()
        house.courier.enqueue(
            self.home.database.writer.run_sync(lambda work: house.staff.check_due(work, now))
        )

    def _orders(self, verb: Verb, someone: PersonState, **given: Any) -> None:
        command = Command(verb=verb, by=self.mei.id, case=someone.case, **given)
        self.home.send_staff_command(command)

    def changes_rule(self, place: int, rule: str) -> None:
        """A person's rule is another from now on."""
        someone = self.somebody(place)
        someone.rule = rule
        self.home.ask(f"UPDATE cases SET contact = '{rule}' WHERE id = '{someone.case}'")  # noqa: S608

    def passes(self, seconds: int) -> None:
        """Time passes; a clock that is wrong is set right in time."""
        while seconds > 0:
            step = seconds
            if self.wrong_until:
                left = max((self.wrong_until - self.true) // SECOND, 0)
                step = min(seconds, left)
            self.home.loop.advance(step)
            seconds -= step
            if self.wrong_until and self.true >= self.wrong_until:
                self.home.loop.jumped = self.wrong_until = 0
            self._looks()
            self.home.run(self.home.close_writer_idle(2.5))

    def clock_jumps(self, seconds: int) -> None:
        """Somebody, or something, sets the clock wrong; it is noticed and set right."""
        self.home.loop.jumped += seconds * SECOND
        self.wrong_until = self.wrong_until or self.true + WRONG
        self.home.run(self.home.close_writer_idle(0.1))

    def restarts(self, away: int, jump: int = 0) -> None:
        """The process ends in good order, and is there again; perhaps the clock is not."""
        self.home.close()
        self._comes_back(away, jump)

    def crashes(self, away: int, jump: int = 0) -> None:
        """The process ends as by a power cut."""
        self.home.crash()
        self._comes_back(away, jump)

    def _comes_back(self, away: int, jump: int) -> None:
        self.home._at += away * SECOND
        self.home._jumped += jump * SECOND
        if jump and not self.wrong_until:
            self.wrong_until = self.home._at + WRONG
        if self.wrong_until and self.home._at >= self.wrong_until:
            self.home._jumped = self.wrong_until = 0
        self.home.open()

    def network(self, *, is_down: bool) -> None:
        """Nothing can be sent any more, or again."""
        self.is_down = is_down
        self.home.run(self.home.close_writer_idle(2.5))

    def tidies(self) -> None:
        """What is old enough is forgotten."""
        now = self.home.loop.now()
        kept = self.home.house.conversations
        self.home.database.writer.run_sync(lambda work: kept.expire(work, now))

    # --- what arrives ------------------------------------------------------------------------

    def _next_delivery_fault(self, chat: int, body: Body) -> DeliveryFault:
        if self.is_down:
            return delivery_failure(RetryLaterError())
        someone = self.people.get(chat)
        if someone is not None and isinstance(body, SendText):
            self.arrived += 1
            is_gated = id(body) in self.home.spied.passed
            self.gated += is_gated
            zone = self.home.house.setting.zone
            if (
                why := find_violation(someone, body, self.true, zone, is_gated=is_gated)
            ) is not None:
                self.broken.append(RuleViolation(why, someone.rule, body.text[:80]))
            if body.text in OPENERS:
                someone.is_opened, someone.is_owed = True, False
        return FINE


WAITS = (1, 40, 600, 1500, 1900, 3700, 3 * 3600, 9 * 3600, 26 * 3600)
LATE = (600, 1200, 3600, 7200)
"""How long a line was on its way: just as long as a clock was set back, among them."""
JUMPS = (-90 * 24 * 3600, -9 * 3600, -7200, -1200, -45, 45, 1200, 7200, 9 * 3600, 24 * 3600)


def random_step(world: ContactRuleSimulation, dice: Random) -> str:
    """Let one thing happen, and return which."""
    place = dice.randrange(len(world.people))
    deeds = {
        "writes": (14, lambda: world.writes(place)),
        "wrote": (2, lambda: world.writes(place, dice.choice(LATE))),
        "answers": (14, lambda: world.answers(place, dice.choice((0, 0, 0, 1, 2)))),
        "says": (20, lambda: world.says(place)),
        "asks": (4, lambda: world.asks(place)),
        "confirms": (6, lambda: world.confirms(place)),
        "insists": (2, lambda: world.insists(place)),
        "hands back": (3, lambda: world.hands_back_and_takes_over(place)),
        "contact": (1, lambda: world.contact(place)),
        "rule": (8, lambda: world.changes_rule(place, dice.choice(RULES))),
        "passes": (20, lambda: world.passes(dice.choice(WAITS))),
        "jumps": (3, lambda: world.clock_jumps(dice.choice(JUMPS))),
        "blocks": (1, lambda: world.blocks(place)),
        "unblocks": (2, lambda: world.unblocks(place)),
        "down": (2, lambda: world.network(is_down=True)),
        "up": (3, lambda: world.network(is_down=False)),
        "restarts": (1, lambda: world.restarts(dice.choice((0, 30, 7200)))),
        "crashes": (1, lambda: world.crashes(dice.choice((0, 30, 7200)), dice.choice((0, *JUMPS)))),
        "tidies": (1, world.tidies),
    }  # fmt: skip
    names = list(deeds)
    name = dice.choices(names, [deeds[each][0] for each in names])[0]
    deeds[name][1]()
    return name
