"""What may be divided among processes, and what each of them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.roles import ALL_ROLES, BOT_ROLES, ProcessRole
from bot.app.roles.role import ONLY, answers_at_once, names, require_shared_store
from bot.app.run import JOBS
from bot.cli.health.processes import describe, missing_roles, refuse_missing
from bot.errors import HavenError, SettingError
from bot.settings import load_settings
from bot.store.processes.running import RUNS, STANDS_BY, RunningProcess

if TYPE_CHECKING:
    from tests.support.cli_runner import Haven

POSTGRESQL = {
    "database_url": "postgresql://haven@db/haven", "keys_url": "postgresql://haven@db/keys",
}  # fmt: skip
NOW = 10**15


def test_every_role_has_its_jobs_and_a_name() -> None:
    assert set(JOBS) == set(ProcessRole)
    assert ONLY[""] == ALL_ROLES
    assert ONLY["bot"] == BOT_ROLES
    assert names(ALL_ROLES) == "front,worker,leader,desk"


def test_what_arrives_is_answered_at_once_where_one_process_does_it_all() -> None:
    at_once = {only for only, roles in ONLY.items() if answers_at_once(roles)}
    assert at_once == {"", "bot"}


@pytest.mark.parametrize("only", sorted(ONLY))
def test_on_sqlite_one_process_does_everything_but_the_desk(only: str) -> None:
    settings = load_settings()
    if only in {"", "bot", "desk"}:
        require_shared_store(settings, only, is_standby=False)
    else:
        with pytest.raises(SettingError, match=f"--only {only} needs PostgreSQL.* leave --only"):
            require_shared_store(settings, only, is_standby=False)
    require_shared_store(load_settings(**POSTGRESQL), only, is_standby=False)


def test_keys_in_a_file_of_one_machine_are_no_keys_of_several() -> None:
    settings = load_settings(database_url=POSTGRESQL["database_url"])
    with pytest.raises(SettingError, match=r"HAVEN_KEYS_URL: .*postgresql://"):
        require_shared_store(settings, "worker", is_standby=False)


def test_only_who_may_lead_stands_by() -> None:
    settings = load_settings(**POSTGRESQL)
    for only in ("", "bot", "leader"):
        require_shared_store(settings, only, is_standby=True)
    for only in ("front", "worker", "desk"):
        with pytest.raises(SettingError, match="leave --standby out"):
            require_shared_store(settings, only, is_standby=True)
    with pytest.raises(SettingError, match="--standby needs PostgreSQL"):
        require_shared_store(load_settings(), "", is_standby=True)


def test_a_start_in_a_role_names_the_fix(run_command: Haven) -> None:
    done = run_command("start", "--only", "workers")
    assert done.returncode != 0
    assert "is none of: bot, front, worker, leader, desk" in " ".join(done.stderr.split())
    done = run_command("start", "--only", "worker")
    assert done.returncode != 0
    assert "needs PostgreSQL" in " ".join(done.stderr.split())


def process(roles: str, host: str, *, state: str = RUNS, release: str = "1") -> RunningProcess:
    return RunningProcess(hash((roles, host)), roles, host, 1, 7, state, release, NOW, NOW)


def test_the_doctor_says_which_roles_run_where_and_which_are_missing() -> None:
    running = [
        process("front", "one"), process("leader", "two"),
        process("leader", "three", state=STANDS_BY),
    ]  # fmt: skip
    assert describe(running, NOW) == (
        "processes: front on one, leader on two, leader stands by on three"
    )
    assert missing_roles(running, NOW) == [ProcessRole.WORKER]
    with pytest.raises(HavenError, match=r"no worker runs: .*start one: haven start --only worker"):
        refuse_missing(running, NOW)
    refuse_missing([*running, process("worker", "four")], NOW)
    with pytest.raises(HavenError, match="several releases run \\(1, 2\\)"):
        refuse_missing([*running, process("worker", "four", release="2")], NOW)


def test_where_nothing_runs_nothing_is_missing() -> None:
    assert describe([], NOW) == "processes: none runs"
    refuse_missing([], NOW)
    refuse_missing([process("desk", "one")], NOW)
