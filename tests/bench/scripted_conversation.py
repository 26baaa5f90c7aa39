"""The conversation everybody walks: ten steps, four of them buttons, six in the person's own words.

The words are about as long as those people write; the same text goes through every peer.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Step(NamedTuple):
    """One question of the walk and what our person answers."""

    name: str
    asks: str
    answer: str
    """A choice's code, or the words."""
    choices: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Rows of (label, code); none for a question answered in words."""


STEPS: Final = (
    Step(
        "language",
        "Choose your language / Pilih bahasa / Chọn ngôn ngữ / เลือกภาษา",
        "en",
        ((("English", "en"), ("Indonesia", "id")), (("Tiếng Việt", "vi"), ("ไทย", "th"))),
    ),
    Step(
        "consent",
        "We keep what you write only to help you. You can erase everything at any time with /stop. "
        "Shall we go on?",
        "yes",
        ((("Go on", "yes"), ("Not now", "no")),),
    ),
    Step(
        "danger",
        "Are you in danger right now?",
        "no",
        ((("In danger now", "yes"), ("Not right now", "no")),),
    ),
    Step(
        "what",
        "What happened? Please tell us in your own words.",
        "The employer has kept our documents since spring and the pay is late again. We work until "
        "midnight, there are two more women with me.",
    ),
    Step(
        "since",
        "When did it begin?",
        "It started about three weeks ago and it is still going on",
    ),
    Step("where", "Where did it happen (city, district)?", "Taoyuan, near the eastern station"),
    Step(
        "tonight",
        "Do you have a safe place to stay tonight?",
        "No, only until tomorrow morning",
    ),
    Step(
        "others",
        "Who else is affected (children, relatives)?",
        "My daughter, she is 6 years old",
    ),
    Step(
        "contact",
        "How may we write to you safely?",
        "Only here in Telegram please, in the evening after nine",
    ),
    Step("confirm", "Please check", "yes", ((("Send", "yes"), ("Change", "no")),)),
)

DONE: Final = "Thank you. We have what you sent. A caseworker will write to you here."
"""The last thing a person hears; the transports count it."""

UPDATES: Final = 1 + len(STEPS)
"""What one person sends: /start, then an answer to each step."""

STORED: Final = 6
"""How many answers the conversations have that were there before; they wait at the next step."""


def stored_answers() -> dict[str, str]:
    """Return the answers of a conversation that was there before, a new dict each time."""
    return {step.name: step.answer for step in STEPS[:STORED]}


STORED_PERSON: Final = 1_000_000
"""The first of the people who were there before; a million of them never meet the feed's."""


def press(_: int, step: Step) -> str:
    """Return the callback data of a step's answer, as the peers write it on everybody's buttons."""
    return f"{step.name}:{step.answer}"
