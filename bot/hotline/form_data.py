"""What fills a draft of a paper for an office: days staff entered, who helps, what was said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.cases.escape_text import in_a_line
from bot.clock import SECOND
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.cases.queries import Opened
    from bot.hotline.deadlines import CaseClocks
    from bot.places.forms import Paper, Papers
    from bot.store.writer import Work

OFFICE_READS = "zh_Hant"
SAID = frozenset({"report", "request", "talk", "addition"})
"""What a person sent that may have something in it for the reasons of an objection."""


def days(work: Work, clocks: CaseClocks, papers: Papers, paper: Paper, case: str) -> dict[str, str]:
    """Return the days that staff entered for the law's clocks, as papers write them."""
    rows = [row for row in clocks.rows(work, case) if not row.is_struck]
    found = {}
    for blank, code in paper.events.items():
        of = [row.noted.day for row in rows if row.happening.code == code]
        if of:
            found[blank] = papers.says_day(max(of))
    running = clocks.running(work, case)
    last = next((it.last_day for it in running if it.clock.code == paper.code), None)
    return {**found, "last_day": papers.says_day(last)} if last else found


def standing(  # noqa: PLR0913 - who helps, whom, and when
    papers: Papers, opened: Opened, *, organisation: str, contact: str, zone: ZoneInfo, now: int
) -> dict[str, str]:
    """Return what is known of whoever helps, and the little that is known of the person."""
    language = opened.case.language
    return {
        "organisation": in_a_line(organisation),
        "contact": in_a_line(contact),
        "reference": opened.case.reference,
        "language": LANGUAGES[language].own_name if language in LANGUAGES else language,
        "today": papers.says_day(datetime.fromtimestamp(now / SECOND, zone).date()),
    }


def told_in(opened: Opened) -> list[tuple[str, str]]:
    """Return what the person said, question and answer, each on one line."""
    return [
        (in_a_line(told.question), in_a_line(told.answer))
        for received in opened.received
        if received.kind in SAID
        for told in received.told
    ]
