"""Fee sheets: the sessions of a month with their minutes, the night among them, and the amounts."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND
from bot.places.interpreter_fees import SessionFee

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from bot.hotline.interpreting.sessions import InterpretedHours
    from bot.places.interpreter_fees import FeeRule

_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")
MONTHS_BACK = 24
"""Hours are kept for two years."""
COLUMNS = (
    "interpreter", "name", "date", "began", "ended", "minutes", "night_minutes", "amount", "rule"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One session on a sheet."""

    hours: InterpretedHours
    fee: SessionFee
    has_amount: bool
    """Whether there is a rule; else only the hours are known."""


@dataclass(frozen=True, slots=True)
class FeeTotal:
    """The sum of one interpreter's month."""

    interpreter: str
    sessions: int
    minutes: int
    night_minutes: int
    amount: int


def fee_lines(
    hours: Iterable[InterpretedHours], rules: Sequence[FeeRule], zone: tzinfo
) -> list[FeeLine]:
    """Return sessions with what the first of the rules pays; without a rule, their minutes."""
    return [_fee_line(it, rules[0] if rules else None, zone) for it in hours]


def _fee_line(hours: InterpretedHours, rule: FeeRule | None, zone: tzinfo) -> FeeLine:
    if rule is None:
        minutes = (hours.ended_at - hours.began_at) // MINUTE
        return FeeLine(hours, SessionFee(minutes, 0, 0), has_amount=False)
    return FeeLine(hours, rule.fee(hours.began_at, hours.ended_at, zone), has_amount=True)


def fee_totals(lines: Iterable[FeeLine]) -> list[FeeTotal]:
    """Return the sums of a month, one for each interpreter, in the order of their first session."""
    by_interpreter: dict[str, list[SessionFee]] = {}
    for it in lines:
        by_interpreter.setdefault(it.hours.interpreter, []).append(it.fee)
    return [
        FeeTotal(
            who, len(fees), sum(it.minutes for it in fees), sum(it.night_minutes for it in fees),
            sum(it.amount for it in fees),
        )
        for who, fees in by_interpreter.items()
    ]  # fmt: skip


def fee_csv(
    lines: Iterable[FeeLine], names: Mapping[str, tuple[str, str]], rule: FeeRule | None,
    zone: tzinfo,
) -> str:  # fmt: skip
    """Return a month as CSV; `names` are the pseudonym and the name of each interpreter."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for it in lines:
        pseudonym, name = names.get(it.hours.interpreter, (it.hours.interpreter, ""))
        began, ended = (_local(at, zone) for at in (it.hours.began_at, it.hours.ended_at))
        rows.writerow((
            pseudonym, _plain(name), f"{began:%Y-%m-%d}", f"{began:%H:%M}", f"{ended:%H:%M}",
            it.fee.minutes, it.fee.night_minutes, it.fee.amount if it.has_amount else "",
            rule.code if rule else "",
        ))  # fmt: skip
    return written.getvalue()


def _plain(name: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in {"=", "+", "-", "@", "\t", "\r"} else name


def month_of(moment: int, zone: tzinfo) -> str:
    """Return the month of a moment, e.g. `2026-11`."""
    return f"{_local(moment, zone):%Y-%m}"


def parse_month(written: str, moment: int, zone: tzinfo) -> str:
    """Return a month as it was asked for; that of the moment for anything else."""
    return written if _MONTH.fullmatch(written) else month_of(moment, zone)


def month_span(month: str, zone: tzinfo) -> tuple[int, int]:
    """Return the first moment of a month, and the first of the next."""
    year, number = map(int, month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return _begin(date(year, number, 1), zone), _begin(following, zone)


def recent_months(moment: int, zone: tzinfo) -> list[str]:
    """Return the months for which hours can be known, the newest first."""
    at = _local(moment, zone)
    numbers = (at.year * 12 + at.month - 1 - back for back in range(MONTHS_BACK))
    return [f"{it // 12}-{it % 12 + 1:02}" for it in numbers]


def _begin(day: date, zone: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND


def _local(moment: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, zone)
