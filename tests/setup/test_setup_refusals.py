"""What bad input gets from `haven setup`: one line with the fix, and nothing is written."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli.install import setup as installing
from bot.errors import HavenError, SettingError
from bot.sandbox import TOKEN
from bot.settings import load_settings
from bot.settings.hints import setting_name
from bot.setup import checks, ownership
from bot.setup.checks import (
    check_addresses,
    check_own_folders,
    check_port_numbers,
    check_ports,
    check_program,
    first_port,
)
from bot.setup.files import Target
from tests.support.cli_runner import is_user_message, run_haven
from tests.support.harnesses.setup_harness import RECIPIENT, BareMachine, bare_machine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.settings import Settings

ELSEWHERE = "192.0.2.7"
"""An address for documents: no machine has it."""
OTHER_TOKEN = f"{TOKEN[:-1]}x"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"token": "123:abc"}, "HAVEN_TELEGRAM_TOKEN: the token BotFather gave"),
    ({"token": OTHER_TOKEN}, "Telegram does not accept HAVEN_TELEGRAM_TOKEN"),
    ({"token": None}, "token: Token is needed"),
    ({"telegram_api": "http://127.0.0.1:9"}, "Telegram does not answer at http://127.0.0.1:9"),
    ({"organisation": ""}, "organisation: Name of the organisation is needed"),
    ({"organisation": "a" * 61}, "HAVEN_ORGANISATION: the name people are told"),
    ({"organisation": "Hope House https://hope.example"}, "without a link or @account"),
    ({"organisation": "mixed \" and '"}, "HAVEN_ORGANISATION mixes quotes"),
    ({"contact": None}, "contact: Contact is needed"),
    ({"hours": "9-17"}, "HAVEN_HOURS: when caseworkers answer"),
    ({"desk_origin": "desk.example.org"}, "HAVEN_DESK_ORIGIN: the desk's address in browsers"),
    ({"desk_listen": "0.0.0.0:8090"}, "HAVEN_DESK_ORIGIN is not set"),
    (
        {"desk_listen": "0.0.0.0:8090"},
        "HAVEN_DESK_LISTEN (0.0.0.0:8090) is not of this machine alone, and HAVEN_DESK_ORIGIN is",
    ),
    (
        {"desk_listen": "127.0.0.1:443"},
        "HAVEN_DESK_LISTEN: the service, which is not root, may not",
    ),
    ({"watch_listen": "127.0.0.1:91"}, "HAVEN_WATCH_LISTEN: the service, which is not root, may"),
    ({"desk_group": "-1005"}, "HAVEN_DESK_GROUP: the bot is not in a group -1005"),
    ({"backups": "/var/backups/haven"}, "HAVEN_BACKUPS is set and HAVEN_BACKUP_KEY is not"),
    ({"backup_key": RECIPIENT}, "HAVEN_BACKUP_KEY is set and HAVEN_BACKUPS is not"),
    ({"smtp_url": "smtps://u:p@mail.example.org:465"}, "HAVEN_SMTP_FROM is not set"),
    ({"smtp_from": "haven@example.org"}, "HAVEN_SMTP_FROM is set and HAVEN_SMTP_URL is not"),
    ({"backups": "/var/backups/haven", "backup_key": "age1qq"}, "HAVEN_BACKUP_KEY"),
    ({"backups": "/var/lib/haven/b", "backup_key": RECIPIENT}, "/b lies in HAVEN_DATA"),
    ({"database_url": "postgresql://127.0.0.1:9/haven"}, "HAVEN_DATABASE_URL: "),
    ({"data": "haven-data"}, "the folder haven-data has to begin with /"),
    ({"program": "/opt/my haven/haven"}, "has a space or a quote; install Haven elsewhere"),
    ({"languages": ["xx"]}, "HAVEN_LANGUAGES: xx: choose from"),
    ({"bot_names": "xx=Garden"}, "HAVEN_BOT_NAMES: xx: choose from"),
    ({"host_key_copy": "/nowhere/host.key"}, "host_key_copy: there is no folder /nowhere"),
    ({"caseworker_languages": "klingon"}, "caseworker_languages: klingon is not offered"),
    ({"caseworker_password": "short"}, "a password needs"),
    ({"caseworker_password": None}, "caseworker_password: Their password is needed"),
    ({"administrator_password": "aaaaaaaaaaaaaaaa"}, "this password is easy to guess"),
    ({"organization": "x"}, "organization is no question of haven setup: did you mean organis"),
    ({"hours": True}, 'write hours = "..."'),
    ({"place": "nowhere"}, "place is no question of haven setup"),
]


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[BareMachine]:
    async with bare_machine(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("other", "said"), WRONG, ids=lambda it: str(it)[:40])
async def test_a_wrong_answer_is_one_line_and_nothing_is_written(
    machine: BareMachine, other: dict[str, Any], said: str
) -> None:
    done = await machine.sets_up_as_usual(**other)
    assert done.returncode == 1
    assert said in done.stderr
    assert is_user_message(done.stderr)
    assert done.stderr.count("\n") == 1
    assert list(machine.root.iterdir()) == []


PROGRAMS = {
    "missing": ("", 0, "there is no file {path}"),
    "not executable": ("#!/bin/sh\necho haven 9", 0o644, "cannot run {path} (Permission denied)"),
    "without its Python": ("#!/nowhere/python\n", 0o755, "cannot run {path} (No such file"),
    "of root alone": ("#!/bin/sh\necho haven 9", 0o700, "cannot run {path} (Permission denied)"),
    "broken": ("#!/bin/sh\necho haven 9\nexit 1", 0o755, "{path} does not run as the user haven"),
    "another": (
        "#!/bin/sh\necho true 9",
        0o755,
        "{path} does not run as the user haven",
    ),
}
"""What the file of a program holds, its rights, and what is said of it."""


@pytest.fixture
def program() -> Iterator[Path]:
    with TemporaryDirectory(dir="/var/tmp") as folder:  # where the service may read
        Path(folder).chmod(0o755)
        yield Path(folder) / "haven"


def make_program(path: Path, text: str, rights: int = 0o755) -> None:
    if text:
        path.write_text(f"{text}\n")
        path.chmod(rights)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sets up this machine")
@pytest.mark.parametrize("kind", PROGRAMS)
async def test_a_program_the_service_cannot_run_is_refused_and_nothing_is_written(
    machine: BareMachine, program: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user of the service would end at each start, and the next setup would keep the unit."""
    said = PROGRAMS[kind][-1]
    make_program(program, *PROGRAMS[kind][:2])
    monkeypatch.setattr(Target, "is_this_machine", property(lambda _self: True))
    for name in ("make_user", "give_to_user"):  # this machine stays as it is if the check fails
        monkeypatch.setattr(installing, name, lambda *_: None)
    done = await machine.sets_up_here(**machine.usual | {"program": str(program)})
    assert done.returncode == 1
    assert done.stderr.startswith("program: ")
    assert said.format(path=program) in done.stderr
    assert "such as /opt/haven/bin/haven" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(machine.root.iterdir()) == []


def test_a_program_that_prints_its_version_is_taken(program: Path) -> None:
    make_program(program, '#!/bin/sh\n[ "$1" = --version ] && echo haven 9')
    check_program(str(program))


async def test_languages_may_stand_as_the_refusal_lists_them(machine: BareMachine) -> None:
    done = await machine.sets_up_as_usual(caseworker_languages="id, vi, en")
    assert done.returncode == 0, done.stderr


async def test_a_wrong_answer_later_leaves_everything_as_it_is(machine: BareMachine) -> None:
    await machine.sets_up_as_usual()
    before = machine.files()
    done = await machine.sets_up(contact="02-9999", hours="9-17")
    assert done.returncode == 1
    assert machine.files() == before


async def test_the_rights_of_the_bot_in_the_group_are_checked(machine: BareMachine) -> None:
    group = machine.sandbox.add_group("Night shift", forum=False)
    mei = machine.sandbox.add_colleague("Mei")
    group.add_member(mei)
    group.add_bot(mei)
    done = await machine.sets_up_as_usual(desk_group=group.id)
    assert "the group has no topics; switch them on in its settings" in done.stderr
    assert "the bot is no administrator of the group; make it one" in done.stderr
    group.set_forum(on=True)
    group.add_bot(mei, "administrator")
    right = await machine.sets_up_as_usual(desk_group=group.id)  # the control
    assert right.returncode == 0, right.stderr


async def test_an_answers_file_that_others_can_read_is_refused(machine: BareMachine) -> None:
    path = machine.answers(**machine.usual)
    path.chmod(0o644)
    done = await asyncio.to_thread(run_haven, "setup", "--answers", path, "--root", machine.root)
    assert done.stderr == f"others can read {path}, which holds secrets; chmod 0600 {path}\n"


@pytest.mark.parametrize("text", ['token = "x', "\udcff", None])
def test_an_answers_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "answers.toml"
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
        path.chmod(0o600)
    done = run_haven("setup", "--answers", path, "--root", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(str(path))
    assert done.stderr.count("\n") == 1


def test_without_a_terminal_it_says_how_to_answer_from_a_file(tmp_path: Path) -> None:
    done = run_haven("setup", "--root", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("there is no terminal to ask at: haven setup --print-answers")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_cannot_be_written_leaves_none(machine: BareMachine) -> None:
    blocked = machine.at("/etc/systemd")
    blocked.parent.mkdir()
    blocked.write_text("a file where a folder has to be")
    done = await machine.sets_up_as_usual()
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert [it for it in machine.at("/etc").rglob("*") if it.is_file()] == [blocked]


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        for field in ("desk_listen", "watch_listen", "partner_room_listen"):
            given = {"desk_listen": "127.0.0.1:0", field: listen}
            said = f"{setting_name(field)}: {listen} cannot be used"
            with pytest.raises(SettingError, match=said):
                check_ports(load_settings(**given), {})
            check_ports(load_settings(**given), given)  # as before: a Haven that runs listens there
    check_ports(load_settings(desk_listen=listen), {})  # the control


@pytest.fixture
def this_machine(machine: BareMachine, monkeypatch: pytest.MonkeyPatch) -> BareMachine:
    """Set up this machine, which stays as it is: no user is made, and no folder given away."""
    monkeypatch.setattr(Target, "is_this_machine", property(lambda _self: True))
    for name in ("make_user", "give_to_user", "check_program", "check_own_folders"):
        monkeypatch.setattr(installing, name, lambda *_: None)
    return machine


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sets up this machine")
@pytest.mark.parametrize("field", ["desk_listen", "watch_listen"])
@pytest.mark.parametrize("origin", ["", "https://desk.example.org"])
async def test_an_address_that_is_none_of_this_machine_is_named_with_its_own_fix(
    this_machine: BareMachine, field: str, origin: str
) -> None:
    """It is not said that the desk's address in browsers is missing, or another program there."""
    machine = this_machine
    done = await machine.sets_up_here(
        **machine.usual | {field: f"{ELSEWHERE}:8090", "desk_origin": origin}
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"{setting_name(field)}: {ELSEWHERE} is no address of this machine (Cannot assign "
        "requested address); name one that is, such as 127.0.0.1:8090, to which a proxy on this "
        "machine leads\n"
    )
    assert list(machine.root.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sets up this machine")
@pytest.mark.parametrize(
    ("field", "answer", "said"),
    [
        ("host_key_copy", "/srv/data/copy.key", "copy.key lies in HAVEN_DATA"),
        ("assist_models", "/srv/none", "HAVEN_ASSIST_MODELS: "),
    ],
)
async def test_a_place_that_will_not_do_is_refused_before_anything_is_written(
    this_machine: BareMachine, field: str, answer: str, said: str
) -> None:
    """A copy of the key next to the data opens them; without its models no service starts."""
    machine = this_machine
    data = machine.at("/srv/data")
    data.mkdir(parents=True)
    given = {"data": str(data), field: str(machine.at(answer))}
    done = await machine.sets_up_here(**machine.usual | given)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not [it for it in machine.root.rglob("*") if it.is_file()]


def test_an_address_of_this_machine_and_one_of_before_are_taken() -> None:
    """One of before may come with a network that is away now."""
    for listen in ("127.0.0.1:0", "0.0.0.0:8090", "[::1]:8090"):
        check_addresses(load_settings(desk_listen=listen), {})
    given = {"desk_listen": f"{ELSEWHERE}:8090"}
    with pytest.raises(SettingError, match="HAVEN_DESK_LISTEN"):
        check_addresses(load_settings(**given), {})
    check_addresses(load_settings(**given), given)


@pytest.mark.parametrize("key", ["data", "backups"])
async def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_written(
    machine: BareMachine, key: str
) -> None:
    machine.at("/srv").mkdir()
    machine.at("/srv/file").write_text("a file")
    more = {key: "/srv/file/x", "backup_key": RECIPIENT if key == "backups" else None}
    done = await machine.sets_up_as_usual(**more)
    assert done.returncode == 1
    assert f"{key}: /srv/file/x cannot be made (Not a directory)" in done.stderr
    assert [str(it.relative_to(machine.root)) for it in machine.root.rglob("*")] == [
        "srv", "srv/file"
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["data", "backups"])
async def test_a_folder_of_others_is_refused_before_anything_is_written(
    machine: BareMachine, key: str
) -> None:
    """All in it was given to the user of the service: of `/etc`, the passwords, too."""
    machine.at("/srv").mkdir()
    machine.at("/srv/app").write_text("theirs")
    before = machine.at("/srv/app").stat()
    more = {key: "/srv", "backup_key": RECIPIENT if key == "backups" else None}
    done = await machine.sets_up_as_usual(**more)
    assert done.returncode == 1
    assert f"{key}: /srv has other files" in done.stderr
    assert machine.at("/srv/app").stat() == before
    assert {it.name for it in machine.root.rglob("*")} == {"srv", "app"}


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("data", ()),
        ("data", ("lost+found", ".pgpass")),
        ("data", ("haven.db", "keys.db", "files", "haven.db-wal")),
        ("data", ("files",)),
        ("backups", ("haven-main-20261201T025748Z.age", "notes")),
        ("backups", ("erased.ledger",)),
    ],
)
def test_an_empty_folder_and_one_of_ours_are_taken(
    tmp_path: Path, key: str, names: tuple[str, ...]
) -> None:
    """The control."""
    folder = tmp_path / "srv"
    for name in (".", *names):
        (folder / name).mkdir()
    check_own_folders(Target(tmp_path), {key: Path("/srv")})
    for place, others in (("/other", ("app", "dpkg.status.0")), ("/home", (".bashrc", ".ssh"))):
        for name in others:
            (tmp_path / place[1:] / name).mkdir(parents=True)
        with pytest.raises(HavenError, match="other files"):
            check_own_folders(Target(tmp_path), {key: Path(place)})


def test_a_user_that_cannot_be_made_comes_with_the_commands_that_make_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ownership, "USER", "haven-not-here")
    monkeypatch.setattr("shutil.which", lambda *_words, **_more: None)
    with pytest.raises(HavenError) as refused:
        ownership.make_user()
    assert "useradd --system --user-group" in str(refused.value)
    assert "systemd-sysusers /etc/sysusers.d/haven.conf" in str(refused.value)


@pytest.mark.parametrize("field", ["desk", "watch", "partner_room", "webhook"])
def test_a_port_that_only_root_may_use_is_refused_for_whatever_listens(field: str) -> None:
    """The service has no privileges: it would begin again and again."""
    more = {"webhook_url": "https://bot.example.org/telegram"}

    def settings_with(port: int) -> Settings:
        return load_settings(**{f"{field}_listen": f"127.0.0.1:{port}"}, **more)

    with pytest.raises(SettingError) as caught:
        check_port_numbers(settings_with(1023), 1024)
    said = str(caught.value)
    assert said.startswith(f"{setting_name(field + '_listen')}: the service, which is not root")
    assert "name one from 1024 on, and let a proxy in front of it take 1023" in said
    for port in (0, 1024):
        check_port_numbers(settings_with(port), 1024)  # the control


def test_the_first_port_of_the_service_is_the_one_of_this_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FIRST_PORT", tmp_path / "first")
    assert first_port(is_this_machine=True) == 1024
    (tmp_path / "first").write_text("80\n")
    assert first_port(is_this_machine=True) == 80
    assert first_port(is_this_machine=False) == 1024
