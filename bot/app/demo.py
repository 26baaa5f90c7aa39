"""Everything on this machine: the stand-in for Telegram, the bot, and a desk with two caseworkers.

Phones stand on one page; the group in which the caseworkers answer is another, for a second window.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live

from bot.app.build import open_database, open_vault, run_bot
from bot.app.sign_in import give_key
from bot.app.tables import queue_table
from bot.app.web_desk import build_desk_context, open_desk_app
from bot.cases.queries import load_queue
from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.clock import SystemClock
from bot.errors import HavenError, SettingError
from bot.hotline.staff.staff import Staff
from bot.languages import LANGUAGES
from bot.log import configure
from bot.mailbox.rate_limit import UNLIMITED
from bot.sandbox import TOKEN, Sandbox, serve
from bot.settings import Settings, load_settings
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import DiskSpace
from bot.vault import HostKey
from bot.vault.audit.log import OPERATOR, AuditLog
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from bot.vault.keys.passwords import PasswordCost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from rich.table import Table

    from bot.app.build import App
    from bot.desks.web.context import DeskContext
    from bot.hotline.staff.staff import Caseworker
    from bot.sandbox import Phone, SandboxGroup
    from bot.store.writer import Work
    from bot.vault import Vault

REFRESH_SECONDS = 1.0
PASSWORD = "only a rehearsal"  # noqa: S105 - printed for whoever looks on
DEMO_COST = PasswordCost(memory=8 * 1024, passes=1)
"""What a guess at it costs: there is nothing to guess."""
CASEWORKERS = (("Mei", tuple(LANGUAGES)), ("Jun", tuple(LANGUAGES)))
"""Who answers in the demo, and in which languages."""
DESK_PATH = "/desk"
FIRST_GROUP_ID = -1_002_000_000_000
GROUP_ID_RANGE = 900_000_000
DEMO_SETTINGS = {
    "organisation": "Harbour House",
    "contact": "02-0000-0000",
    "hours": "00:00-24:00",
    "desk_mode": "content",
    "staff_language": "en",
}
"""What a deployment would decide; the first screen says that this is a rehearsal."""


CLEARED_SETTINGS = dict.fromkeys(("database_url", "keys_url", "backups")) | {"backup_key": ""}
"""What the environment may name of a real deployment: nothing here goes there."""


async def run_demo(port: int, data: Path | None, *, browser: bool) -> None:
    """Serve the phone page, run the bot behind it, and show the queue until stopped."""
    with contextlib.ExitStack() as stack:
        folder = data or temporary_folder(stack)
        log = stack.enter_context(log_file(folder))
        configure(log)
        sandbox = Sandbox()
        group, workers = create_group(sandbox)
        async with serve_pages(sandbox, port) as address:
            try:
                settings = demo_settings(folder, address, group.id)
                who = await enrol_all(settings, workers)
                async with _open_desk(sandbox, settings, address) as (front, ours):
                    links = await _create_links(front, who)
                    await _run_bot_and_view(sandbox, ours, settings, links, browser=browser)
            except OSError as error:
                where = error.filename or folder
                raise HavenError(f"the demo ended: {where}: {error.strerror}") from None


@contextlib.asynccontextmanager
async def serve_pages(sandbox: Sandbox, port: int) -> AsyncIterator[str]:
    """Serve the phones and the group while the context lasts; give their address."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(serve(sandbox, port=port))
        except OSError as error:
            raise SettingError(
                f"port {port}: {error.strerror}; choose another with --port"
            ) from None
        yield address


@contextlib.asynccontextmanager
async def _open_desk(
    sandbox: Sandbox, settings: Settings, address: str
) -> AsyncIterator[tuple[DeskContext, RestartableBot]]:
    """Serve the desk beside the phones while the context lasts; give it, and the bot it asks."""
    database = open_database(settings)
    vault = open_vault(settings, database)
    number = int(TOKEN.partition(":")[0])
    front = build_desk_context(
        settings, database, vault, bot_id=number, origin=address, root=DESK_PATH, cost=DEMO_COST
    )
    ours = RestartableBot(settings, front)
    try:
        async with open_desk_app(front) as app:
            sandbox.mounted_apps[DESK_PATH] = app
            yield front, ours
    finally:
        sandbox.mounted_apps.pop(DESK_PATH, None)
        vault.close()
        await database.close()


async def _create_links(front: DeskContext, who: str) -> dict[str, str]:
    """Return what is printed: where everything is, and the links that sign somebody in, once."""
    secret, codes, now = new_session_secret(), front.factors.new_totp_secret(), front.clock.now()
    front.demo_links[secret_digest(secret)] = f"{who}:{PASSWORD}"
    front.demo_authenticators[who] = CASEWORKERS[0][0], codes
    await front.database.writer.run(lambda work: front.factors.store_totp(work, who, codes, 0, now))
    return {
        "phones": f"{front.origin}/",
        "group": f"{front.origin}/group",
        "desk": f"{front.origin}{DESK_PATH}/demo/{secret.hex()}",
        "who": who,
    }


class RestartableBot:
    """The bot of a rehearsal: it can end and begin anew while phones and desk go on."""

    def __init__(self, settings: Settings, front: DeskContext | None = None) -> None:
        self._settings = settings
        self._desk_context = front
        self._task: asyncio.Task[None] | None = None
        self._is_restarting = False
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Run it until cancelled, however often it is begun anew."""
        while True:
            self._is_restarting = False
            self._task = asyncio.create_task(
                run_bot(
                    self._settings,
                    limits=UNLIMITED,
                    rehearsal=True,
                    ready=self.ready,
                    room=DiskSpace.unlimited(self._settings.data),
                    extra_job=self._connect_desk,
                )
            )
            ended, _ = await asyncio.wait({self._task})
            if not self._is_restarting:
                for life in ended:
                    await life
                return

    async def _connect_desk(self, house: App) -> None:
        """Have the desk wake this bot, as long as it runs."""
        if self._desk_context is None:
            return
        self._desk_context.command_client.wake_dispatcher = house.dispatcher.resume
        try:
            await asyncio.Event().wait()
        finally:
            self._desk_context.command_client.wake_dispatcher = None

    async def restart(self) -> None:
        """End it where it stands, and return once it has come back to work."""
        if self._task is None or self._is_restarting or not self.ready.is_set():
            return
        self._is_restarting = True
        self.ready.clear()
        self._task.cancel()
        await self.ready.wait()

    async def stop(self) -> None:
        """End it for good, and wait for that."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


async def _run_bot_and_view(
    sandbox: Sandbox,
    ours: RestartableBot,
    settings: Settings,
    links: dict[str, str],
    *,
    browser: bool,
) -> None:
    sandbox.restart = ours.restart
    bot = asyncio.create_task(ours.run())
    view = asyncio.create_task(_show_when_ready(ours.ready, settings, links, browser=browser))
    try:
        await bot
    finally:  # however early it is stopped: the folder goes after the bot that writes there
        for task in (view, bot):
            if not task.cancelling():  # whoever is told twice does not put its things in order
                task.cancel()
        await ours.stop()
        await asyncio.gather(bot, view, return_exceptions=True)


async def _show_when_ready(
    ready: asyncio.Event, settings: Settings, links: dict[str, str], *, browser: bool
) -> None:
    """Say where the phone page is once the bot is ready, and show the queue."""
    await ready.wait()
    print(f"Haven is ready at {links['phones']}", flush=True)  # noqa: T201 - others wait for it
    print(f"The caseworkers' desk, as Mei, once: {links['desk']}", flush=True)  # noqa: T201
    print(f"Their Telegram group is at {links['group']}", flush=True)  # noqa: T201 - and this
    who = f"{links['who']}, with the password: {PASSWORD}"
    print(f"Whoever reads a case is {who}", flush=True)  # noqa: T201 - and this
    if browser:
        webbrowser.open(links["phones"])
        webbrowser.open_new(links["desk"])
    await _show_queue(settings)


def create_group(sandbox: Sandbox) -> tuple[SandboxGroup, list[Phone]]:
    """Found the caseworkers' group, with the bot among its administrators."""
    # Another number at every start: the topics of an earlier rehearsal went with it.
    number = FIRST_GROUP_ID - sandbox.clock.seconds() % GROUP_ID_RANGE
    group = sandbox.add_group("Harbour House, night shift", forum=True, chat_id=number)
    workers = [sandbox.add_colleague(name) for name, _language in CASEWORKERS]
    for worker in workers:
        group.add_member(worker)
    group.add_bot(workers[0], "administrator")
    return group, workers


async def enrol_all(settings: Settings, workers: list[Phone]) -> str:
    """Put the rehearsal's caseworkers on the list of staff, and on duty; return the first's id."""
    database = open_database(settings)
    vault = open_vault(settings, database)
    staff, audit, now = Staff(vault), AuditLog(vault), SystemClock().now()
    found: list[Caseworker] = []

    def enrol(work: Work) -> None:
        for worker, (name, languages) in zip(workers, CASEWORKERS, strict=True):
            who = staff.by_account(work, worker.id)
            if who is None:
                who = staff.add(
                    work, now, name=name, role=Role.CASEWORKER, title="caseworker",
                    languages=languages, queues=[queue.value for queue in Queue], most=9,
                    account=worker.id,
                )  # fmt: skip
                audit.record(work, now, OPERATOR, "staff_add", who.id, who.role.value)
            staff.set_duty(work, who.id, on=True)
            found.append(who)

    try:
        await database.writer.run(enrol)
        await asyncio.to_thread(_give_keys, database, vault, found)
        return found[0].id
    finally:
        vault.close()
        await database.close()


def _give_keys(database: Database, vault: Vault, colleagues: list[Caseworker]) -> None:
    """Give whoever has none a key that opens cases."""
    enrolled = vault.cases.wraps.holders().members
    for each in colleagues:
        if each.id not in enrolled:
            role, queues = each.role.value, each.queues
            give_key(database, vault, each.id, role, queues, PASSWORD, DEMO_COST)


def demo_settings(folder: Path, address: str, group: int) -> Settings:
    """Return the settings of a rehearsal in a folder, whatever the environment names."""
    key = folder.with_name(f"{folder.name}.key")
    if not key.exists():
        HostKey.create(key)
    return load_settings(
        data=folder,
        telegram_token=TOKEN,
        telegram_api=address,
        host_key_file=key,
        desk_group=group,
        **{**CLEARED_SETTINGS, **DEMO_SETTINGS},
    )


def temporary_folder(stack: contextlib.ExitStack) -> Path:
    """Return a folder that goes when the demo ends, and the key beside it with it."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haven-"))) / "data"


@contextlib.contextmanager
def log_file(folder: Path) -> Iterator[TextIO]:
    """Give the log of a rehearsal.

    Raises:
        WrongSetting: nothing can be written there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = (folder / "haven.log").open("a", encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"{folder}: {error.strerror}; name a folder Haven may write to with --data"
        ) from None
    with log:
        yield log


async def _show_queue(settings: Settings) -> None:
    """Show the queue live at a terminal; where there is none, stay silent."""
    console = Console()
    database = Database(settings.database_url or DataDirectory(settings.data).database_url)
    try:
        if not console.is_terminal:
            return
        with Live(console=console, auto_refresh=False) as live:
            async for table in _queue_tables(database):
                live.update(table, refresh=True)
    finally:
        await database.close()


async def _queue_tables(database: Database) -> AsyncIterator[Table]:
    while True:
        yield queue_table(await load_queue(database), datetime.now(UTC))
        await asyncio.sleep(REFRESH_SECONDS)
