"""Somebody writes a needle into everything the bot asks, and sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.needle_search import NEEDLE

if TYPE_CHECKING:
    from tests.support.harnesses.live_deployment import LivePerson

PLANTED = 6
"""Needles that are found again in a report, at least, by whoever may open it."""


async def report_needle_everywhere(guest: LivePerson) -> str:
    """Report from the first hello on, with a file, and return the reference."""
    await guest.arrives()
    await guest.press("Tell what happened", "About me", "I am safe here", "Papers back", "Done")
    await guest.say(f"{NEEDLE} beside")
    await guest.press("You may keep them", "Age 18 or over")
    await guest.say(f"{NEEDLE} happened")
    await guest.press("More questions first", *["Skip"] * 3)
    await guest.say(f"{NEEDLE} street")
    await guest.press(*["Skip"] * 4)
    await guest.say(f"{NEEDLE} since")
    await guest.press("Skip")
    before = guest.said()
    guest.phone.send_file(
        f"{NEEDLE} in a file ".encode() * 300, name=f"{NEEDLE}.pdf", caption=f"{NEEDLE} caption"
    )
    await guest.sees_more_than(before)
    await guest.press("Done")
    await guest.say(f"{NEEDLE} else")
    await guest.press("Show my answers")
    assert any(f"{NEEDLE} happened" in text for text in guest.said())
    await guest.press("Go on", "Send")
    reference = await guest.reference()
    await guest.press("Skip", "More choices")
    await guest.say(f"{NEEDLE}")
    await guest.press("Skip", "Skip")
    return reference
