"""Caseworkers as tests drive them, and a desk that writes down whatever it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import Role
from bot.hotline.chat.messages import CaseMessage, CaseMessages
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.staff import Staff
from bot.vault.audit.log import AuditLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Body, Update
    from bot.store.writer import Work
    from tests.support.harnesses.hotline_harness import HotlineHarness


class RecordingDesk:
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


class CaseworkerDriver:
    """One caseworker of a house, on duty."""

    def __init__(self, home: HotlineHarness, name: str, **given: Any) -> None:
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
        self.id = writer.run_sync(lambda work: staff.add(work, now, name=name, **about)).id
        writer.run_sync(lambda work: staff.set_duty(work, self.id, on=True))

    def run_command(self, verb: Verb, case: str = "", **given: Any) -> list[Event]:
        """Give one command; return what desks were shown then."""
        return self.home.send_staff_command(Command(verb=verb, by=self.id, case=case, **given))

    def claims(self, case: str = "") -> str:
        """Claim a case, or the next one, and return its id."""
        events = self.run_command(Verb.CLAIM, case)
        (claimed,) = [event for event in events if event.kind is EventKind.CLAIMED]
        return claimed.case

    def gives_reason(self, case: str) -> None:
        """Say, as a supervisor, why one acts on a colleague's case."""
        assert not refusals(self.run_command(Verb.GIVE_REASON, case, text="She is ill."))

    def take_over(self, case: str) -> list[Event]:
        return self.run_command(Verb.TAKE_OVER, case)

    def says(self, case: str, words: str) -> list[Event]:
        return self.run_command(Verb.SEND, case, text=words)

    def hand_back(self, case: str) -> list[Event]:
        return self.run_command(Verb.HAND_BACK, case)

    def disable(self) -> None:
        """Lose every access, as `haven staff disable` has it."""
        vault, now = self.home.house.vault, self.home.loop.now()
        audit = AuditLog(vault)
        enrolment = Enrolment(vault, Claims(audit, ReplyClocks()), audit)
        self.home.database.writer.run_sync(lambda work: enrolment.disable(work, now, self.id))

    def reads(self, case: str) -> list[CaseMessage]:
        """Return what was written in a case."""
        opener = self.home.opener(case)
        return self.home.database.writer.run_sync(
            lambda work: CaseMessages.of_case(work, case, opener)
        )


def refusals(events: Sequence[Event]) -> list[str]:
    """Return what was refused, in English."""
    return [event.text.source for event in events if event.is_refused and event.text]
