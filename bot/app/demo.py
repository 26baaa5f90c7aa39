"""The demo: a stand-in for Telegram, the bot and the web desk with caseworkers in three roles.

The phones are on one page; the caseworkers' Telegram group is on another, for a second window.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import webbrowser
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live

from bot.app.options import DeskOptions
from bot.app.partner_room.demo import PARTNERS_PATH, create_room_link, open_demo_room
from bot.app.recording_page import RECORDINGS_PATH, RecordingPage
from bot.app.run import RunOptions, run_bot
from bot.app.sign_in import staff_keys_of
from bot.app.storage import database_url, open_storage
from bot.app.tables import queue_table
from bot.app.texts import load_place
from bot.app.web_desk import build_desk_context, open_desk_app
from bot.cases.queries import load_queue
from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.clock import SystemClock
from bot.errors import HavenError, SettingError
from bot.hotline.staff.staff import Staff
from bot.languages import LANGUAGES, LOCALES
from bot.log import configure
from bot.mailbox.rate_limit import UNLIMITED
from bot.sandbox import TOKEN, Sandbox, serve
from bot.settings import Settings, load_settings
from bot.store.database import Database
from bot.store.disk_space import DiskSpace
from bot.vault import HostKey
from bot.vault.audit.log import OPERATOR, AuditLog
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from bot.vault.keys.passwords import PasswordCost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from bot.app.build import RunningApp
    from bot.clock import Clock
    from bot.desks.partner_room.context import PracticeScene
    from bot.desks.web.context import DeskContext
    from bot.hotline.staff.staff import Caseworker
    from bot.sandbox import Phone, SandboxGroup
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

    AddCases = Callable[["RunningDemo"], Awaitable[None]]

REFRESH_SECONDS = 1.0
PASSWORD = "only a rehearsal"  # noqa: S105 - printed on purpose
DEMO_COST = PasswordCost(memory=8 * 1024, passes=1)
"""Of hashing the password: it need not resist guessing."""
STAFF = {
    "Mei": Role.CASEWORKER,
    "Jun": Role.CASEWORKER,
    "Hui": Role.SUPERVISOR,
    "Wen": Role.ADMINISTRATOR,
    "Ana": Role.INTERPRETER,
}
"""Who works here, by name."""
INTERPRETED_LANGUAGES = ("vi", "id", "th")
"""What the interpreter speaks; everyone else reads all languages."""
IN_GROUP = ("Mei", "Jun")
"""Who is in the Telegram group as well."""
DESK_PATH = "/desk"
FIRST_GROUP_ID = -1_002_000_000_000
GROUP_ID_RANGE = 900_000_000
DEMO_SETTINGS = {
    "organisation": "Harbour House",
    "contact": "02-0000-0000",
    "hours": "00:00-24:00",
    "desk_mode": "content",
    "staff_language": "en",
    "agreements": "labor_1955=2026-01-01/,legal_aid=2026-01-01/,garden_of_hope=2026-01-01/,"
    "stella_maris=2026-01-01/,spa=2026-01-01/2029-12-31,rerum_novarum=2026-01-01/2026-06-30",
}
"""What a deployment would decide; the first screen says that this is a rehearsal."""
CLEARED_SETTINGS = dict.fromkeys(("database_url", "keys_url", "backups")) | {
    "backup_key": "", "files_url": "",
}  # fmt: skip
"""Settings of a real deployment that the environment may hold; the demo must not touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """Options of a demo."""

    port: int = 0
    data: Path | None = None
    """Where it is kept; without it, in a folder that is deleted when the demo ends."""
    recordings: Path | None = None
    """Where recordings of safety sentences go, by default where the bot reads them."""
    browser: bool = False
    """Whether to open the pages."""
    practice: Callable[[], Sequence[PracticeScene]] = lambda: ()
    """The scenes that the partners' room shows."""
    add_cases: AddCases | None = None
    """Fills a queue in which no case is yet."""


async def run_demo(options: DemoOptions) -> None:
    """Serve the phone page, run the bot behind it, and show the queue until stopped."""
    with contextlib.ExitStack() as stack:
        folder = options.data or temporary_folder(stack)
        configure(stack.enter_context(log_file(folder)))
        bot = RestartableBot()
        sandbox = Sandbox(restart=bot.restart)
        group, workers = create_group(sandbox)
        async with serve_pages(sandbox, options.port) as address:
            try:
                settings = demo_settings(folder, address, group.id)
                _mount_recording_page(sandbox, settings, options.recordings or LOCALES)
                staff = await enrol_all(settings, workers)
                async with (
                    open_desk(sandbox, settings, address, bot) as context,
                    open_demo_room(sandbox, context, options.practice) as room,
                ):
                    sandbox.links = await create_links(context, staff)
                    sandbox.links |= await create_room_link(
                        room, _supervisor_keys(context, staff), PASSWORD
                    )
                    demo = RunningDemo(sandbox, context, bot, settings, staff)
                    await _run_bot_and_view(demo, options)
            except OSError as error:
                where = error.filename or folder
                raise HavenError(f"the demo ended: {where}: {error.strerror}") from None


@contextlib.asynccontextmanager
async def serve_pages(sandbox: Sandbox, port: int) -> AsyncIterator[str]:
    """Serve the phones and the group; give their address."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(serve(sandbox, port=port))
        except OSError as error:
            raise SettingError(
                f"port {port}: {error.strerror}; choose another with --port"
            ) from None
        yield address


def _mount_recording_page(sandbox: Sandbox, settings: Settings, locales: Path) -> None:
    """Serve what the page *Record sentences* asks for."""
    page = RecordingPage(locales, load_place(settings), lambda: datetime.now(settings.zone).date())
    sandbox.mounted_apps[RECORDINGS_PATH] = page.app()


@contextlib.asynccontextmanager
async def open_desk(
    sandbox: Sandbox, settings: Settings, address: str, bot: RestartableBot
) -> AsyncIterator[DeskContext]:
    """Serve the desk on the sandbox's address."""
    bot_id = int(TOKEN.partition(":")[0])
    options = DeskOptions(
        bot_id=bot_id, origin=address, root=DESK_PATH, clock=sandbox.clock, password_cost=DEMO_COST,
        rehearsal=True, wake_dispatcher=bot.wake_dispatcher,
    )  # fmt: skip
    async with open_storage(settings) as (database, vault):
        context = build_desk_context(settings, database, vault, options)
        async with open_desk_app(context) as app:
            sandbox.mounted_apps[DESK_PATH] = app
            try:
                yield context
            finally:
                sandbox.mounted_apps.pop(DESK_PATH, None)


async def create_links(context: DeskContext, staff: Sequence[Caseworker]) -> dict[str, str]:
    """Return links to the desk by what the page shows: each signs one of the staff in."""
    factors, now, links = context.factors, context.clock.now(), {}
    for each in staff:
        secret, totp_secret = new_session_secret(), factors.new_totp_secret()
        context.demo_links[secret_digest(secret)] = f"{each.id}:{PASSWORD}"
        context.demo_authenticators[each.id] = each.name, totp_secret
        store = partial(factors.store_totp, who=each.id, secret=totp_secret, step=0, now=now)
        await context.database.writer.run(store)
        links[f"{each.name}, {each.role.value}"] = f"{DESK_PATH}/demo/{secret.hex()}"
    return links


def _supervisor_keys(context: DeskContext, staff: Sequence[Caseworker]) -> Keyring:
    supervisor = next(it for it in staff if it.role is Role.SUPERVISOR)
    return context.staff_keys.unlock(supervisor.id, PASSWORD)


class RestartableBot:
    """A bot that can be restarted while the phones and the desk go on."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._running: RunningApp | None = None
        self._is_restarting = False
        self.ready = asyncio.Event()

    async def run(self, settings: Settings, clock: Clock) -> None:
        """Run the bot by a clock, again after each restart, until cancelled.

        It is the sandbox's: time that passes there passes for the bot and for the desk too.
        """
        options = RunOptions(
            clock=clock, limits=UNLIMITED, rehearsal=True, ready=self.ready,
            disk=DiskSpace.unlimited(settings.data), extra_job=self._know_app,
        )  # fmt: skip
        while True:
            self._is_restarting = False
            self._task = asyncio.create_task(run_bot(settings, options))
            await asyncio.wait({self._task})
            if not self._is_restarting:
                await self._task
                return

    async def _know_app(self, running: RunningApp) -> None:
        """Know the App for as long as it runs."""
        self._running = running
        try:
            await asyncio.Event().wait()
        finally:
            self._running = None

    async def wake_dispatcher(self) -> None:
        """Have the bot carry out stored commands now, if it is running."""
        if self._running is not None:
            await self._running.wake_dispatcher()

    async def restart(self) -> None:
        """Cancel the bot, and return once it has recovered."""
        if self._task is None or self._is_restarting or not self.ready.is_set():
            return
        self._is_restarting = True
        self.ready.clear()
        self._task.cancel()
        await self.ready.wait()

    async def stop(self) -> None:
        """Cancel the bot for good, and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """The parts of a demo that runs."""

    sandbox: Sandbox
    context: DeskContext
    bot: RestartableBot
    settings: Settings
    staff: list[Caseworker]

    def id_of(self, name: str) -> str:
        """Return the id of one of the staff."""
        return next(it.id for it in self.staff if it.name == name)


async def _run_bot_and_view(demo: RunningDemo, options: DemoOptions) -> None:
    bot = demo.bot
    running = asyncio.create_task(bot.run(demo.settings, demo.sandbox.clock))
    view = asyncio.create_task(_show_when_ready(demo, options))
    try:
        await running
    finally:  # the caller deletes the folder, so the bot must have ended
        for task in (view, running):
            if not task.cancelling():  # a second cancellation would interrupt its clean-up
                task.cancel()
        await bot.stop()
        await asyncio.gather(running, view, return_exceptions=True)


async def _show_when_ready(demo: RunningDemo, options: DemoOptions) -> None:
    """Print the addresses once the bot is ready, fill the queue, and show it."""
    await demo.bot.ready.wait()
    origin, links = demo.context.origin, demo.sandbox.links
    lines = (
        f"Haven is ready at {origin}/",
        *(f"{_page_of(path)}, as {who}: {origin}{path}" for who, path in links.items()),
        f"The Telegram group is at {origin}/group",
        f"At the command line, sign in as {demo.id_of(IN_GROUP[0])} with: {PASSWORD}",
    )
    print(*lines, sep="\n", flush=True)  # noqa: T201 - also read by programs that start the demo
    if options.browser:
        webbrowser.open(f"{origin}/")
        webbrowser.open_new(f"{origin}{next(iter(links.values()))}")
    if options.add_cases is not None and not demo.context.database.read(load_queue):
        await options.add_cases(demo)
    await _show_queue(demo.settings)


def _page_of(path: str) -> str:
    return "Partners' room" if path.startswith(PARTNERS_PATH) else "Desk"


def create_group(sandbox: Sandbox) -> tuple[SandboxGroup, list[Phone]]:
    """Create the caseworkers' group, with the bot as an administrator."""
    # Another id at every start: the topics of an earlier demo are gone.
    number = FIRST_GROUP_ID - sandbox.clock.seconds() % GROUP_ID_RANGE
    group = sandbox.add_group("Harbour House, night shift", forum=True, chat_id=number)
    workers = [sandbox.add_colleague(name) for name in IN_GROUP]
    for worker in workers:
        group.add_member(worker)
    group.add_bot(workers[0], "administrator")
    return group, workers


async def enrol_all(settings: Settings, workers: list[Phone]) -> list[Caseworker]:
    """Enrol the staff with keys, and set caseworkers on duty; return all, in the order of `STAFF`.

    `workers` are the accounts of those in the group.
    """
    accounts = dict(zip(IN_GROUP, (worker.id for worker in workers), strict=True))
    async with open_storage(settings) as (database, vault):
        staff = await database.writer.run(lambda work: _enrol(work, vault, accounts))
        await asyncio.to_thread(_create_keys, database, vault, staff)
        return staff


def _enrol(work: Work, vault: Vault, accounts: dict[str, int]) -> list[Caseworker]:
    staff, audit, now = Staff(vault), AuditLog(vault), SystemClock().now()
    known = {it.name: it for it in staff.all(work)}
    enrolled: list[Caseworker] = []
    for name, role in STAFF.items():
        each = known.get(name)
        if each is None:
            is_interpreter = role is Role.INTERPRETER
            each = staff.add(
                work, now, name=name, role=role,
                title="interpreter" if is_interpreter else "caseworker",
                languages=INTERPRETED_LANGUAGES if is_interpreter else tuple(LANGUAGES),
                queues=() if is_interpreter else [queue.value for queue in Queue],
                most=9, account=accounts.get(name, 0),
            )  # fmt: skip
            audit.record(work, now, OPERATOR, "staff_add", each.id, each.role.value)
        if role is Role.CASEWORKER:
            staff.set_duty(work, each.id, on=True)
        enrolled.append(each)
    return enrolled


def _create_keys(database: Database, vault: Vault, caseworkers: list[Caseworker]) -> None:
    """Create a key for every caseworker without one, the supervisor's first: she approves."""
    keys, wraps, now = staff_keys_of(vault, DEMO_COST), vault.cases.wraps, SystemClock().now()
    with_key = wraps.holders().members
    for each in sorted(caseworkers, key=lambda it: it.role is not Role.SUPERVISOR):
        if each.id not in with_key:
            keys.enrol(each.id, each.role.value, each.queues, PASSWORD, now)
    database.writer.run_sync(lambda work: wraps.rewrap_all(work, None, now))
    supervisor = next(it.id for it in caseworkers if it.role is Role.SUPERVISOR)
    known = {it.id for it in caseworkers}
    for request in keys.requests():
        if request.staff_id in known:
            keys.approve(keys.unlock(supervisor, PASSWORD), request.staff_id, now)


def demo_settings(folder: Path, address: str, group: int) -> Settings:
    """Return the settings of a demo in a folder, whatever the environment sets."""
    key = folder.with_name(f"{folder.name}.key")
    if not key.exists():
        HostKey.create(key)
    return load_settings(
        with_file=False,
        data=folder,
        telegram_token=TOKEN,
        telegram_api=address,
        host_key_file=key,
        desk_group=group,
        **{**CLEARED_SETTINGS, **DEMO_SETTINGS},
    )


def temporary_folder(stack: contextlib.ExitStack) -> Path:
    """Return a folder that is deleted when the demo ends, with the host key next to it."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haven-"))) / "data"


@contextlib.contextmanager
def log_file(folder: Path) -> Iterator[TextIO]:
    """Give the log of a demo.

    Raises:
        SettingError: nothing can be written there.
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
    """Show the queue live, if there is a terminal."""
    console = Console()
    if not console.is_terminal:
        return
    database = Database(database_url(settings))
    try:
        with Live(console=console, auto_refresh=False) as live:
            while True:
                table = queue_table(database.read(load_queue), datetime.now(UTC))
                live.update(table, refresh=True)
                await asyncio.sleep(REFRESH_SECONDS)
    finally:
        await database.close()
