"""What an operator gets wrong: one line with the fix, and nothing begun, changed or lost."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.store.database import DataDirectory
from bot.vault import HostKey
from bot.vault.backup.offline_key import OfflineKey
from tests.support.cli_runner import command_runner, is_user_message, run_haven
from tests.support.forked_commands import command_settings, haven_program
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Settings = dict[str, str | Path]
    Change = Callable[[Path, Settings], Settings | None]
TOKEN = "7100000001:AAa-token-of-a-bot-that-there-is-not-00"  # noqa: S105 - no token
START = ("start",)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment with one caseworker: data, host key, offline key."""
    folder = tmp_path_factory.mktemp("deployment")
    HostKey.create(folder / "host.key")
    assert command_runner(folder)("staff", "add", "Mei", "--language", "id").returncode == 0
    OfflineKey.create(folder / "offline.key", "")
    return folder


def settings_of(folder: Path) -> Settings:
    """Return settings with which the bot would start, and then ask a Telegram that is not there."""
    return {
        "data": folder / "data", "host_key_file": folder / "host.key", "telegram_token": TOKEN,
        "telegram_api": "http://127.0.0.1:9", "organisation": "Hope House", "contact": "02-1234",
        "desk_listen": "127.0.0.1:0",
    }  # fmt: skip


def sets(**given: str) -> Change:
    """Return a change of settings; `{}` in a value stands for the folder."""
    return lambda folder, _: {name: it.replace("{}", str(folder)) for name, it in given.items()}


def without(*names: str) -> Change:
    def change(_folder: Path, settings: Settings) -> None:
        for name in names:
            del settings[name]

    return change


def key_file(text: str | None, mode: int = 0o400) -> Change:
    """Return a change to a host key with this text; None: the right one."""

    def change(folder: Path, _settings: Settings) -> Settings:
        path = folder / "other.key"
        path.write_text((folder / "host.key").read_text() if text is None else text)
        path.chmod(mode)
        return {"host_key_file": path}

    return change


def spoil(name: str, content: bytes | None) -> Change:
    """Return a change of a file of the data; None: it is deleted."""

    def change(folder: Path, _settings: Settings) -> None:
        for path in (folder / "data").glob(f"{name}*"):
            path.unlink()
        if content is not None:
            (folder / "data" / name).write_bytes(content)

    return change


def of_newer_release(name: str) -> Change:
    def change(folder: Path, _settings: Settings) -> None:
        with closing(sqlite3.connect(folder / "data" / name)) as database:
            database.execute("UPDATE alembic_version SET version_num = '0099'")
            database.commit()

    return change


def backups(**given: str) -> Change:
    def change(folder: Path, _settings: Settings) -> Settings:
        recipient = "".join(
            it.rpartition(" ")[2]
            for it in (folder / "offline.key").read_text().splitlines()
            if it.startswith("# ")
        )
        named = {name: it.replace("{}", str(folder)) for name, it in given.items()}
        return {"backup_key": recipient[recipient.index("age1") :]} | named

    return change


OTHER_KEY = "5" * 64
WALK: dict[str, tuple[tuple[str, ...], Change, str]] = {
    "half a key": (START, key_file("51ab"), "other.key must hold 64 hexadecimal digits"),
    "an empty key": (START, key_file(""), "other.key must hold 64 hexadecimal digits"),
    "a key others can read": (START, key_file(None, 0o444), "others can read it; chmod 0400"),
    "another deployment's key": (START, key_file(OTHER_KEY), "this is not the host key of this"),
    "no key": (START, sets(host_key_file="{}/none"), "put its copy, which is kept elsewhere, back"),
    "a key in the data": (START, sets(host_key_file="{}/data/haven.db"), "inside HAVEN_DATA"),
    "a token with a blank": (START, sets(telegram_token=f"{TOKEN} "), "BotFather gave, like"),
    "no token file": (
        ("start",),
        lambda f, s: without("telegram_token")(f, s) or {"telegram_token_file": f / "none"},
        "its first line must be the secret",
    ),
    "no name": (START, without("organisation"), "HAVEN_ORGANISATION is not set"),
    "an empty folder": (START, sets(data="{}/nothing"), "begins with: haven setup"),
    "an empty database": (START, spoil("haven.db", b""), "has a haven.db without tables"),
    "a damaged database": (START, spoil("haven.db", b"x" * 999), "haven restore brings a backup"),
    "a damaged database, read": (
        ("cases", "list"), spoil("haven.db", b"x" * 999), "haven restore brings a backup"
    ),
    "no key store": (START, spoil("keys.db", None), "the key store of this deployment is not here"),
    "newer data": (START, of_newer_release("haven.db"), "Install the release that ran here last"),
    "newer keys": (START, of_newer_release("keys.db"), "Install the release that ran here last"),
    "practice data": (START, spoil("practice", b""), "holds practice cases"),
    "keys in the database": (
        START, sets(database_url="sqlite:///{}/data/haven.db", keys_url="sqlite:///{}/data/haven.db"),
        "HAVEN_KEYS_URL is HAVEN_DATABASE_URL",
    ),
    "both exchanged": (
        START, sets(database_url="sqlite:///{}/data/keys.db", keys_url="sqlite:///{}/data/haven.db"),
        "HAVEN_DATABASE_URL names the key store of Haven",
    ),
    "the data for keys": (
        START, sets(keys_url="sqlite:///{}/copy.db"), "HAVEN_KEYS_URL names the data of Haven"
    ),
    "a key store of another kind": (
        START, sets(keys_url="mysql://a/b"), "HAVEN_KEYS_URL must begin with sqlite:///"
    ),
    "a database of another kind": (
        START, sets(database_url="mysql://a/b"), "HAVEN_DATABASE_URL must begin with sqlite:///"
    ),
    "no such file": (START, sets(database_url="sqlite:///{}/a/b.db"), "a/b.db holds no tables"),
    "PostgreSQL not running": (
        START, sets(database_url="postgresql://u@127.0.0.1:9/haven"), "start PostgreSQL, or set"
    ),
    "PostgreSQL's host unknown": (
        START, sets(database_url="postgresql://u@db.invalid/haven"), "or mend the name service"
    ),
    "an unknown option": (
        START, sets(database_url="postgresql://u@127.0.0.1:9/h?foo=1"), "spell it as libpq does"
    ),
    "a folder of time zones": (START, sets(time_zone="Asia"), "HAVEN_TIME_ZONE: the name of a"),
    "no TLS on the internet": (START, sets(desk_origin="http://desk.example.org"), "https://NAME"),
    "no group": (START, sets(desk_group="12345"), "HAVEN_DESK_GROUP: the id of the caseworkers'"),
    "an unknown name": (START, sets(proxy="x"), "did you mean HAVEN_TELEGRAM_PROXY?"),
    "out of range": (START, sets(keep_days="3"), "HAVEN_KEEP_DAYS: days a closed case is kept, 7"),
    "too long a name": (START, sets(organisation="x" * 61), "at most 60 characters"),
    "one port twice": (
        START, sets(desk_listen="0.0.0.0:8090", watch_listen="127.0.0.1:8090"), "not the desk's"
    ),
    "a proxy of another kind": (
        START, sets(telegram_proxy="socks5://127.0.0.1:1080"), "SOCKS is not understood"
    ),
    "a proxy that would read all": (
        START, sets(telegram_proxy="http://127.0.0.1:3128"), "the proxy would read the token"
    ),
    "half a backup setting": (START, sets(backups="{}/backups"), "haven keys backup prints"),
    "the other half": (START, backups(), "HAVEN_BACKUP_KEY is set and HAVEN_BACKUPS is not"),
    "nowhere to put a backup": (("backup",), backups(), "HAVEN_BACKUPS is not set: name a folder"),
    "backups in the data": (START, backups(backups="{}/data"), "would be lost with it"),
    "a backup into the data": (
        ("backup",), backups(backups="{}/data/backups"), "would be lost with it"
    ),
    "a restore over the data": (
        ("restore", "{}/backups", "--to", "{}/data", "--key", "{}/offline.key"), backups(),
        "restore into another folder, never over it",
    ),
    "a credential missing": (
        START, lambda f, s: without("telegram_token")(f, s) or {"credentials": f / "empty"},
        "systemd handed over no credential haven-telegram-token",
    ),
}  # fmt: skip


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """A copy of the deployment, which may be spoiled."""
    copied = tmp_path / "deployment"
    shutil.copytree(home, copied)
    for name in ("backups", "empty"):
        (copied / name).mkdir()
    shutil.copy(copied / "data" / "haven.db", copied / "copy.db")
    return copied


@pytest.mark.parametrize("name", WALK)
def test_what_is_wrong_is_one_line_with_the_fix_and_changes_nothing(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, change, said = WALK[name]
    settings = settings_of(folder)
    settings |= change(folder, settings) or {}
    if credentials := settings.pop("credentials", None):
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    before = stored(folder)
    done = run_haven(*(it.replace("{}", str(folder)) for it in words), **settings)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert is_user_message(done.stderr)
    assert said in done.stderr
    assert stored(folder) == before


def stored(folder: Path) -> dict[str, list[tuple[object, ...]] | str]:
    """Return what a deployment holds, and which files lie beside it."""
    found: dict[str, list[tuple[object, ...]] | str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "keys.db", "bot.lock")):
            found[str(path)] = _rows(path)
    return found


def _rows(path: Path) -> list[tuple[object, ...]] | str:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute("SELECT id FROM staff ORDER BY id").fetchall()
    except sqlite3.Error:
        return path.read_bytes().hex()


# --- What another program holds -----------------------------------------------------------------


@contextmanager
def listening() -> Iterator[str]:
    """Give an address on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"


@pytest.mark.parametrize("setting", ["desk_listen", "watch_listen"])
def test_a_port_that_is_taken_is_named_with_its_setting(folder: Path, setting: str) -> None:
    with listening() as address:
        done = run_haven("start", **settings_of(folder) | {setting: address})
    assert done.returncode == 1
    assert done.stderr == (
        f"HAVEN_{setting.upper()}: {address}: Address already in use; stop the other program, or "
        "name another port\n"
    )


def test_a_second_bot_names_the_first_and_not_its_port(folder: Path) -> None:
    first = DataDirectory(folder / "data")
    first.lock()
    with listening() as address:
        done = run_haven("start", **settings_of(folder) | {"desk_listen": address})
    first.unlock()
    named = f"on {socket.gethostname()}, since 20"
    assert done.returncode == 1
    assert done.stderr.startswith("another Haven (process ")
    assert named in done.stderr
    assert done.stderr.count("\n") == 1


def test_another_bots_token_is_refused_until_the_earlier_bot_is_said_to_be_gone(
    folder: Path,
) -> None:
    with closing(sqlite3.connect(folder / "data" / "haven.db")) as database, database:
        database.execute("INSERT INTO offsets VALUES (7200000002, 1, 1)")
    settings = settings_of(folder)
    for words in (START, (*START, "--replaces", "7300000003")):
        done = run_haven(*words, **settings)
        assert done.returncode == 1
        assert "run once: haven start --replaces 7200000002" in done.stderr
        assert done.stderr.count("\n") == 1
    with listening() as address:  # which is asked next, and refused
        done = run_haven(*START, "--replaces", "7200000002", **settings | {"desk_listen": address})
    assert "Address already in use" in done.stderr


def test_where_nothing_is_set_setup_is_named(tmp_path: Path) -> None:
    done = run_haven("start")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "haven setup, as root, asks for all settings" in done.stderr


def test_training_without_an_input_for_enter_is_refused_before_it_begins() -> None:
    refused = subprocess.run(  # noqa: S603 - our own command
        [*haven_program(), "train"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env=command_settings({}), cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.startswith("haven train ends when you press Enter")
    assert is_user_message(refused.stderr)
    assert "fictional people come" not in refused.stdout
