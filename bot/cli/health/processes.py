"""The check of the running processes: which roles run where, and which are missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.app.roles import BOT_ROLES, ProcessRole
from bot.cli.health.levels import CheckWarningError
from bot.errors import HavenError
from bot.store.processes.running import STANDS_BY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.processes.running import RunningProcess

WAITS = {
    ProcessRole.FRONT: "nothing is fetched from Telegram",
    ProcessRole.WORKER: "what people write waits",
    ProcessRole.LEADER: "no letter leaves, and no alarm comes",
}
"""What happens without a process of a role."""
NOT_STARTED = "not started yet: haven start, or the command that haven setup printed"
IDLE = "people get no answer until Haven is started: haven start"


def runs_bot(running: Sequence[RunningProcess], now: int) -> bool:
    """Tell whether any process fetches, answers or sends."""
    return any(it.runs(role, now) for it in running for role in BOT_ROLES)


def missing_roles(running: Sequence[RunningProcess], now: int) -> list[ProcessRole]:
    """Return the roles without a process, while others run; none where nothing runs at all."""
    if not runs_bot(running, now):
        return []
    return [
        role
        for role in ProcessRole
        if role in BOT_ROLES and not any(it.runs(role, now) for it in running)
    ]


def describe(running: Sequence[RunningProcess], now: int) -> str:
    """Return which roles run on which machines, and where one stands by, in one line."""
    alive = [it for it in running if it.is_alive(now)]
    if not alive:
        return "processes: none runs"
    counted = Counter((it.roles.replace(",", " + "), it.state, it.host) for it in alive)
    return "processes: " + ", ".join(
        f"{roles} {'stands by ' if state == STANDS_BY else ''}on {host}"
        + (f" ({times})" if times > 1 else "")
        for (roles, state, host), times in sorted(counted.items())
    )


def check_processes(running: Sequence[RunningProcess], now: int, *, has_run: bool) -> None:
    """Warn where nothing runs, as before the first start; else refuse what is missing."""
    if not any(it.is_alive(now) for it in running):
        raise CheckWarningError(IDLE if has_run else NOT_STARTED)
    refuse_missing(running, now)


def refuse_missing(running: Sequence[RunningProcess], now: int) -> None:
    """Refuse a deployment in which a role has no process, or processes are of several releases."""
    faults = [
        f"no {role} runs: {WAITS[role]}; start one: haven start --only {role}"
        for role in missing_roles(running, now)
    ]
    releases = sorted({it.release for it in running if it.is_alive(now)})
    if len(releases) > 1:
        faults.append(
            f"processes of several releases run ({', '.join(releases)}); install the newest one "
            "everywhere, and restart the others"
        )
    if faults:
        raise HavenError("; ".join(faults))
