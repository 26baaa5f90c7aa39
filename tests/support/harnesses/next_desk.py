"""Another desk on the data of a house: a process and memory of its own, as on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.app.options import DeskOptions
from bot.app.web_desk import build_desk_context
from bot.desks.web.app import build_app
from bot.desks.web.live.event_log import EventLog
from bot.desks.web.live.watcher import EventWatcher
from bot.vault import Vault
from tests.support.database.key_store_fixtures import CHEAP
from tests.support.database_fixtures import database_on
from tests.support.harnesses.hotline_harness import BOT, ROOT
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness


class NextDesk:
    """It shares nothing with the first desk but the two databases and the address."""

    def __init__(self, office: WebDeskHarness) -> None:
        self.office, self.home = office, office.home
        self.database = database_on(office.home.url, office.home.loop)
        self.vault = Vault(ROOT, office.vault.keys)
        options = DeskOptions(
            bot_id=BOT, origin=ORIGIN, clock=self.home.loop, password_cost=CHEAP,
            wake_dispatcher=self._nudged,
        )  # fmt: skip
        self.front = build_desk_context(self.home.settings, self.database, self.vault, options)
        self.watch = EventWatcher(
            self.front.read_pool, EventLog(self.vault), self.front.streams,
            self.front.command_client, self.database.writer, self.home.loop, self.front.staff,
            self.front.sessions,
        )  # fmt: skip
        self.app = build_app(self.front)
        self.does(self.front.sessions.clean())
        self.does(self.watch.poll())

    async def _nudged(self) -> None:
        """Have the bot look, which runs at the first desk."""
        await self.home.house.dispatcher.resume()
        await self.watch.poll()

    def does(self, work: Any) -> Any:
        """Run something on the house's loop."""
        return self.office.does(work)

    def browser_of(self, other: HttpBrowser) -> HttpBrowser:
        """Return the same browser, whose requests a balancer sends here."""
        here = HttpBrowser(self)  # type: ignore[arg-type]
        here.client._cookies = other.client._cookies
        return here

    def close(self) -> None:
        """End the process."""
        self.front.read_pool.close()
        self.home.run(self.database.close())
