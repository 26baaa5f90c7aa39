"""What the page of figures draws: rows with their names, bars and columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.queries import REPORT_KIND_NAMES
from bot.cases.routing import queue_name
from bot.desks.web.team import figure_texts as texts
from bot.desks.web.texts import RECIPIENT_REPLIES
from bot.hotline.figures.casework import SERVICE_FIGURES, SERVICES_GIVEN
from bot.hotline.figures.model import FIGURES
from bot.hotline.figures.report import year_totals
from bot.hotline.figures.session_counts import NO_QUESTION, SENT
from bot.hotline.figures.sources import NO_REPLY, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desks.web.request import DeskRequest
    from bot.hotline.figures.model import ShownCount, ShownFigure, ShownMonth, ShownTable
    from bot.hotline.figures.report import YearCount

MONTHS_IN_CHART = 12
NOT_CHARTED = frozenset({"law"}) | SERVICE_FIGURES.keys() - {SERVICES_GIVEN}
"""Figures without a drawing: they have no sum, or stand in a table of several."""
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
    """None: left out, or not counted."""
    is_counted: bool
    """Whether the figure existed when the month was frozen."""
    x: int
    height: int


@dataclass(slots=True)
class FigureView:
    """One figure of the page."""

    name: str
    is_counted: bool
    """Whether the figure existed when the month was frozen."""
    is_charted: bool
    total: ShownCount | None = None
    tables: list[FigureTableView] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    at_least: int = 0
    is_exact: bool = True

    @property
    def counted_columns(self) -> list[Column]:
        """Return the months in which it is counted."""
        return [it for it in self.columns if it.is_counted]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service with a number for each thing that can become of it; None: left out."""

    label: str
    numbers: list[int | None]


@dataclass(frozen=True, slots=True)
class ServiceTable:
    """What became of each service, as one table."""

    columns: list[FigureView]
    rows: list[ServiceRow]
    """Services of which at least one number is shown."""
    left_out: list[int | None]
    """By column: what its numbers that are left out have together; None where all of it is."""


def figure_views(
    request: DeskRequest, month: ShownMonth, months: Sequence[ShownMonth]
) -> list[FigureView]:
    """Return every figure, as it stands in a month, each with the months up to it."""
    recent = [it for it in months if it.month <= month.month][-MONTHS_IN_CHART:]
    totals, shown = year_totals(recent), {it.name: it for it in month.figures}
    found = []
    for name in FIGURES:
        view = FigureView(name, is_counted=name in shown, is_charted=name not in NOT_CHARTED)
        if name in totals:
            total = totals[name]
            view.columns, view.at_least = _columns(recent, total), total.at_least
            view.is_exact = total.is_exact
        if name in shown:
            view.total = shown[name].total
            view.tables = [_table(request, shown[name], it) for it in shown[name].tables]
        found.append(view)
    return found


def service_table(views: Sequence[FigureView], services: Sequence[str]) -> ServiceTable:
    """Return the figures of services side by side; `services` are their names, in order."""
    columns = [it for it in views if it.name in SERVICE_FIGURES]
    shown = [{row.label: row.number for table in it.tables for row in table.rows} for it in columns]
    rows = [ServiceRow(name, [it.get(name) for it in shown]) for name in services]
    left_out = [next((table.rest for table in it.tables), None) for it in columns]
    return ServiceTable(
        columns, [row for row in rows if any(it is not None for it in row.numbers)], left_out
    )


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


def _columns(months: Sequence[ShownMonth], total: YearCount) -> list[Column]:
    largest = max((it or 0 for it in total.months), default=0)
    return [
        Column(
            month.name, number, place not in total.not_counted, place * COLUMN_WIDTH,
            (number or 0) * CHART_HEIGHT // max(largest, 1),
        )
        for place, (month, number) in enumerate(zip(months, total.months, strict=True))
    ]  # fmt: skip


def code_name(request: DeskRequest, dimension: str, code: str) -> str:
    """Return what a row is called, in the reader's language; an unknown code stays as it is."""
    locale, context = request.locale, request.context
    if code == OTHER:
        return locale(texts.FIGURE_OTHER)
    law = context.legal_deadlines.law
    named = {
        "queue": lambda: locale(queue_name(code)),
        "office": lambda: context.offices.latest.names(locale.language)[code],
        "language": lambda: locale.language_name(code),
        "kind": lambda: locale(REPORT_KIND_NAMES[code]),
        "outcome": lambda: locale(context.dispositions[code]),
        "reply": lambda: locale(
            texts.NO_REPLY_YET if code == NO_REPLY else RECIPIENT_REPLIES[code]
        ),
        "event": lambda: locale(law.event_kinds[code].text),
        "rule": lambda: locale(next(it.requirement for it in law.rules if it.code == code)),
        "service": lambda: service_name(request, code),
        "training": lambda: locale(texts.TRAINING_NAMES[code]),
        "step": lambda: _step_name(request, code),
        "hour": lambda: code.replace("-", "–"),  # noqa: RUF001 - a range of hours
    }
    try:
        return named[dimension]()
    except (KeyError, StopIteration):  # of a release or a country that has them no more
        return code


def service_name(request: DeskRequest, code: str) -> str:
    """Return what a service of the law is called.

    Raises:
        StopIteration: the place has no such service.
    """
    services = request.context.place.services
    return request.locale(next(it.name for it in services if it.code == code))


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
    return request.locale.question_name(question)
