"""What setup asks of a PostgreSQL it asks as the user of the service, with their home.

So does what root types and stays root for.
"""

from __future__ import annotations

import os
import pwd
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from bot.cli.install import existing_data
from bot.cli.install.existing_data import ExistingData, find_existing
from bot.cli.install.setup import Installation
from bot.errors import HavenError
from bot.private_file import user_name
from bot.settings import load_settings
from bot.setup import credentials, ownership
from bot.setup.credentials import CredentialFolder, new_host_key, run_as_owner
from bot.setup.files import Target
from bot.setup.ownership import acting_as, user_who_asks
from bot.store.database import Database
from bot.store.migrate import schema_engine, upgrade
from bot.store.postgresql.connection_user import connecting_as
from tests.setup.test_setup_files import NOBODY, in_a_child
from tests.support.cli_runner import written
from tests.support.database.private_server import PrivateServer, private_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
PASSWORD = "of-the-service"  # noqa: S105 - of this test


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateServer]:
    """A server with tables that asks haven for a password, and the system who the other one is."""
    with private_server() as made:
        upgrade(Database(made.url()))
        made.run(f"CREATE ROLE {user_name(NOBODY)} LOGIN SUPERUSER")
        made.run(f"CREATE ROLE haven LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
        rules = Path(made.data, "pg_hba.conf")
        rules.write_text(
            f"local all haven scram-sha-256\nlocal all {user_name(NOBODY)} peer\n"
            f"{rules.read_text()}"
        )
        made.run("SELECT pg_reload_conf()")
        Path(made.data).chmod(0o750)  # its socket is there: a group may reach it
        yield made


@pytest.fixture
def home(server: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder and home of a user whom the service has; its .pgpass is theirs alone."""
    with TemporaryDirectory(dir="/var/tmp") as folder:
        path = Path(folder)
        written(path / ".pgpass", f"*:*:*:haven:{PASSWORD}").chmod(0o600)
        for it in (path, path / ".pgpass"):
            os.chown(it, NOBODY, NOBODY)
        like = pwd.getpwuid(NOBODY)
        group = Path(server.data).stat().st_gid
        user = pwd.struct_passwd((*like[:3], group, like[4], folder, like[6]))
        monkeypatch.setattr(ownership, "service_user", lambda: user)
        monkeypatch.delenv("PGPASSFILE", raising=False)
        yield path


def found_by(url: str, data: Path, *, as_service: bool) -> str:
    """Return what the database says, asked in a process of its own."""
    settings = load_settings(data=data, database_url=url)

    def asked() -> str:
        user = user_who_asks(settings) if as_service else None
        with acting_as(user):
            try:
                Database(url).connect().close()
            except Exception:  # noqa: BLE001 - of whatever driver
                return "refused"
            return f"{user_name()} {os.environ['HOME']}"

    return in_a_child(asked)


def test_the_password_in_the_home_of_the_service_is_used_by_setup(
    server: PrivateServer, home: Path
) -> None:
    url = server.url(user="haven").replace("haven:@", "haven@")
    assert found_by(url, home, as_service=True) == f"{user_name(NOBODY)} {home}"
    assert found_by(url, home, as_service=False) == "refused"  # the control


def test_setup_is_root_again_after_it_asked(home: Path) -> None:
    """Also if what was asked fails; and nothing that it starts can become root meanwhile."""
    settings = load_settings(data=home, database_url="postgresql://haven@/haven")

    def asked() -> str:
        before, seen = (os.getgroups(), os.environ["HOME"]), ()
        with suppress(HavenError), acting_as(user_who_asks(settings)):
            seen = os.getresuid()[:2]
            raise HavenError("no")
        return f"{seen} {os.getresuid()} {(os.getgroups(), os.environ['HOME']) == before}"

    assert in_a_child(asked) == f"({NOBODY}, {NOBODY}) (0, 0, 0) True"


def test_the_copy_of_a_host_key_that_root_alone_reads_is_read_by_who_asks(
    server: PrivateServer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of data that were moved into this PostgreSQL from another machine."""
    copy, key = tmp_path / "host.key", new_host_key()
    written(copy, key)
    url = server.url(user="haven").replace("haven:@", "haven@")
    settings = load_settings(data=home, database_url=url)

    def reads(given: object, _key: str) -> ExistingData:
        path = given.host_key_file  # type: ignore[attr-defined]
        return ExistingData(f"{os.geteuid()} {path.read_text().strip() == key}")

    monkeypatch.setattr(existing_data, "_found", reads)

    def asked() -> str:
        user = user_who_asks(settings)
        return find_existing(settings, str(copy), key=None, user=user).host_key

    assert in_a_child(asked) == f"{NOBODY} True"


def test_a_database_in_a_file_and_restored_data_of_root_are_asked_by_root(
    home: Path, tmp_path: Path
) -> None:
    of_root, server = tmp_path / "restored", "postgresql://haven@/haven"
    of_root.mkdir(mode=0o700)
    given = {"data": home, "database_url": server}
    assert user_who_asks(load_settings(**given)) is not None  # the control
    assert user_who_asks(load_settings(data=home)) is None
    assert user_who_asks(load_settings(data=of_root, database_url=server)) is None


def test_the_databases_of_another_root_are_asked_by_who_runs_setup(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"data": str(home), "database_url": "postgresql://haven@/haven"}
    made = Installation(
        Target(tmp_path), values, {}, CredentialFolder(Target(tmp_path), is_encrypted=False), {}
    )
    assert made.user is None
    monkeypatch.setattr(Target, "is_this_machine", property(lambda _self: True))
    assert made.user is not None


def asked_by_a_command(urls: list[str], root: Path) -> str:
    """Return what root's command finds: by a connection, by an engine, and who root is after."""

    def asked() -> str:
        run_as_owner(Target(root), keeps_user=True, words=("keys", "status"))
        found = []
        for url in urls:
            try:
                Database(url).connect().close()
                with schema_engine(Database(url)) as engine, engine.connect():
                    found.append("reached")
            except Exception:  # noqa: BLE001 - of whatever driver
                found.append("refused")
        return f"{found} {os.getresuid()}"

    return in_a_child(asked)


def test_a_command_that_stays_root_connects_as_the_user_of_the_service(
    server: PrivateServer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By peer and by the password in their home; haven keys and haven restore were refused."""
    monkeypatch.setattr(credentials, "service_user", ownership.service_user)
    monkeypatch.setenv("HAVEN_DATA", str(home))
    urls = [server.url(user=it).replace(f"{it}:@", f"{it}@") for it in ("haven", user_name(NOBODY))]
    asked = asked_by_a_command(urls, tmp_path)
    assert asked.startswith("['reached', 'reached'] (0, 0, 0)")
    monkeypatch.setattr(credentials, "service_user", lambda: None)  # the control
    asked = asked_by_a_command(urls, tmp_path)
    assert asked.startswith("['refused', 'refused'] (0, 0, 0)")


def test_a_login_of_roots_own_is_tried_where_the_one_of_the_service_is_refused(
    server: PrivateServer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "service_user", ownership.service_user)
    monkeypatch.setenv("HAVEN_DATA", str(home))
    monkeypatch.setenv("PGPASSFILE", str(written(tmp_path / "mine", f"*:*:*:haven:{PASSWORD}")))
    url = server.url(user="haven").replace("haven:@", "haven@")
    assert asked_by_a_command([url], tmp_path).startswith("['reached']")


def test_only_the_thread_that_connects_is_another_user_meanwhile(
    home: Path, tmp_path: Path
) -> None:
    """Another thread read the host key at that moment, and was refused."""
    of_root = written(tmp_path / "host.key", "of root alone")
    tmp_path.chmod(0o755)

    def read() -> str:
        try:
            return of_root.read_text().strip()
        except PermissionError:
            return "refused"

    def asked() -> str:
        with ThreadPoolExecutor(1) as other:
            other.submit(read).result()  # the thread is there already
            with connecting_as(ownership.service_user()):  # type: ignore[arg-type]
                here, there = read(), other.submit(read).result()
        return f"{here}, {there}, {read()}"

    assert in_a_child(asked) == "refused, of root alone, of root alone"
