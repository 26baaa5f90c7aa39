"""A deployment that `haven start` runs as a process, with the desk; and a browser at that desk."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import secrets
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pyotp

from bot.app.storage import open_database, open_vault
from bot.cases.state_machine import Role
from bot.desks.web.auth.totp import SecondFactors
from bot.hotline.staff.staff import Staff
from bot.settings import load_settings
from bot.store.database import Database, DataDirectory
from bot.vault import HostKey
from tests.support.bot_api.server import TOKEN
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, staff_keys
from tests.support.forked_commands import connected, server_address
from tests.support.forked_haven import end_of, send_command
from tests.support.free_ports import free_port
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

HOST = "127.0.0.1"
_CSRF = re.compile(r'data-csrf="([0-9a-f]{32})"')
PATIENCE = 60.0
"""Seconds after which what should have happened has not."""


async def wait_for(what: Callable[[], Any], name: str = "it", patience: float = PATIENCE) -> Any:
    """Wait until something is so, and return it; raise TimeoutError with its name."""
    end = time.monotonic() + patience
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(f"waits for {name}")
        await asyncio.sleep(0.02)
    return found


@dataclass(frozen=True)
class EndedProcess:
    """What a process ended with, and what it cost."""

    status: int
    cpu: float
    """Seconds of processor time."""


class PythonProcess:
    """A process of Python, which imports what it needs."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, *words], env=env, cwd=ROOT, stdout=out, stderr=out
            )
        self.pid = self._process.pid

    def wait(self) -> EndedProcess:
        """Wait for its end."""
        _process, status, used = os.wait4(self.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return EndedProcess(self._process.returncode, used.ru_utime + used.ru_stime)


class ForkedProcess:
    """The same process, forked from the server of commands, which has imported everything."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str], log: Path) -> None:
        words = words[2:] if words[0] == "-m" else words
        self._server = connected(server_address())
        with log.open("ab") as out, open(os.devnull, "rb") as nothing:  # noqa: PTH123
            files = [nothing.fileno(), out.fileno(), out.fileno()]
            self.pid = send_command(self._server, list(words), env, str(ROOT), files)

    def wait(self) -> EndedProcess:
        """Wait for its end."""
        with self._server:
            return EndedProcess(*end_of(self._server))


class StartedProcess:
    """One life of `haven start`."""

    def __init__(
        self,
        settings: dict[str, str],
        log: Path,
        words: tuple[str, ...],
        *,
        is_forked: bool = False,
    ) -> None:
        begun = ForkedProcess if is_forked else PythonProcess
        self._process = begun(words, {**os.environ, **settings}, log)
        self._ended = asyncio.create_task(asyncio.to_thread(self._process.wait))

    @property
    def is_over(self) -> bool:
        return self._ended.done()

    def limit_file_size(self, most: int) -> None:
        """Let no file of the process grow beyond so many bytes, as on a full disk; -1: any size."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def cpu(self) -> float:
        """Return the seconds of processor time used so far."""
        with open(f"/proc/{self._process.pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the kilobytes of memory that are used now, what is shared with others included."""
        with open(f"/proc/{self._process.pid}/smaps_rollup", encoding="ascii") as parts:  # noqa: PTH123
            (kilobytes,) = (int(it.split()[1]) for it in parts if it.startswith("Rss:"))
        return kilobytes

    async def end(self, number: int = signal.SIGTERM) -> EndedProcess:
        """End the process, unless it has ended, and return what it ended with."""
        if not self.is_over:
            os.kill(self._process.pid, number)
        return await self._ended


@dataclass(frozen=True)
class DeskAccess:
    """What a caseworker signs in with, and where."""

    desk: str
    who: str
    secret: str


class StartedDeployment:
    """Data, keys and one supervisor; `begin` starts a process on them."""

    def __init__(
        self, folder: Path, address: str, program: tuple[str, ...] = (), *,
        is_forked: bool = False, **settings: str,
    ) -> None:  # fmt: skip
        """Make the data; `program` is run in place of `haven start`.

        Its processes start Python, or are forked where a start is not the subject: that is quicker.
        """
        port = free_port()
        self.desk = f"http://{HOST}:{port}"
        self.data, self.log = folder / "data", folder / "log"
        self._is_forked = is_forked
        self._program = program or ("-m", "bot.cli", "start")
        given = {
            "data": self.data, "host_key_file": folder / "key", "telegram_token": TOKEN,
            "telegram_api": address, "organisation": "Hope House", "contact": "02-1234",
            "hours": "00:00-24:00", "staff_language": "en", "desk_listen": f"{HOST}:{port}",
            **settings,
        }  # fmt: skip
        # As on a host: a process finds what an earlier one compiled.
        self._settings = {"PYTHONDONTWRITEBYTECODE": ""}
        self._settings |= {f"HAVEN_{name.upper()}": str(value) for name, value in given.items()}
        self._database_url = settings.get("database_url", DataDirectory(self.data).database_url)
        HostKey.create(folder / "key")
        self._loaded = load_settings(**given)
        self.mei = self.enrol("Mei")

    def enrol(self, name: str) -> DeskAccess:
        """Enrol one more supervisor, who is on duty."""
        database = open_database(self._loaded)
        with closing(database.writer), closing(open_vault(self._loaded, database)) as vault:
            now, run, staff = time.time_ns() // 1000, database.writer.run_sync, Staff(vault)
            about = {"name": name, "role": Role.SUPERVISOR, "title": "caseworker",
                     "queues": QUEUES, "languages": ("en",), "most": 99}  # fmt: skip
            who = run(lambda work: staff.add(work, now, **about)).id
            run(lambda work: staff.set_duty(work, who, on=True))
            keys = staff_keys(vault)
            keys.enrol(who, Role.SUPERVISOR.value, QUEUES, PASSWORD, now)
            for it in keys.requests():  # of whoever is not the first
                keys.approve(keys.unlock(self.mei.who, PASSWORD), it.staff_id, now)
            secret = SecondFactors.new_totp_secret()
            run(lambda work: SecondFactors(vault).store_totp(work, who, secret, 0, now))
        return DeskAccess(self.desk, who, secret)

    def begin(self, *more: str) -> StartedProcess:
        """Start a process; `more` is added to its command."""
        words = (*self._program, *more)
        return StartedProcess(self._settings, self.log, words, is_forked=self._is_forked)

    @property
    def settings(self) -> dict[str, str]:
        """Its own settings, as variables of the environment."""
        return dict(self._settings)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of this deployment, for other commands."""
        return {**os.environ, **self._settings}

    def said(self) -> str:
        """Return everything the processes wrote."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def ask(self, sql: str) -> list[Any]:
        """Return the rows of a question."""
        with closing(Database(self._database_url).connect()) as connection:
            return list(connection.execute(sql))

    def has_letters_to_send(self) -> bool:
        """Tell whether a letter, or a command that may lead to one, is on its way."""
        waiting = (
            "SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') "
            "AND hold IS NULL) + (SELECT count(*) FROM staff_commands WHERE state = 'waiting')"
        )
        return bool(self.ask(waiting)[0][0])


class DeskClient:
    """A caseworker's browser at a desk of a real process."""

    def __init__(self, deployment: StartedDeployment, access: DeskAccess | None = None) -> None:
        """Come as Mei, or as another caseworker."""
        self._access = access or deployment.mei
        self._client = httpx.AsyncClient(
            base_url=deployment.desk, timeout=httpx.Timeout(20.0),
            headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"},
        )  # fmt: skip
        self._cookies: dict[str, str] = {}

    def go_to(self, address: str) -> None:
        """Send what follows to this desk of the deployment, as a load balancer does."""
        self._client.headers["host"] = httpx.URL(self._access.desk).netloc.decode()
        self._client.base_url = httpx.URL(address)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def is_served(self) -> bool:
        """Tell whether the desk answers."""
        try:
            return (await self._client.get("/signin")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    async def wait_until_served(self) -> None:
        """Wait until the desk answers; raise TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not await self.is_served():
            if time.monotonic() > end:
                raise TimeoutError("waits for the desk")
            await asyncio.sleep(0.02)

    async def sign_in(self) -> None:
        """Start a session."""
        answer = await self.try_to_sign_in()
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.status_code
        page = await self.get("/account")
        found = _CSRF.search(page.text)
        assert found is not None
        self._csrf = found[1]

    async def try_to_sign_in(self, later: int = 0) -> httpx.Response:
        """Send name, password and the code of so many half minutes later: each is taken once."""
        code = pyotp.TOTP(self._access.secret).at(int(time.time()) + 30 * later)
        fields = {"who": self._access.who, "password": PASSWORD, "code": code}
        return await self.send("/signin", fields)

    async def get(self, path: str) -> httpx.Response:
        """Go to a page."""
        return await self._keep(self._client.get(path, headers=self._headers()))

    async def send(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form."""
        given = {"origin": self._access.desk, **self._headers(), **headers}
        return await self._keep(self._client.post(path, data=fields, headers=given))

    async def do(self, reference: str, verb: str, nonce: str = "", **fields: str) -> dict[str, Any]:
        """Give a command about a case, and return what was said."""
        sent = {"csrf": self._csrf, "nonce": nonce or secrets.token_hex(12), **fields}
        path = f"/cases/{reference}/do/{verb}"
        answer = await self.send(path, sent, **{"x-haven": "1"})
        found: dict[str, Any] = answer.json()
        return found

    def _headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    async def _keep(self, call: Any) -> httpx.Response:
        answer: httpx.Response = await call
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        self._client.cookies.clear()  # secure cookies are not sent over HTTP: ours are
        return answer
