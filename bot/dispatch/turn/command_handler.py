"""Slash commands and alarming words: which flow they begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import MINUTE, to_utc
from bot.dispatch.turn.flow_names import (
    CHILD_ALARM,
    DANGER_FLOW,
    MEDICAL_ALARM,
    SUICIDE_ALARM,
    SUICIDE_FLOW,
    flow_for_alarms,
)
from bot.dispatch.turn.slash_commands import BYE, COMMAND_FLOWS, START
from bot.languages.alarms.find import ALSO_ASKED
from bot.languages.birth_years import says_born_under_18

if TYPE_CHECKING:
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.session import Session


@dataclass(slots=True, eq=False)
class CommandHandler:
    """Runs commands, and begins the danger flow over alarming words."""

    turn: TurnContext
    session: Session
    engine: EngineDriver

    def run_typed(self, name: str, rest: str) -> None:
        """Run a command that was typed; what follows it is kept like any other text."""
        if rest and name == START:
            self.session.apply_partner_link(rest)
        elif rest:
            self.turn.conversation.position.add_extra(rest)
            self.note_alarms(rest)
        self.run(name)

    def run(self, name: str) -> None:
        """Run a command."""
        if name == START:
            self.engine.restart()
        elif name == BYE:
            self.session.end()
        elif name == DANGER_FLOW or not self.turn.is_in_flow(COMMAND_FLOWS[name]):
            self.engine.begin_flow(COMMAND_FLOWS[name])
        else:
            self.engine.repeat_question()

    def note_alarms(self, text: str) -> frozenset[str]:
        """Note the alarming words in a text for staff; return their codes."""
        alarms = self.turn.services.texts.find_alarms(text)
        if says_born_under_18(text, to_utc(self.turn.now).year):
            alarms |= {CHILD_ALARM}
        return self.note(alarms)

    def note(self, alarms: frozenset[str]) -> frozenset[str]:
        """Note alarms for staff, and return them."""
        conversation = self.turn.conversation
        if alarms:
            self.turn.alarms |= alarms
            conversation.alarms.extend(alarms.difference(conversation.alarms))
        return alarms

    def begin_alarm_flow(self, alarms: frozenset[str]) -> None:
        """Begin the flow for these alarms, unless it is open.

        Where staff read already, numbers are shown once, and words of despair show whom to call.
        Who wants to die and is beaten as well gets the digits of both.
        """
        if (flow := self.alarm_flow(alarms)) is not None:
            if flow == SUICIDE_FLOW and alarms - {SUICIDE_ALARM} - ALSO_ASKED:
                self.engine.replies.send_text(self.turn.services.texts.danger_digits)
            self.engine.begin_flow(flow)
            return
        texts = self.turn.services.texts
        is_new = not self.turn.is_in_flow(DANGER_FLOW) and not self.turn.conversation.is_alerted
        if is_new and flow_for_alarms(alarms) == DANGER_FLOW:
            self.engine.replies.send_text(texts.danger_numbers)
            self._note_numbers_shown()
        elif MEDICAL_ALARM in alarms and self.turn.read_case and self._note_numbers_shown():
            # Staff may be far: who bleeds should not wait for them.
            self.engine.replies.send_text(texts.ambulance)

    def _note_numbers_shown(self) -> bool:
        """Note that numbers are shown, also within a burst; False if some were within a minute."""
        now, conversation = self.turn.now, self.turn.conversation
        is_first = now - conversation.numbers_shown_at > MINUTE
        if is_first:
            conversation.numbers_shown_at, self.turn.must_reply = now, True
        return is_first

    def alarm_flow(self, alarms: frozenset[str]) -> str | None:
        """Return the flow that these alarms begin now; None for none."""
        flow = flow_for_alarms(alarms)
        if flow is None or self.turn.is_in_flow(flow):
            return None
        return flow if flow == SUICIDE_FLOW or not self.turn.read_case else None
