"""The operator's page on a bare Debian: install, answer a person, back up, restore, upgrade.

`python -m tests.fire.drills.clean_root_drill` writes what it found as one line of JSON; it ends
with 1 when a line of the page fails, no one is answered, or the other machine lacks something.
Packages come from where this machine has them. The lines are the page's own: what it says to edit
is edited, and its folders on a stick are folders of the root. Each machine boots its own systemd,
which starts the service as the page says, and whose power is cut in the end; where no systemd can
be booted, `haven start` is typed instead, and the row says so. With `--flaw` the service gets no
credentials: it must be found.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from tests.fire.drill_command import run_command
from tests.fire.drills.letters_drill import FIRST, Correspondent
from tests.fire.processes.started_deployment import wait_for
from tests.support.booted_root import booted, no_boot
from tests.support.bot_api.server import TOKEN, serve_bot_api
from tests.support.clean_root import CHECKOUT, CleanRoot, CleanRootError, clean_root
from tests.support.content.shell_blocks import shell_blocks
from tests.support.database.dump_deployment import dump_deployment
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.database.release_dumps import DUMPS
from tests.support.free_ports import free_port
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.support.bot_api.server import BotApiServer

PAGE = ROOT / "bot" / "cli" / "README.md"
SAID = "He keeps my passport."
STICK = "/media/stick"
READY = "Haven is ready at "
PATIENCE = 120.0
NO_FAULT_OF_OURS = ("wrong  disk space", "wrong  clock is kept by NTP")
"""What the doctor may find wrong about the machine of a test."""


def lines_of_page(first: str) -> tuple[str, ...]:
    """Return the lines of the block of the operator's page that begins so."""
    blocks = shell_blocks(PAGE.read_text(encoding="utf-8"))
    return next(it.lines for it in blocks if it.lines[0].startswith(first))


def free_address() -> str:
    """Return an address of this machine, whose network the root shares, with a free port."""
    return f"127.0.0.1:{free_port()}"


@dataclass
class CleanRootFindings:
    """How long each step took, and the first that failed."""

    seconds: dict[str, float] = field(default_factory=dict)
    answered_after: float = 0.0
    """Seconds from the first line of the page until a person was answered."""
    restored_after: float = 0.0
    """Seconds from the first line on the other machine until the person was answered there."""
    upgraded: list[str] = field(default_factory=list)
    """Releases whose data were upgraded."""
    started_by: str = "haven start"
    """What starts the service: systemd, or this command typed where none can be booted."""
    faults: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of a step."""
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)


class CleanRootDrill:
    """Two machines, one bot, and a person who writes to it."""

    def __init__(
        self, root: CleanRoot, api: BotApiServer, folder: Path, tell: Callable[[int], None],
        releases: int, flaw: bool,
    ) -> None:  # fmt: skip
        self._flaw = flaw
        self.root, self.api, self.folder = root, api, folder
        self.found, self._tell, self._releases = CleanRootFindings(), tell, releases
        self.person = Correspondent(api, FIRST)
        self._start = ""

    async def run(self) -> None:
        """Take every step; the first that fails is the fault."""
        began = time.monotonic()
        await self._do("installed", self.install)
        first, other = self.root, await asyncio.to_thread(self.root.copied, "other")
        with self._machine(first):
            await self._do("set up", self.set_up)
            await self._do("answered", self.answer)
        self.found.answered_after = round(time.monotonic() - began, 1)
        await self._do("demo", self.demo)
        for dump in DUMPS[:-1][-self._releases :]:
            await asyncio.to_thread(self.upgrade, dump)
        shutil.copytree(self.root.at(STICK), other.at(STICK), dirs_exist_ok=True)
        began = time.monotonic()
        with self._machine(other):
            await self._do("restored", self.restore)
            await self._do("answered there", self.go_on)
        installing = self.found.seconds["installed"]
        self.found.restored_after = round(time.monotonic() - began + installing, 1)

    @contextmanager
    def _machine(self, root: CleanRoot) -> Iterator[None]:
        """Boot a machine, where that can be; in the end its power is cut."""
        if no_boot():
            self.root = root
            yield
            return
        with booted(root) as self.root:
            self.found.started_by = "systemd"
            yield
        self.root = root

    async def _do(self, name: str, step: Callable[[], Any]) -> None:
        self._tell(len(self.found.seconds))
        with self.found.step(name):
            if asyncio.iscoroutinefunction(step):
                await step()
            else:
                await asyncio.to_thread(step)

    def install(self) -> None:
        """Type the first lines of the page, on a machine that has nothing of ours."""
        assert self.root.tries("command -v python3 || command -v haven").code
        *lines, last = lines_of_page("apt-get update")
        assert last == "haven setup"
        for line in lines:
            self.root.types(line)

    def set_up(self) -> None:
        """Make the key of backups, edit the file of answers, and set up."""
        said = self.root.types(f"haven keys backup {STICK}/offline.key --no-passphrase")
        self._answers(
            organisation="Hope House", contact="02-1234-5678", hours="00:00-24:00",
            staff_language="en", backups="/var/backups/haven",
            backup_key=said.rpartition("HAVEN_BACKUP_KEY=")[2].split()[0], administrator="Wen",
            caseworker="Mei", caseworker_languages="id,en", caseworker_password=PASSWORD,
            host_key_copy=f"{STICK}/haven-host.key",
        )  # fmt: skip
        self._sets_up()
        (line,) = lines_of_page("systemctl daemon-reload") if self.root.init else ("haven start",)
        assert sorted(self._start.split()) == sorted(line.split()), self._start

    def _answers(self, **given: str) -> None:
        """Print the example of a file of answers, and answer at its end."""
        self.root.types("haven setup --print-answers > answers.toml && chmod 0600 answers.toml")
        given |= {"token": TOKEN, "telegram_api": self.api.address, "desk_listen": free_address()}
        with self.root.at(CHECKOUT / "answers.toml").open("a") as file:
            file.writelines(f'{key} = "{answer}"\n' for key, answer in given.items())

    def _sets_up(self) -> None:
        said = self.root.types("haven setup --answers answers.toml")
        findings = said.partition("Findings")[2]
        self._start = findings.rpartition("\nNow: ")[2].partition("\n")[0]
        wrong = [it for it in findings.splitlines() if it.startswith("wrong")]
        assert "fine   telegram token" in findings
        assert [it for it in wrong if not it.startswith(NO_FAULT_OF_OURS)] == []

    async def answer(self) -> None:
        """Start it; a person opens a case; back up while it runs, onto the stick."""
        async with self._started():
            await self._says("/start")
            await self.person.presses("English", "Talk to a person", "I am safe here")
            await self._says(SAID)
            await self.person.presses("Send")
            listed = json.loads(await asyncio.to_thread(self.root.types, "haven cases list --json"))
            self.person.reference = listed[0]["reference"]
            backup = "systemctl start haven-backup" if self.root.init else "haven backup"
            await asyncio.to_thread(self.root.types, backup)
        shutil.copytree(self.root.at("/var/backups/haven"), self.root.at(f"{STICK}/backups"))

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[None]:
        """Start the service as setup says, and read in the end what it logged."""
        if not self.root.init:
            with self.root.running(self._start, self.folder / "log"):
                yield
            return
        if self._flaw:
            drop_in = self.root.at("/etc/systemd/system/haven.service.d/flaw.conf")
            drop_in.parent.mkdir()
            drop_in.write_text("[Service]\nLoadCredentialEncrypted=\n")
        await asyncio.to_thread(self.root.types, self._start)
        yield
        logged = await asyncio.to_thread(self.root.types, "haven logs")
        assert "polling" in logged, logged[-2000:]
        assert SAID not in logged
        await asyncio.to_thread(self.root.types, "systemctl start haven-retention")

    async def _says(self, words: str) -> None:
        """Let the person write, and wait for an answer."""
        texts = self.api.record.texts
        before = len(texts(self.person.number))
        self.api.say(self.person.number, words)
        try:
            await wait_for(
                lambda: len(texts(self.person.number)) > before, f"an answer to {words}", PATIENCE
            )
        except TimeoutError:
            raise AssertionError(await asyncio.to_thread(self._log)) from None

    def _log(self) -> str:
        """Return the end of what the service logged."""
        if self.root.init:
            return self.root.tries("journalctl --unit=haven --output=cat").printed[-2000:]
        return (self.folder / "log").read_text()[-2000:]

    async def demo(self) -> None:
        """Let the demo answer a made-up person."""
        log = self.folder / "demo"
        line = "haven demo --empty --port 0 --no-browser"
        with self.root.running(line, log, PYTHONUNBUFFERED="1") as process:
            await wait_for(
                lambda: READY in log.read_text() or process.poll() is not None, "the demo", PATIENCE
            )
            address = log.read_text().rpartition(READY)[2].split()[0]
            async with httpx.AsyncClient(base_url=f"{address}sandbox/") as hands:
                added = (await hands.post("phones", json={"name": "A", "language": "id"})).json()
                await hands.post(f"phones/{added['id']}/text", json={"text": "/start"})
                texts: list[str] = []
                while not any("Pilih bahasa" in it for it in texts):
                    assert process.poll() is None
                    shown = (await hands.get(f"phones/{added['id']}/messages")).json()
                    texts = [str(it.get("text", "")) for it in shown]

    def upgrade(self, dump: Path) -> None:
        """Upgrade the data of an earlier release: say how, try it on a copy, do it."""
        release, place = dump.parent.name, self.root.at(f"/srv/{dump.parent.name}")
        place.mkdir(parents=True)
        dump_deployment(place, dump, upgraded=False)
        where = {"HAVEN_ENV_FILE": "", "HAVEN_DATA": f"/srv/{release}/data",
                 "HAVEN_HOST_KEY_FILE": f"/srv/{release}/host.key"}  # fmt: skip
        with self.found.step(f"upgraded from {release}"):
            assert "Not rehearsed yet" in self.root.types("haven upgrade --check", **where)
            assert "The copy is complete" in self.root.types("haven upgrade --rehearse", **where)
            assert "Upgraded in" in self.root.types("haven upgrade", **where)
        self.found.upgraded.append(release)

    def restore(self) -> None:
        """Type the lines of the page on another machine, and name the host key."""
        line, last = lines_of_page("haven restore")
        assert last.startswith("haven setup")
        assert "1 case, " in self.root.types(line)
        self._answers(
            organisation="Hope House", contact="02-1234-5678", hours="00:00-24:00",
            staff_language="en", host_key=f"{STICK}/haven-host.key",
        )  # fmt: skip
        self._sets_up()

    async def go_on(self) -> None:
        """Start it there: the person is answered, and a colleague opens the case."""
        assert self.person.reference in self.root.types("haven cases list")
        assert "Mei" in self.root.types("haven staff list")
        async with self._started():
            await self._says("/start")
        assert SAID in self.root.types(
            f"haven cases show {self.person.reference} --as {self._id_of_mei()} "
            f"--password-file {self._password_file()}"
        )

    def _id_of_mei(self) -> str:
        staff = json.loads(self.root.types("haven staff list --json"))
        return str(next(it["id"] for it in staff if it["name"] == "Mei"))

    def _password_file(self) -> str:
        file = self.root.at(f"{STICK}/mei.password")
        file.write_text(PASSWORD)
        file.chmod(0o600)
        return f"{STICK}/mei.password"


async def run(tell: Callable[[int], None], releases: int, *, flaw: bool) -> CleanRootFindings:
    """Make the root, and take every step."""
    began = time.monotonic()
    with clean_root() as root, TemporaryDirectory() as folder:
        made = round(time.monotonic() - began, 1)
        root.at(STICK).mkdir(parents=True)
        async with serve_bot_api() as api:
            drilled = CleanRootDrill(root, api, Path(folder), tell, releases, flaw)
            found = drilled.found
            found.seconds["bare Debian"] = made
            try:
                await drilled.run()
            except (AssertionError, CleanRootError, TimeoutError) as error:
                last = list(found.seconds)[-1]
                found.faults[f"after {last}"] = str(error) or repr(error)
            if api.record.complaints:
                found.faults["complaints"] = str(list(api.record.complaints))
    return found


def drill(
    *, releases: int = 1, flaw: bool = False, tell: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Follow the page once; return one row of figures, with what is wrong under `faults`.

    Data of so many earlier releases are upgraded, the newest of them.
    """
    began, found = time.monotonic(), asyncio.run(run(tell, releases, flaw=flaw))
    return {
        "answered_after": found.answered_after, "restored_after": found.restored_after,
        "started_by": found.started_by, "upgraded": found.upgraded, "steps": found.seconds,
        "seconds": round(time.monotonic() - began, 1), "faults": found.faults,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_command(drill))
