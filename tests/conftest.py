"""What all tests share: transcripts are tests as well, and no test has a deadline.

On a build server (`CI` is set) hypothesis tries the same examples every time, so that a failure is
the change's own; everywhere else it goes on looking for new ones.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import settings
from pytest_asyncio import is_async_test

from bot.log import configure
from bot.vault import HostKey
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.drill_length import left_to_the_drill
from tests.support.memory_folder import use_memory_folder
from tests.support.paths import TESTS
from tests.support.worker_groups import GroupScheduling, files_with_browser, is_begun_first

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.cli_runner import Haven
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

pytest_plugins = ["tests.support.transcripts_plugin", "tests.support.chromium"]
FILES_RUN, WORKERS = pytest.StashKey[set[str]](), pytest.StashKey[dict[str, str]]()
"""Files that ran in a worker; and, where all is gathered, by which worker each was run."""
SHARE_A_LOOP = (TESTS / "browser", TESTS / "sandbox")
"""Folders whose tests run on one event loop, for the sake of one browser."""

use_memory_folder()
os.environ.setdefault("HAVEN_ENV_FILE", "")  # no test reads the settings of this machine
# Without it every process compiles Haven, and each worker rewrites every assertion, all over again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.disable()  # until the end of the collection: all that it makes stays
settings.register_profile("haven", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("haven")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first what takes longest, and let files that share a browser share an event loop."""
    if long := left_to_the_drill(items):
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)
    items.sort(key=lambda item: not is_begun_first(item.path))
    alone = {item.path for item in items if "chromium" in getattr(item, "fixturenames", ())}
    assert alone <= {*files_with_browser()}, "a browser in a file whose group has none"
    on_one_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.parent in SHARE_A_LOOP and is_async_test(item):
            item.add_marker(on_one_loop, append=False)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    """Keep each file on one process, and files that share what is dear to start on a few."""
    return GroupScheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which files run in this process."""
    item.config.stash.setdefault(FILES_RUN, set()).add(item.nodeid.partition("::")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker say which files it ran."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["files"] = sorted(session.config.stash.get(FILES_RUN, ()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Refuse a run in which workers share a file: each would start all that the file needs."""
    by_file = node.config.stash.setdefault(WORKERS, {})
    for name in getattr(node, "workeroutput", {}).get("files", ()):
        first = by_file.setdefault(name, node.gateway.id)
        assert first == node.gateway.id, f"{name} ran on {first} and on {node.gateway.id}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests whose statements differ between databases on both."""
    is_marked = metafunc.definition.get_closest_marker("both_databases") is not None
    if is_marked and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", DATABASE_KINDS)


def pytest_collection_finish() -> None:
    """Look no more through what stays: thousands of tests and all they import."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    """Let no test write where another one's command wrote."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


@pytest.fixture
def debug_log() -> Iterator[io.StringIO]:
    """Log as a deployment does, with everything turned up to DEBUG."""
    out = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(out)
    root.setLevel(logging.DEBUG)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def run_command(tmp_path: Path) -> Haven:
    """Type commands at one deployment; its database is made by the first that needs it."""
    from tests.support.cli_runner import command_runner  # noqa: PLC0415 - whoever types nothing needs no commands

    HostKey.create(tmp_path / "host.key")
    return command_runner(tmp_path)


@pytest.fixture
def database_kind() -> str:
    """Use SQLite; tests marked `both_databases` run on PostgreSQL as well."""
    return "sqlite"


@pytest.fixture
async def case_store(database_kind: str, tmp_path: Path) -> AsyncIterator[CaseStoreHarness]:
    """Open a case store."""
    from tests.support.harnesses.case_store_harness import CaseStoreHarness  # noqa: PLC0415

    made = CaseStoreHarness(migrated_url(database_kind, tmp_path))
    yield made
    await made.database.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the convention tests found and did not fail on: long files, rules still broken."""
    reports = [it for kind in terminalreporter.stats.values() for it in kind]
    notes = [
        str(value)
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "convention" and report.when == "call"
    ]
    if notes:
        terminalreporter.section("conventions")
        terminalreporter.write_line("\n".join(notes))
