"""The service plan and the duties of a case as lines, for an export. Pure.

No line begins with what someone typed: a spreadsheet must not take it for a formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line
from bot.desks.web.templates import defang
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.desks.locale import StaffLocale
    from bot.desks.web.casework.duty_view import DutiesView
    from bot.desks.web.casework.plan_view import PlanView

SEPARATOR = " · "
APPOINTMENTS, SERVICES, DUTIES = _("Appointments"), _("Services"), _("Duties to report")


def casework_sections(
    locale: StaffLocale, plan: PlanView, duties: DutiesView, names: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """Return headings with their lines, without those that have none; `names` are of staff."""
    sections = (
        (APPOINTMENTS, list(_appointments(plan))),
        (SERVICES, list(_services(plan, names))),
        (DUTIES, list(_duties(duties, names))),
    )
    return [(locale(title), lines) for title, lines in sections if lines]


def _appointments(plan: PlanView) -> Iterator[str]:
    for it in plan.appointments:
        words = (it.words.place, it.words.companion, it.words.interpreter, it.words.note)
        yield _line(it.when, it.service, *words)


def _services(plan: PlanView, names: Mapping[str, str]) -> Iterator[str]:
    for it in plan.services:
        yield _line(it.name, it.state_name, *it.used)
        for one in reversed(it.entries):
            if not one.is_struck:
                yield _line(one.day, one.what, one.details, names.get(one.by, one.by))


def _duties(duties: DutiesView, names: Mapping[str, str]) -> Iterator[str]:
    for it in duties.duties:
        if it.is_open or it.records:
            yield _line(it.name, it.state_name, it.line)
        for one in it.records:
            said = (words for _label, words in one.details)
            yield _line(one.when or it.name, one.what, *said, names.get(one.by, one.by))


def _line(first: str, *parts: str) -> str:
    return SEPARATOR.join(escape_line(defang(it)) for it in (first, *parts) if it)
