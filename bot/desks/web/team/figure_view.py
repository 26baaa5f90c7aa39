"""What the page of figures draws: rows with their names, bars and columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.queries import REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.desks.web import texts
from bot.hotline.figures.report import year_totals
from bot.hotline.figures.session_counts import NO_QUESTION, SENT
from bot.hotline.figures.sources import NO_REPLY, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.web.request import DeskRequest
    from bot.hotline.figures.model import ShownCount, ShownFigure, ShownMonth, ShownTable

MONTHS_IN_CHART = 12
MAX_NAMES_LENGTH = 80
"""Characters of a list of names in one row."""
COLUMN_WIDTH, CHART_HEIGHT, BAR_LENGTH = 20, 60, 100
"""In units of the drawings."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of a table."""

    label: str
    number: int
    share: tuple[int, int] | None
    bar: int
    """Length of its bar, 0 to `BAR_LENGTH`, against the largest row."""


@dataclass(frozen=True, slots=True)
class FigureTableView:
    """One table of a figure."""

    dimension: str
    rows: list[FigureRow]
    left_out: list[str]
    """Names of rows that are left out."""
    rest: int | None
    """What those have together; None where it cannot be told."""
    has_shares: bool

    @property
    def names_left_out(self) -> bool:
        """Whether the names of what is left out are short enough to be listed."""
        return len(", ".join(self.left_out)) <= MAX_NAMES_LENGTH


@dataclass(frozen=True, slots=True)
class Column:
    """One month of a chart."""

    month: str
    number: int | None
    x: int
    height: int


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure of the page."""

    name: str
    total: ShownCount | None
    has_total: bool
    tables: list[FigureTableView]
    columns: list[Column]
    at_least: int
    is_exact: bool


def figure_views(
    request: DeskRequest, month: ShownMonth, months: Sequence[ShownMonth]
) -> list[FigureView]:
    """Return the figures of a month, each with the months up to it."""
    recent = [it for it in months if it.month <= month.month][-MONTHS_IN_CHART:]
    totals = year_totals(recent)
    found = []
    for it in month.figures:
        total = totals[it.name]
        has_total = any(number is not None for number in total.months)
        tables = [_table(request, it, table) for table in it.tables]
        columns = _columns(recent, total.months)
        found.append(
            FigureView(
                it.name, it.total, has_total, tables, columns, total.at_least, total.is_exact
            )
        )
    return found


def _table(request: DeskRequest, figure: ShownFigure, table: ShownTable) -> FigureTableView:
    names = {code: code_name(request, table.dimension, code) for code in table.rows}
    if table.dimension == "step":
        names = tell_apart(names)
    shown = {code: it for code, it in table.rows.items() if it is not None}
    largest = max((it.number for it in shown.values()), default=0)
    rows = [
        FigureRow(names[code], it.number, it.share, it.number * BAR_LENGTH // max(largest, 1))
        for code, it in shown.items()
    ]
    left_out = [names[code] for code in table.rows if code not in shown]
    rest = None
    if figure.total is not None and left_out:
        rest = figure.total.number - sum(it.number for it in shown.values())
    return FigureTableView(table.dimension, rows, left_out, rest, any(it.share for it in rows))


def _columns(months: Sequence[ShownMonth], numbers: Sequence[int | None]) -> list[Column]:
    largest = max((it or 0 for it in numbers), default=0)
    return [
        Column(
            month.name, number, place * COLUMN_WIDTH,
            (number or 0) * CHART_HEIGHT // max(largest, 1),
        )
        for place, (month, number) in enumerate(zip(months, numbers, strict=True))
    ]  # fmt: skip


def code_name(request: DeskRequest, dimension: str, code: str) -> str:
    """Return what a row is called, in the reader's language; an unknown code stays as it is."""
    locale, context = request.locale, request.context
    if code == OTHER:
        return locale(texts.FIGURE_OTHER)
    law = context.legal_deadlines.law
    named = {
        "queue": lambda: locale(queue_name(code)),
        "language": lambda: locale.language_name(code),
        "kind": lambda: locale(REPORT_KIND_NAMES[code]),
        "outcome": lambda: locale(context.dispositions[code]),
        "reply": lambda: locale(
            texts.NO_REPLY_YET if code == NO_REPLY else texts.RECIPIENT_REPLIES[code]
        ),
        "event": lambda: locale(law.event_kinds[code].text),
        "rule": lambda: locale(next(it.requirement for it in law.rules if it.code == code)),
        "step": lambda: _step_name(request, code),
        "hour": lambda: code.replace("-", "–"),  # noqa: RUF001 - a range of hours
    }
    try:
        return named[dimension]()
    except (KeyError, StopIteration):  # of a release or a country that has them no more
        return code


def tell_apart(names: dict[str, str]) -> dict[str, str]:
    """Return names in which questions of one name are told apart by flow, else by step as well."""
    by_flow = {code: f"{name} ({code.split('.')[0]})" for code, name in names.items()}
    often, often_in_flow = Counter(names.values()), Counter(by_flow.values())
    return {
        code: name if often[name] == 1
        else by_flow[code] if often_in_flow[by_flow[code]] == 1
        else f"{name} ({code})"
        for code, name in names.items()
    }  # fmt: skip


def _step_name(request: DeskRequest, code: str) -> str:
    if code == SENT:
        return request.locale(texts.STEP_SENT)
    if code == NO_QUESTION:
        return request.locale(texts.STEP_NO_QUESTION)
    question = request.context.flow_registry.question(*code.split(".", 1))
    if question is None:
        return code
    return question.short.render(request.locale.flow_catalogue).replace("\n", " ")
