"""Caseworkers as tests drive them, and a desk that writes down whatever it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import Role
from bot.hotline.chat.messages import Exchange, Exchanges
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import Event, Happened
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import Promises
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.staff import Staff
from bot.vault.audit.log import Audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Body, Update
    from bot.store.writer import Work
    from tests.houses import Home


class Board:
    """A desk without a place: it keeps every event."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def is_ours(self, _chat: int) -> bool:
        return False

    def read(self, _work: Work, _update: Update, _now: int) -> list[Command]:
        return []

    def show(
        self, _work: Work, events: Sequence[Event], _now: int
    ) -> list[tuple[bytes, int, Body]]:
        self.events += events
        return []


class Colleague:
    """One caseworker of a house, on duty."""

    def __init__(self, home: Home, name: str, **given: Any) -> None:
        self.home = home
        staff = Staff(home.house.vault)
        about = {
            "role": Role.CASEWORKER,
            "title": "caseworker",
            "languages": ("id", "en", "vi", "th"),
            "queues": ("trafficking", "labour", "child_protection", "violence_at_home",
                       "fishers", "information"),
            "most": 9,
            **given,
        }  # fmt: skip
        now = home.loop.now()
        writer = home.database.writer
        self.id = writer.run_now(lambda work: staff.add(work, now, name=name, **about)).id
        writer.run_now(lambda work: staff.set_duty(work, self.id, on=True))

    def does(self, verb: Verb, case: str = "", **given: Any) -> list[Event]:
        """Give one command; return what desks were shown then."""
        return self.home.orders(Command(verb=verb, by=self.id, case=case, **given))

    def claims(self, case: str = "") -> str:
        """Claim a case, or the next one, and return its id."""
        events = self.does(Verb.CLAIM, case)
        (claimed,) = [event for event in events if event.what is Happened.CLAIMED]
        return claimed.case

    def takes_over(self, case: str) -> list[Event]:
        return self.does(Verb.TAKE_OVER, case)

    def says(self, case: str, words: str) -> list[Event]:
        return self.does(Verb.SAY, case, words=words)

    def hands_back(self, case: str) -> list[Event]:
        return self.does(Verb.HAND_BACK, case)

    def is_disabled(self) -> None:
        """Lose every access, as `haven staff disable` has it."""
        vault, now = self.home.house.vault, self.home.loop.now()
        audit = Audit(vault)
        enrolment = Enrolment(Staff(vault), Claims(audit, Promises()), audit)
        self.home.database.writer.run_now(lambda work: enrolment.disable(work, now, self.id))

    def reads(self, case: str) -> list[Exchange]:
        """Return what was written in a case."""
        opener = self.home.opener(case)
        return self.home.database.writer.run_now(lambda work: Exchanges.of_case(work, case, opener))


def refusals(events: Sequence[Event]) -> list[str]:
    """Return what was refused, in English."""
    return [event.text.source for event in events if event.is_refused and event.text]
