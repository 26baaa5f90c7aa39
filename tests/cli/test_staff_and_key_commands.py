"""What an operator types about staff and the audit log: it is done, noted, or said why not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app.keys import load_host_key
from bot.app.storage import open_database, open_vault
from bot.cases.offices import Office
from bot.errors import SettingError
from bot.hotline.staff.offices import Offices
from bot.hotline.staff.service_hours import ServiceHours
from bot.hotline.staff.staff import Staff
from bot.languages import LANGUAGES
from bot.settings import load_settings
from bot.vault import HostKey
from flows.texts.titles import ROLE_TITLES
from tests.support.cli_runner import (
    command_runner,
    is_user_message,
    listed_cases,
    log_of,
    run_haven,
    start_and_stop,
    written,
)
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]

MEI = ("staff", "add", " Lin  Mei-hua ", "--language", "id", "--language", "vi")


# --- Staff ---------------------------------------------------------------------------------------


def test_a_caseworker_comes_and_goes(run_command: Haven, tmp_path: Path) -> None:
    added = run_command(*MEI, "--account", "6000000001", "--skill", "children")
    assert added.returncode == 0, added.stderr
    (mei,) = listed_cases(run_command)
    assert added.stdout.startswith(f"{mei['id']}  Lin Mei-hua: caseworker, id vi\nRecovery key")
    assert mei | {"id": ""} == {
        "id": "", "name": "Lin Mei-hua", "role": "caseworker", "title": "caseworker",
        "languages": ["id", "vi"], "skills": ["children"], "max_chats": 3, "has_access": True,
        "has_account": True, "is_on_duty": False,
        "queues": ["child_protection", "fishers", "violence_at_home", "trafficking", "labour",
                   "information"],
    }  # fmt: skip
    shown = run_command("staff", "list").stdout
    assert "Staff: 1" in shown
    assert "off duty" in shown

    gone = run_command("staff", "disable", mei["id"])
    assert gone.returncode == 0, gone.stderr
    assert "Cases returned to the queue: 0." in gone.stdout
    assert not listed_cases(run_command)[0]["has_access"]
    assert "no access" in run_command("staff", "list").stdout
    run_command("staff", "add", "Wu", "--language", "th", "--queue", "labour")
    assert "no Telegram account" in run_command("staff", "list").stdout
    again = run_command("staff", "disable", mei["id"])
    assert again.returncode == 1
    assert is_user_message(again.stderr)

    with closing(log_of(tmp_path)) as connection:
        deeds = connection.execute("SELECT actor, deed, subject FROM audit ORDER BY id").fetchall()
    assert [deed for _actor, deed, _who in deeds] == ["staff_add", "staff_disable", "staff_add"]
    assert [actor for actor, _deed, _who in deeds] == ["operator"] * 3
    assert [who == mei["id"] for _actor, _deed, who in deeds] == [True, True, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--language", "xx"), ", ".join(LANGUAGES)),
        ((), "--language needs at least one of"),
        (("--language", "id", "--role", "boss"), "auditor"),
        (("--language", "id", "--title", "friend"), ", ".join(ROLE_TITLES)),
        (("--language", "id", "--queue", "lost"), "violence_at_home"),
        (("--language", "id", "--skill", "two words"), "--skill"),
        (("--language", "id", "--skill", "x" * 161), "at most 160"),
        (("--language", "id", "--account", "-1001234"), "never a group's"),
        (("--language", "id", "--account", "@mei"), "Show Peer IDs in Profile"),
        (("--language", "id", "--max-chats", "0"), "--max-chats"),
    ],
    ids=str,
)
def test_invalid_staff_options_are_named_and_no_account_is_added(
    run_command: Haven, tmp_path: Path, typed: tuple[str, ...], said: str
) -> None:
    done = run_command("staff", "add", "Mei", *typed)
    assert done.returncode == 2
    assert is_user_message(done.stderr)
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "data").exists()


def test_a_caseworker_of_an_office_is_added_by_its_name_and_an_unknown_one_refused(
    run_command: Haven, tmp_path: Path
) -> None:
    run_command("staff", "add", "Wu", "--language", "th")
    none = run_command("staff", "add", "Mei", "--language", "id", "--office", "South")
    assert (none.returncode, "an administrator makes one" in none.stderr) == (2, True)
    settings = load_settings(data=tmp_path / "data", host_key_file=tmp_path / "host.key")
    database = open_database(settings)
    with closing(database.writer) as writer, closing(open_vault(settings, database)) as vault:
        store = Offices(vault, ServiceHours(settings, vault))
        (wu,) = writer.run_sync(Staff(vault).all)
        for names in ({"en": "Taipei"}, {"en": "South", "zh_Hant": "南部"}):
            made = Office("", names)
            writer.run_sync(lambda work, it=made: store.add(work, it, wu.id, 1))
    for named in ("South", "南部"):
        assert run_command(*MEI[:-2], "--office", named).returncode == 0
    unknown = run_command("staff", "add", "Mei", "--language", "id", "--office", "North")
    assert (unknown.returncode, "Taipei, " in unknown.stderr) == (2, True)
    offices = json.loads(run_command("offices", "--json").stdout)
    assert {it["names"]["en"]: len(it["staff"]) for it in offices} == {"Taipei": 0, "South": 2}


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Mei\x1b[2J", "Mei\u202e"])
def test_a_name_that_cannot_be_printed_is_refused(run_command: Haven, name: str) -> None:
    done = run_command("staff", "add", name, "--language", "id")
    assert done.returncode == 2
    assert is_user_message(done.stderr)


def test_typed_for_real_it_is_the_same(tmp_path: Path) -> None:
    key = tmp_path / "host.key"
    HostKey.create(key)
    settings = {"data": tmp_path / "data", "host_key_file": key}
    password = written(tmp_path / "password", PASSWORD)
    assert run_haven(*MEI, "--password-file", str(password), **settings).returncode == 0
    done = run_haven("staff", "disable", "nobody", **settings)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert run_haven("audit", "head", **settings).stdout.startswith("1:")


def test_an_account_that_is_taken_is_told_with_whose_it_is(run_command: Haven) -> None:
    run_command(*MEI, "--account", "6000000001")
    done = run_command("staff", "add", "Wu", "--language", "id", "--account", "6000000001")
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert listed_cases(run_command)[0]["id"] in done.stderr
    assert "6000000001" not in done.stderr
    assert len(listed_cases(run_command)) == 1


# --- The audit log -------------------------------------------------------------------------------


def test_a_log_that_was_rewritten_is_named_by_its_first_row(
    run_command: Haven, tmp_path: Path
) -> None:
    for name in ("Mei", "Wu", "Ada"):
        run_command("staff", "add", name, "--language", "id")
    whole = run_command("audit", "verify")
    assert whole.returncode == 0, whole.stderr
    assert "The log is intact: 3 rows" in whole.stdout
    with closing(log_of(tmp_path)) as connection:
        connection.execute("UPDATE audit SET detail = 'administrator' WHERE id = 2")
        connection.commit()
    for command in ("verify", "head"):
        done = run_command("audit", command)
        assert done.returncode == 1
        assert done.stderr.startswith("row 2 was altered")


def test_a_log_that_was_cut_shows_against_its_head(run_command: Haven, tmp_path: Path) -> None:
    for name in ("Mei", "Wu", "Ada"):
        run_command("staff", "add", name, "--language", "id")
    head = run_command("audit", "head").stdout.strip()
    assert head.startswith("3:")
    assert (tmp_path / "data" / "audit.head").read_text().strip() == head
    with closing(log_of(tmp_path)) as connection:
        connection.execute("DELETE FROM audit WHERE id > 1")
        connection.commit()
    said = "row 2 and all rows after it were cut off\n"
    assert run_command("audit", "verify").stderr == said  # the folder's own head was forgotten
    (tmp_path / "data" / "audit.head").unlink()
    assert run_command("audit", "verify").returncode == 0  # nothing else can know
    assert (
        run_command("audit", "verify", "--head", head).stderr == said
    )  # but what was written down
    run_command("staff", "add", "Eva", "--language", "id")
    run_command("staff", "add", "Bo", "--language", "id")
    done = run_command("audit", "verify", "--head", head)
    assert done.stderr.startswith("row 3 is not the row the head names")


@pytest.mark.parametrize("head", ["7", "x:y", "1:2:3"])
def test_what_is_no_head_is_said(run_command: Haven, head: str) -> None:
    run_command(*MEI)
    done = run_command("audit", "verify", "--head", head)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "1842:" in done.stderr


def test_a_file_that_holds_no_head_is_named(run_command: Haven, tmp_path: Path) -> None:
    run_command(*MEI)
    (tmp_path / "data" / "audit.head").write_bytes(b"\xff\xfe")
    done = run_command("audit", "verify")
    assert done.returncode == 1
    assert "audit.head: a head is" in done.stderr


@pytest.mark.parametrize("typed", [("staff", "list"), ("audit", "verify"), ("audit", "head")])
def test_looking_makes_no_database(
    run_command: Haven, tmp_path: Path, typed: tuple[str, ...]
) -> None:
    done = run_command(*typed)
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert not (tmp_path / "data").exists()


def test_the_life_of_a_case_is_drawn(run_command: Haven) -> None:
    done = run_command("cases", "draw")
    assert done.returncode == 0
    assert done.stdout.startswith("stateDiagram-v2")
    assert "waiting --> held: claim" in done.stdout


# --- Passwords -----------------------------------------------------------------------------------


def keyed(deployed: Haven, tmp_path: Path) -> tuple[str, str]:
    """Return a caseworker's id and what was printed for them."""
    added = deployed(*MEI).stdout
    return added[:8], printed(added)


def printed(said: str) -> str:
    return said.split("printed this once: ")[1].split(maxsplit=1)[0]


def opens(deployed: Haven, who: str, password: Path) -> bool:
    """Tell whether a password is theirs: it can be changed to itself with it."""
    done = deployed(
        "staff", "password", who, "--password-file", str(password), "--old-password-file",
        str(password),
    )  # fmt: skip
    return done.returncode == 0


def test_a_password_is_changed_with_the_one_until_now(run_command: Haven, tmp_path: Path) -> None:
    who, _ = keyed(run_command, tmp_path)
    old, new = tmp_path / "password", written(tmp_path / "new", "a new and longer password")
    typed = ("staff", "password", who, "--password-file", str(new), "--old-password-file")
    refused = run_command(*typed, str(new))
    assert refused.returncode == 1
    assert "does not open" in refused.stderr
    assert run_command(*typed, str(old)).returncode == 0
    assert opens(run_command, who, new)
    assert not opens(run_command, who, old)


def test_a_printed_key_gives_a_new_password_once(run_command: Haven, tmp_path: Path) -> None:
    who, paper = keyed(run_command, tmp_path)
    new = written(tmp_path / "new", "a new and longer password")
    key = written(tmp_path / "paper", paper.lower().replace("-", " "))
    typed = ("staff", "recover", who, "--password-file", str(new), "--recovery-file")
    slip = written(tmp_path / "slip", paper.replace(paper[0], "0" if paper[0] != "0" else "1", 1))
    assert "compare it with the paper" in run_command(*typed, str(slip)).stderr
    done = run_command(*typed, str(key))
    assert done.returncode == 0, done.stderr
    assert printed(done.stdout) != paper
    assert opens(run_command, who, new)
    assert run_command(*typed, str(key)).returncode == 1  # another one was printed


def test_staff_who_lost_password_and_recovery_key_get_a_new_key(
    run_command: Haven, tmp_path: Path
) -> None:
    who, _ = keyed(run_command, tmp_path)
    new = written(tmp_path / "new", "a new and longer password")
    done = run_command("staff", "password", who, "--new-key", "--password-file", str(new))
    assert done.returncode == 0, done.stderr
    assert opens(run_command, who, new)


def test_a_second_caseworker_waits_until_the_first_approves_at_the_terminal(
    run_command: Haven, tmp_path: Path
) -> None:
    mei, password = keyed(run_command, tmp_path)[0], str(tmp_path / "password")
    assert json.loads(run_command("staff", "requests", "--json").stdout) == []
    added = run_command("staff", "add", "Jun", "--language", "id", "--role", "supervisor").stdout
    jun = added[:8]
    assert "opens no case yet" in added
    (asked,) = json.loads(run_command("staff", "requests", "--json").stdout)
    assert (asked["id"], asked["name"], asked["role"]) == (jun, "Jun", "supervisor")
    assert asked["asked_by"] == "operator"
    assert jun in run_command("staff", "requests").stdout
    for who, by in ((jun, jun), (mei, mei), (mei, jun), ("0" * 8, mei)):
        refused = run_command("staff", "approve", who, "--as", by, "--password-file", password)
        assert refused.returncode == 1
        assert is_user_message(refused.stderr)
    wrong = written(tmp_path / "wrong", "not it, by any means")
    typed = ("staff", "approve", jun, "--as", mei, "--password-file")
    assert run_command(*typed, str(wrong)).returncode == 1
    assert len(json.loads(run_command("staff", "requests", "--json").stdout)) == 1
    assert run_command(*typed, password).returncode == 0
    assert json.loads(run_command("staff", "requests", "--json").stdout) == []
    again = (
        "staff",
        "password",
        mei,
        "--new-key",
        "--password-file",
        str(written(tmp_path / "n", PASSWORD)),
    )
    assert "opens no case yet" in run_command(*again).stdout
    assert (
        run_command("staff", "refuse", mei, "--as", jun, "--password-file", password).returncode
        == 0
    )
    with closing(log_of(tmp_path)) as connection:
        deeds = connection.execute(
            "SELECT actor, deed, subject FROM audit WHERE deed LIKE 'key_%' ORDER BY id"
        ).fetchall()
    assert deeds == [(mei, "key_approve", jun), (jun, "key_refuse", mei)]


def test_a_new_key_that_waits_ends_the_duty_of_its_holder(
    run_command: Haven, tmp_path: Path
) -> None:
    mei = keyed(run_command, tmp_path)[0]
    jun = run_command("staff", "add", "Jun", "--language", "id").stdout[:8]
    password = str(tmp_path / "password")
    assert (
        run_command("staff", "approve", jun, "--as", mei, "--password-file", password).returncode
        == 0
    )
    settings = load_settings(data=tmp_path / "data", host_key_file=tmp_path / "host.key")
    database = open_database(settings)
    with closing(open_vault(settings, database)) as vault:
        staff = Staff(vault)
        for who in (mei, jun):
            database.writer.run_sync(partial(staff.set_duty, who=who, on=True))
    database.writer.close()
    said = run_command("staff", "password", jun, "--new-key", "--password-file", password).stdout
    assert f"{jun} is off duty until it is approved" in said
    is_on_duty = {it["id"]: it["is_on_duty"] for it in listed_cases(run_command)}
    assert is_on_duty == {mei: True, jun: False}


@pytest.mark.parametrize("bad", ["short", "", " "])
def test_a_short_password_is_refused_and_no_account_is_added(
    bad: str, run_command: Haven, tmp_path: Path
) -> None:
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "password").write_text(bad)
    assert run_command(*MEI).returncode == 1
    assert listed_cases(run_command) == [] if (tmp_path / "data").exists() else True


def test_a_password_others_can_read_is_refused(run_command: Haven, tmp_path: Path) -> None:
    (tmp_path / "password").chmod(0o644)
    assert "chmod 0400" in run_command(*MEI).stderr


def test_the_last_one_who_could_open_leaves_a_warning(run_command: Haven, tmp_path: Path) -> None:
    who, _ = keyed(run_command, tmp_path)
    done = run_command("staff", "disable", who)
    assert done.returncode == 0
    assert "no caseworker has a key" in done.stderr
    assert not opens(run_command, who, tmp_path / "password")


def test_a_key_that_outlived_its_access_is_destroyed_by_the_next_run(
    run_command: Haven, tmp_path: Path
) -> None:
    who, _ = keyed(run_command, tmp_path)
    with closing(log_of(tmp_path)) as connection:  # as a run leaves it that is ended in between
        connection.execute("UPDATE staff SET state = 'disabled', on_duty = 0")
        connection.commit()
    assert keys_left(tmp_path) == 1
    again = run_command("staff", "disable", who)
    assert again.returncode == 0, again.stderr
    assert keys_left(tmp_path) == 0
    assert run_command("staff", "disable", who).returncode == 1  # now there is nothing to end


def keys_left(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "keys.db")) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM staff_keys").fetchall()
    return int(count)


def test_an_auditor_has_no_key(run_command: Haven) -> None:
    added = run_command(*MEI, "--role", "auditor")
    assert "Recovery key" not in added.stdout


# --- Keys ----------------------------------------------------------------------------------------


def test_two_printed_parts_give_the_cases_back(run_command: Haven, tmp_path: Path) -> None:
    mei, password = keyed(run_command, tmp_path)[0], str(tmp_path / "password")
    said = run_command("keys", "escrow", "--as", mei, "--password-file", password).stdout
    parts = [line.split(": ")[1] for line in said.splitlines() if line.startswith("Part ")]
    assert len(parts) == 3
    files = [written(tmp_path / f"part{place}", part) for place, part in enumerate(parts)]
    typed = ("keys", "escrow", "--open", "--part-file", str(files[0]), "--part-file")
    assert "Cases whose keys were re-wrapped" in run_command(*typed, str(files[2])).stdout
    assert run_command(*typed, str(files[0])).returncode == 1
    assert "escrow: two of three parts" in run_command("keys", "status").stdout


def test_a_key_of_last_resort_is_never_made_or_used_in_silence(
    run_command: Haven, tmp_path: Path
) -> None:
    mei, password = keyed(run_command, tmp_path)[0], str(tmp_path / "password")
    make = ("keys", "escrow", "--as", mei, "--password-file", password)
    refused = run_command("keys", "escrow")  # without a present holder it would open every case
    assert refused.returncode == 1
    assert is_user_message(refused.stderr)
    assert "--as" in refused.stderr
    parts = [
        written(tmp_path / f"part{place}", line.split(": ")[1])
        for place, line in enumerate(run_command(*make).stdout.splitlines())
        if line.startswith("Part ")
    ]
    given = [word for part in parts[:2] for word in ("--part-file", str(part))]
    assert run_command("keys", "escrow", "--open", *given).returncode == 0
    asked = run_command(*make)
    assert (asked.returncode, "There is an escrow key, made on " in asked.stdout) == (1, True)
    assert run_command(*make, "--yes").returncode == 0
    with closing(log_of(tmp_path)) as connection:
        deeds = connection.execute(
            "SELECT actor, deed FROM audit WHERE subject = 'escrow' ORDER BY id"
        ).fetchall()
    assert deeds == [
        (mei, "escrow_made"), ("operator", "escrow_opened"), (mei, "escrow_replaced"),
    ]  # fmt: skip


def test_systemd_hands_the_host_key_over(
    run_command: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed(run_command, tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "host.key").rename(tmp_path / "haven-host-key")
    assert load_host_key(load_settings(data=tmp_path / "data", host_key_file=None))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "nowhere"))
    with pytest.raises(SettingError, match="HAVEN_HOST_KEY_FILE"):
        load_host_key(load_settings(data=tmp_path / "data", host_key_file=None))


PHRASE = "seven mangoes on a grey boat"


@pytest.fixture
def with_a_locked_key(tmp_path: Path) -> Haven:
    """Type commands at a deployment whose host key has a passphrase, which lies in a file."""
    phrase = written(tmp_path / "phrase", PHRASE)
    haven = command_runner(tmp_path, HAVEN_PASSPHRASE_FILE=str(phrase))
    done = haven("keys", "new", str(tmp_path / "host.key"), "--passphrase-file", str(phrase))
    assert (done.returncode, "cannot be recovered" in done.stdout) == (0, True), done.stderr
    return haven


def test_a_host_key_with_a_passphrase_opens_a_deployment(
    with_a_locked_key: Haven, tmp_path: Path
) -> None:
    keyed(with_a_locked_key, tmp_path)
    assert "host keys that open: 1" in with_a_locked_key("keys", "status").stdout
    assert with_a_locked_key("audit", "verify").returncode == 0


def test_another_passphrase_refuses_and_says_what_is_lost_and_what_is_not(
    with_a_locked_key: Haven, tmp_path: Path
) -> None:
    keyed(with_a_locked_key, tmp_path)
    wrong = written(tmp_path / "wrong", "eight mangoes on a grey boat")
    said = command_runner(tmp_path, HAVEN_PASSPHRASE_FILE=str(wrong))("keys", "status")
    assert said.returncode == 1
    assert "are lost: unfinished conversations" in said.stderr
    assert "Not lost: the cases themselves" in said.stderr
    assert with_a_locked_key("keys", "status").returncode == 0  # nothing was changed


def test_without_a_file_the_passphrase_is_asked_at_a_terminal(
    with_a_locked_key: Haven, tmp_path: Path
) -> None:
    keyed(with_a_locked_key, tmp_path)
    said = command_runner(tmp_path)("keys", "status")
    assert (said.returncode, "HAVEN_PASSPHRASE_FILE" in said.stderr) == (1, True)


@pytest.mark.parametrize("fault", ["others", "missing", "empty", "data"])
def test_a_passphrase_file_that_cannot_be_used_is_named_with_the_remedy(
    with_a_locked_key: Haven, tmp_path: Path, fault: str
) -> None:
    keyed(with_a_locked_key, tmp_path)
    phrase = written(tmp_path / ("data/phrase" if fault == "data" else "other"), PHRASE)
    if fault == "others":
        phrase.chmod(0o444)
    elif fault == "missing":
        phrase.unlink()
    elif fault == "empty":
        phrase.chmod(0o600)
        phrase.write_text("")
    said = command_runner(tmp_path, HAVEN_PASSPHRASE_FILE=str(phrase))("keys", "status")
    assert said.returncode == 1
    assert "HAVEN_PASSPHRASE_FILE" in said.stderr
    assert PHRASE not in said.stderr


def test_a_key_is_rotated_to_one_with_a_passphrase(run_command: Haven, tmp_path: Path) -> None:
    keyed(run_command, tmp_path)
    phrase, new = written(tmp_path / "phrase", PHRASE), tmp_path / "new.key"
    done = run_command("keys", "rotate", str(new), "--passphrase-file", str(phrase))
    assert done.returncode == 0, done.stderr
    assert new.read_text().startswith("haven-host-key-1 ")
    (tmp_path / "host.key").unlink()
    new.rename(tmp_path / "host.key")
    haven = command_runner(tmp_path, HAVEN_PASSPHRASE_FILE=str(phrase))
    assert "escrow: none" in haven("keys", "status").stdout
    start_and_stop(tmp_path, tmp_path / "host.key", passphrase_file=phrase)
    assert "host keys that open: 1" in haven("keys", "status").stdout
