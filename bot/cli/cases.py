"""At which hour somebody is to be heard from, for whoever looks at their case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text as Line

from bot.cases.queries import find_case_id
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_json, check_in_line
from bot.vault import AuditLog

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.hotline.check_ins.model import CheckIn
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.text import Catalogue
    from bot.vault import Vault


def agreed_check_in(database: Database, vault: Vault, reference: str) -> CheckIn | None:
    """Return what is agreed in a case; None for nothing, or no such case.

    It says no word of the person's: what they want done stands in the case itself.
    """

    def look(work: Work) -> CheckIn | None:
        case = find_case_id(work, reference)
        kept = CheckIns(vault, AuditLog(vault)).of_case(work, case) if case else None
        return None if kept is None else kept.check_in

    return database.writer.run_sync(look)


def check_in_as_json(it: CheckIn | None, zone: ZoneInfo) -> dict[str, object]:
    """Return what is agreed as JSON tells it, under its own name."""
    return {"check_in": check_in_json(it, zone) if it is not None else None}


def check_in_lines(it: CheckIn | None, words: Catalogue, settings: Settings) -> list[Line]:
    """Return what is agreed as it stands below a case."""
    return (
        [] if it is None else [Line(f"\n{check_in_line(it, words, settings.zone)}", style="bold")]
    )
