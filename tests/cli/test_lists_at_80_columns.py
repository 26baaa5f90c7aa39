"""Lists at a terminal of 80 columns: every id is whole, and no line is broken by the edge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from bot.cli.output import make_table, print_table
from bot.vault import Vault
from tests.support.cli_runner import run_haven, written
from tests.support.database.key_store_fixtures import (
    PASSWORD,
    QUEUES,
    enrol_approved,
    key_store,
    staff_keys,
)
from tests.support.harnesses import hotline_harness
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.moved_clock import MIDDAY
from tests.support.terminal import CONTROL, shown_at_a_terminal

if TYPE_CHECKING:
    from pathlib import Path

WIDE = 80
KEY = bytes(range(32)).hex()
"""The key of the vault in `tests.support.harnesses.hotline_harness`."""
PARTNER = "Harbour House for Fishers of Keelung"
LISTS = {
    ("cases", "list"): ("case",),
    ("staff", "list"): ("mei", "jun"),
    ("staff", "requests"): ("hoa",),
    ("keys", "status"): ("mei", "jun"),
    ("partners", "list"): (),
    ("campaigns", "list"): ("code",),
    ("on-call", "list"): ("mei",),
    ("legal-hold", "list"): ("case", "mei"),
    ("hours",): (),
    ("phrases",): (),
    ("phrases", "--language", "zh_Hant"): (),
    ("directory", "list"): (),
    ("directory", "todo"): (),
    ("directory", "recipients"): (),
    ("languages", "status"): (),
}
"""Commands that print lists, and which ids must be in them."""

Deployed = tuple[dict[str, "Path | str"], dict[str, str]]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """Return the settings of a deployment in which everything is long, and its ids by name."""
    folder, secrets = tmp_path_factory.mktemp("deployment"), tmp_path_factory.mktemp("keys")
    store = key_store(folder)
    vault = Vault(hotline_harness.ROOT, store)
    home = HotlineHarness(folder, vault=vault)
    mei, jun = (home.colleague(name) for name in ("Lin Mei-hua of Taoyuan", "Jun"))
    for each in (mei, jun):
        enrol_approved(staff_keys(vault), each.id, "caseworker", QUEUES, PASSWORD, MIDDAY)
    person = home.person("en")
    person.says("hello")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("My papers are in the blue box.")
    person.presses("Send", "Only when I write", "Skip")
    home.close()
    settings: dict[str, Path | str] = {
        "data": folder, "host_key_file": written(secrets / "host.key", KEY),
        "organisation": "Hope House", "contact": "02-1234", "database_url": home.url,
        "keys_url": store.database.url.render_as_string(hide_password=False),
    }  # fmt: skip

    def typed(*words: str) -> str:
        done = run_haven(*words, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    case = json.loads(typed("cases", "list", "--json"))[0]["reference"]
    password = str(written(secrets / "password", PASSWORD))
    hoa = typed("staff", "add", "Nguyen Thi Hoa", "--language", "vi", "--password-file", password)
    typed("partners", "add", PARTNER)
    link = ("--partner", PARTNER, "--language", "vi")
    code = typed("campaigns", "add", "bus stop in Zhongli, platform two", *link)
    typed("on-call", "set", mei.id, "--hours", "21:00-09:00")
    typed("legal-hold", "place", case, "--by", mei.id, "--reason", "court", "--days", "30")
    ids = {"case": case, "mei": mei.id, "jun": jun.id, "hoa": hoa.split()[0]}
    return settings, {**ids, "code": code.split()[0]}


@pytest.mark.parametrize("typed", LISTS, ids=" ".join)
def test_a_list_fits_a_terminal_of_80_columns_with_every_id_whole(
    typed: tuple[str, ...], deployed: Deployed
) -> None:
    settings, ids = deployed
    shown = shown_at_a_terminal(WIDE, *typed, **settings)
    assert [line for line in shown if cell_len(line) > WIDE] == []
    for name in LISTS[typed]:
        assert any(ids[name] in line for line in shown), name
    assert not any("\N{HORIZONTAL ELLIPSIS}" in line for line in shown)


def test_a_table_too_wide_for_a_terminal_is_printed_as_blocks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COLUMNS": "80", "TTY_COMPATIBLE": "1", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    digest = "f" * 64
    print_table(make_table("Files: 1", ("id", "kind", "sha256"), [("1a2b3c4d", "photo", digest)]))
    lines = [it.rstrip() for it in CONTROL.sub("", capsys.readouterr().out).splitlines()]
    assert lines == ["Files: 1", "", "id      1a2b3c4d", "kind    photo", f"sha256  {digest}"]


def test_without_a_terminal_each_row_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(make_table("", ("id", "text"), [("1a2b3c4d", "word " * 40)]))
    (row,) = [it for it in capsys.readouterr().out.splitlines() if "1a2b3c4d" in it]
    assert row.count("word") == 40
