"""What an operator types about the host key: where it may lie, and one rotation at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.vault import HostKey, KeyStore
from bot.vault.keys.key_store import host_key_mark
from tests.cli.test_staff_and_key_commands import keyed
from tests.support.cli_runner import command_runner, start_and_stop
from tests.support.database_fixtures import database_settings, on_both_databases

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.cli_runner import CommandResult, Haven


def test_no_host_key_is_made_in_the_folder_of_the_data(run_command: Haven, tmp_path: Path) -> None:
    keyed(run_command, tmp_path)
    inside = tmp_path / "data" / "sub" / "new.key"
    for command in ("new", "rotate"):
        refused = run_command("keys", command, str(inside))
        assert refused.returncode == 1
        assert f"{inside} is inside HAVEN_DATA" in refused.stderr
        assert not inside.parent.exists()
    assert "host keys that open: 1" in run_command("keys", "status").stdout


def test_a_rotated_key_takes_the_place_of_the_old_one(run_command: Haven, tmp_path: Path) -> None:
    keyed(run_command, tmp_path)
    new = tmp_path / "new.key"
    done = run_command("keys", "rotate", str(new))
    assert done.returncode == 0, done.stderr
    assert f"HAVEN_HOST_KEY_FILE={new}" in done.stdout
    assert "host keys that open: 2" in run_command("keys", "status").stdout
    (tmp_path / "host.key").unlink()
    new.rename(tmp_path / "host.key")
    said = run_command("keys", "status").stdout
    assert "escrow: none" in said
    assert "caseworkers with a key: nobody" not in said
    start_and_stop(tmp_path, tmp_path / "host.key")
    assert "host keys that open: 1" in run_command("keys", "status").stdout


def test_only_a_start_with_the_new_key_ends_the_old_one(run_command: Haven, tmp_path: Path) -> None:
    """The bot may still run on the old one, and has to open the data when it is restarted."""
    keyed(run_command, tmp_path)
    old, new = tmp_path / "host.key", tmp_path / "new.key"
    assert run_command("keys", "rotate", str(new)).returncode == 0
    with_new = command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(new))
    for words in (("doctor",), ("keys", "status"), ("staff", "list"), ("audit", "verify")):
        with_new(*words)
        assert run_command("staff", "list").returncode == 0, words
    start_and_stop(tmp_path, old)
    assert run_command("staff", "list").returncode == 0
    start_and_stop(tmp_path, new)
    refused = run_command("staff", "list")
    assert "this is not the host key of this deployment" in refused.stderr
    assert with_new("staff", "list").returncode == 0


def test_a_second_rotation_waits_for_a_start_with_the_first_new_key(
    run_command: Haven, tmp_path: Path
) -> None:
    """Otherwise the first new key is not the newest, and a start with it would retire nothing."""
    keyed(run_command, tmp_path)
    new, newer = tmp_path / "new.key", tmp_path / "newer.key"
    assert run_command("keys", "rotate", str(new)).returncode == 0
    mark = host_key_mark(HostKey.load(new)).hex()
    for haven in (run_command, command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(new))):
        refused = haven("keys", "rotate", str(newer))
        assert refused.returncode == 1
        assert "the host key was rotated before: " in refused.stderr
        assert not newer.exists()
    assert run_command("keys", "rotate", str(new)).returncode == 0  # the same again is no second
    start_and_stop(tmp_path, new)
    with_new = command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(new))
    assert "rotation" not in with_new("keys", "status").stdout
    assert with_new("keys", "rotate", str(newer)).returncode == 0
    assert mark not in with_new("keys", "status").stdout


def test_an_open_rotation_is_named_with_what_ends_it(run_command: Haven, tmp_path: Path) -> None:
    keyed(run_command, tmp_path)
    new, check = tmp_path / "new.key", "no earlier host key opens it"
    assert f"fine   {check}" in run_command("doctor").stdout
    rotated = run_command("keys", "rotate", str(new))
    mark = host_key_mark(HostKey.load(new)).hex()
    assert f"The new key has the mark {mark}" in rotated.stdout
    for words, begins in ((("doctor",), f"wrong  {check}"), (("keys", "status"), "A rotation")):
        said = run_command(*words).stdout
        assert f"{begins}: start Haven with the key of mark {mark}" in said.replace(" is open", "")
        assert "a mark is computed from a key and names it" in said
        said = command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(new))(*words).stdout
        assert "an earlier key opens the data until Haven is started with this one" in said


def test_a_new_key_that_was_lost_unused_is_given_up_for_another(
    run_command: Haven, tmp_path: Path
) -> None:
    keyed(run_command, tmp_path)
    lost, other = tmp_path / "lost.key", tmp_path / "other.key"
    assert run_command("keys", "rotate", str(lost)).returncode == 0
    done = run_command("keys", "rotate", str(other), "--discard-unused")
    assert done.returncode == 0, done.stderr
    assert "Host keys that open no data any more: 1." in done.stdout
    assert "host keys that open: 2" in run_command("keys", "status").stdout
    refused = command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(lost))("keys", "status")
    assert "this is not the host key of this deployment" in refused.stderr
    start_and_stop(tmp_path, other)
    with_other = command_runner(tmp_path, HAVEN_HOST_KEY_FILE=str(other))
    ended = with_other("keys", "rotate", str(tmp_path / "third.key"), "--discard-unused")
    assert "Host keys that open no data any more: 0." in ended.stdout  # never the one before


@on_both_databases
def test_of_two_rotations_at_once_one_is_refused_and_changes_nothing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--discard-unused` each would end the key that the other has just made."""
    more = {f"HAVEN_{name.upper()}": it for name, it in database_settings(kind).items()}
    typed = command_runner(tmp_path, **more)
    HostKey.create(tmp_path / "host.key")
    keyed(typed, tmp_path)
    first, second = tmp_path / "first.key", tmp_path / "second.key"
    inside: list[CommandResult] = []

    def another_begins(*given: Any) -> int:
        if not inside:
            inside.append(typed("keys", "rotate", str(second), "--discard-unused"))
        return discard(*given)

    discard = KeyStore.discard_unused_keys
    monkeypatch.setattr(KeyStore, "discard_unused_keys", another_begins)
    done = typed("keys", "rotate", str(first), "--discard-unused")
    (refused,) = inside
    assert (done.returncode, refused.returncode) == (0, 1), done.stderr
    assert "another haven keys rotate is running; nothing was changed" in refused.stderr
    assert not second.exists()
    with_first = command_runner(tmp_path, **more | {"HAVEN_HOST_KEY_FILE": str(first)})
    assert "host keys that open: 2" in with_first("keys", "status").stdout
    assert typed("keys", "rotate", str(second), "--discard-unused").returncode == 0
