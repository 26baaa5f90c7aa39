"""What every command shares: one deployment, imports at need, ids printed whole."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from bot.cases.state_machine import Role
from bot.cli.deployment import open_deployment
from bot.cli.main import CaseCommands, Commands, app
from bot.cli.output import make_table, print_table
from bot.cli.staff import enrol
from bot.hotline.staff.staff import Staff
from bot.vault import HostKey
from bot.vault.keys.case_keys import CaseKeyWraps
from bot.vault.keys.staff_keys import StaffKeys
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

AGREED = {
    "name": "Mei", "role": Role.CASEWORKER, "title": "caseworker", "languages": ("id",),
    "queues": ("labour",), "skills": (), "most": 3, "account": 0,
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HostKey.create(tmp_path / "host.key")
    monkeypatch.setenv("HAVEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HAVEN_HOST_KEY_FILE", str(tmp_path / "host.key"))


def enrolled() -> tuple[int, int]:
    """Return how many caseworkers and how many keys there are."""
    with open_deployment() as deployment:
        staff = deployment.run(Staff(deployment.vault).all)
        return len(staff), len(deployment.vault.cases.wraps.holders().members)


# --- One transaction --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "step"), [(StaffKeys, "enrol"), (CaseKeyWraps, "rewrap_all"), (Staff, "add")]
)
def test_a_failed_enrolment_leaves_neither_caseworker_nor_key(
    settings: None, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    with open_deployment(create=True) as deployment:
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, fails)
            with pytest.raises(OSError, match="the disk"):
                enrol(deployment, AGREED, PASSWORD, CHEAP)
        assert enrolled() == (0, 0)
        enrol(deployment, AGREED, PASSWORD, CHEAP)  # the control
    assert enrolled() == (1, 1)


def test_a_key_is_removed_if_the_transaction_fails_after_it_was_stored(
    settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = []
    monkeypatch.setattr(CaseKeyWraps, "rewrap_all", lambda *_: stored.append(keys()) or fails())
    with open_deployment(create=True) as deployment:
        keys = deployment.vault.cases.wraps.holders
        with pytest.raises(OSError, match="the disk"):
            enrol(deployment, AGREED, PASSWORD, CHEAP)
    (holders,) = stored
    assert len(holders.members) == 1  # it had been stored
    assert enrolled() == (0, 0)


def fails(*_given: object, **_named: object) -> None:
    raise OSError("the disk")


# --- Start-up ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "from bot.app.storage import open_vault",
        "import bot.cli.deployment",
        "import bot.cli.staff, bot.cli.cases.show, bot.cli.keys",
    ],
)
def test_opening_a_vault_loads_no_telegram_library(code: str) -> None:
    assert run_python(f"{code}; import sys; print('telegram' in sys.modules)") == "False"


def test_the_bot_itself_loads_the_telegram_library() -> None:
    assert run_python("import bot.app.run, sys; print('telegram' in sys.modules)") == "True"


def test_the_list_of_commands_imports_no_command() -> None:
    code = (
        "import sys; sys.argv = ['haven', '--help']\n"
        "from bot.cli.main import app\n"
        "try: app()\n"
        "except SystemExit: print('bot.app.storage' in sys.modules)"
    )
    assert run_python(code).splitlines()[-1] == "False"


def test_a_start_loads_no_library_that_it_does_not_use() -> None:
    assert unused_after("sys.argv[1:] = ['start', '--only', 'nothing']; main()") == "[]"
    assert unused_after("import bot.app.web_desk; sys.exit()") == "[]"
    assert unused_after("import rich.syntax; sys.exit()") == "['pygments', 'rich']"


def test_the_list_of_cases_loads_nothing_that_colors_tracebacks() -> None:
    assert unused_after("import bot.cli.cases.queue; sys.exit()") == "['rich']"


def test_a_start_leaves_what_was_imported_to_no_collector() -> None:
    code = (
        "import gc, sys; sys.argv[1:] = ['start', '--only', 'nothing']\n"
        "from bot.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print(gc.get_freeze_count() > 100_000)"
    )
    assert run_python(code).splitlines()[-1] == "True"


UNUSED_AT_START = {
    "frozenlist._frozenlist", "greenlet", "phonenumbers", "pydantic", "pygments", "pyrage", "rich",
    "segno", "sqlalchemy.dialects.postgresql",
}  # fmt: skip


def unused_after(code: str) -> str:
    printed = run_python(
        "import sys; from bot.cli.main import main\n"
        f"try: {code}\n"
        f"except SystemExit: print(sorted({UNUSED_AT_START} & sys.modules.keys()))"
    )
    return printed.splitlines()[-1]


def run_python(code: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip()


@pytest.mark.parametrize("group", [Commands, CaseCommands])
def test_every_listed_command_exists_and_says_what_it_does(group: type[Commands]) -> None:
    commands = group(name="haven")
    for name, entry in chain.from_iterable(it.items() for it in group.sections.values()):
        found = commands.get_command(typer.Context(commands), name)
        assert found is not None
        assert found.help
        assert entry.summary.endswith(".")


# --- Ids whole --------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["20", "60"])
def test_a_table_keeps_every_id_whole_on_a_narrow_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ids = ["1a2b3c4d", "K7M4Q9WXA3", "f" * 64]
    print_table(make_table("Found", ("id", "name", "digest"), [(*ids[:2], ids[2])]))
    shown = capsys.readouterr().out
    assert all(each in shown for each in ids)


def test_a_caseworker_is_listed_whole_on_a_narrow_terminal(
    settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    with open_deployment(create=True) as deployment:
        new, _ = enrol(deployment, AGREED, PASSWORD, CHEAP)
    assert new.id in CliRunner().invoke(app, ["staff", "list"]).output
