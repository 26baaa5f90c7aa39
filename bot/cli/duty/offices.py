"""`haven offices`: which offices there are, what they serve, and who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson
from bot.cli.output import make_table, print_json, print_table
from bot.hotline.staff.offices import Offices
from bot.hotline.staff.service_hours import ServiceHours
from bot.hotline.staff.staff import Staff

if TYPE_CHECKING:
    from bot.store.writer import Work


def offices(*, as_json: AsJson = False) -> None:
    """List offices; an administrator makes and changes them at the desk."""
    with open_deployment() as deployment:
        store = Offices(deployment.vault, ServiceHours(deployment.settings, deployment.vault))
        staff, now = Staff(deployment.vault), deployment.now()

        def look(work: Work) -> list[dict[str, Any]]:
            ready, active = store.ready(work, now), [it for it in staff.all(work) if it.is_active]
            return [
                {
                    "id": it.id, "names": it.names, "counties": list(it.counties),
                    "is_default": it.is_default, "is_on_duty": it.id in ready,
                    "staff": [each.id for each in active if it.id in each.offices],
                    "waiting": store.waiting_of(work, it.id),
                }
                for it in store.plan(work)
            ]  # fmt: skip

        rows = deployment.run(look)
    if as_json:
        print_json(rows)
        return
    headings = ("id", "name", "counties", "staff", "waiting", "now")
    table = [
        (it["id"], " / ".join(it["names"].values()),
         [*it["counties"], *(["all others"] if it["is_default"] else [])], it["staff"],
         it["waiting"], "on duty" if it["is_on_duty"] else "no one on duty")
        for it in rows
    ]  # fmt: skip
    print_table(make_table(f"Offices: {len(table)}", headings, table))
