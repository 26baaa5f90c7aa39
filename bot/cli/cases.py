"""At which hour somebody is to be heard from, for whoever looks at their case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text as Line

from bot.cases.queries import case_called
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import as_row, told
from bot.vault import Audit

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.hotline.check_ins.model import CheckIn
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Vault


def awaited(database: Database, vault: Vault, reference: str) -> CheckIn | None:
    """Return what is agreed in a case; None for nothing, or no such case.

    It says no word of the person's: what they want done stands in the case itself.
    """

    def look(work: Work) -> CheckIn | None:
        case = case_called(work, reference)
        kept = CheckIns(vault, Audit(vault)).of_case(work, case) if case else None
        return None if kept is None else kept.it

    return database.writer.run_now(look)


def as_json(it: CheckIn | None, zone: ZoneInfo) -> dict[str, object]:
    """Return what is agreed as JSON tells it, under its own name."""
    return {"check_in": as_row(it, zone) if it is not None else None}


def lines(it: CheckIn | None, words: Catalogue, settings: Settings) -> list[Line]:
    """Return what is agreed as it stands below a case."""
    return [] if it is None else [Line(f"\n{told(it, words, settings.zone)}", style="bold")]
