"""A call that a caseworker takes, and the case that they open from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from tests.support.people.caseworker_driver import CaseworkerDriver

SAID = "The boss keeps my passport and says I owe him 90,000."
READ_ALOUD = "May the people of Hope House write down what you have said?"
NUMBER = "0912 345 678"
CALL = {
    "channel": "phone",
    "language": "vi",
    "answer.safe": "safe",
    "number": NUMBER,
    "times": "evening",
    "if_other": "hang_up",
    "consent": "agreed",
    "wording": READ_ALOUD,
}
"""The fields of a call, as the desk sends them."""


def opens(mei: CaseworkerDriver, text: str = SAID, **changed: str) -> list[Event]:
    """Open a case from a call, with some fields changed; return what desks are shown."""
    return mei.run_command(Verb.OPEN_CASE, text=text, values=CALL | changed)


def case_by_phone(mei: CaseworkerDriver, **changed: str) -> str:
    """Open a case from a call and return its id."""
    events = opens(mei, **changed)
    (case,) = [it.case for it in events if it.kind is EventKind.OPENED]
    return case
