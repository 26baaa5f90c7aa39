"""Services of a demo's directory: made up, with numbers that ring nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.clock import DAY, HOUR
from bot.hotline.directory.model import Guests, ProposedChange, ServiceContent
from bot.hotline.staff.opening_hours import same_week
from bot.partners.partners import Partners
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from bot.hotline.directory.store import ServiceDirectory
    from bot.store.writer import Work

WORKDAYS = range(1, 6)
SOURCE = "made up for this demo"
CHANGED = "Two Rivers"
"""What the service is called that a colleague wants to change."""
OF_A_PARTNER = "North Pier Hostel"
"""What the demo's partner offers, if there is one: it is asked to look again."""
SERVICES: tuple[tuple[ServiceContent, int, int | None], ...] = (
    (
        ServiceContent(
            name="Paper Lantern House (made up)", services=("place", "counsellor"),
            counties=("TPE", "NWT", "KEE"), languages=("id", "vi", "en", "zh_Hant"),
            week=same_week("00:00-24:00"), places=12, guests=(Guests.WOMEN, Guests.CHILDREN),
            contact="02-0000-0101, ask for the night shift\nThey meet people at a station",
            note="No papers needed for the first three nights", source=SOURCE,
        ),
        2, 3,
    ),
    (
        ServiceContent(
            name="North Pier Hostel (made up)", services=("place", "home"),
            counties=("KHH", "PIF"), languages=("id", "fil", "en"),
            week=same_week("00:00-24:00"), places=20, guests=(Guests.MEN,),
            contact="07-000-0102", note="For people who worked at sea", source=SOURCE,
        ),
        25, None,
    ),
    (
        ServiceContent(
            name="Plum Street Clinic (made up)", services=("doctor",), counties=("TAO", "HSZ"),
            languages=("vi", "th", "zh_Hant"), week=same_week("09:00-18:00", WORKDAYS),
            contact="03-000-0103, Ms. Example", is_public=True, source=SOURCE,
            note="Sees people without insurance on Tuesday",
        ),
        10, None,
    ),
    (
        ServiceContent(
            name="Two Rivers Legal Desk (made up)", services=("lawyer", "beside"),
            languages=("en", "zh_Hant", "id"), week=same_week("10:00-17:00", WORKDAYS),
            contact="02-0000-0104\nlegal@two-rivers.example", is_public=True, source=SOURCE,
        ),
        40, None,
    ),
    (
        ServiceContent(
            name="Open Window Counselling (made up)", services=("counsellor", "welfare"),
            counties=("TXG", "CHA", "NAN"), languages=("zh_Hant", "th", "km"),
            week=same_week("13:00-21:00"), contact="04-0000-0105", source=SOURCE,
        ),
        100, None,
    ),
    (
        ServiceContent(
            name="Four Winds Interpreters (made up)", services=("interpreter",),
            languages=("my", "km", "th", "vi", "id"), week=same_week("00:00-24:00"),
            contact="0900-000-106", note="By telephone within half an hour", source=SOURCE,
        ),
        5, None,
    ),
)  # fmt: skip
"""Each with the days since it was verified, and the places that are free."""


def add_services(
    work: Work, directory: ServiceDirectory, proposer: str, approver: str, now: int
) -> None:
    """Fill an empty directory, and leave one proposal to decide about."""
    if directory.all(work) or directory.waiting(work):
        return
    partners = Partners.all(work)
    for content, days, free in SERVICES:
        if content.name.startswith(OF_A_PARTNER) and partners:
            content = replace(content, partner=partners[0].id)  # noqa: PLW2901 - as it is stored
        _outcome, number = directory.propose_new(
            work, content, OPERATOR, now, verified_at=now - days * DAY
        )
        directory.approve(work, number, approver, now, seen=0)
        proposal = directory.proposal(work, number)
        if proposal is not None and free is not None:
            directory.update_free_places(work, proposal.service, free, approver, now - HOUR)
    changed = next(it for it in directory.all(work) if it.content.name.startswith(CHANGED))
    wanted = replace(changed.content, note="Closed from 30 December to 3 January")
    change = ProposedChange(wanted=wanted, why="They said so on the telephone", verified_at=now)
    directory.propose_change(work, changed.id, change, proposer, now)
