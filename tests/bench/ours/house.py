"""The rooms of Haven the walk goes through, put together as the application does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.cases.intake import Intake
from bot.channels.telegram.parse import parse
from bot.clock import SystemClock
from bot.conversation import Book
from bot.dispatch.batch import Batches
from bot.dispatch.conversations import Conversations
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.effects import Setting
from bot.dispatch.screens import Screens
from bot.mailbox.courier import Courier
from bot.mailbox.inbox import Inbox
from bot.mailbox.limits import UNLIMITED
from bot.mailbox.outbox import Outbox
from bot.store.database import Database
from bot.vault import HostKey, Vault
from tests.bench.feed import BOT
from tests.bench.ours.flow import PHRASING, Welcome

if TYPE_CHECKING:
    from pathlib import Path

    from bot.mailbox.courier import Channel

NUMBER: Final = int(str(BOT["id"]))
VAULT: Final = Vault(HostKey(bytes(range(32))))
"""Every run has the same key, so that another process can fill the store."""
_NOBODY: Final[frozenset[str]] = frozenset()


def database(folder: Path) -> Database:
    """Return the database of a run."""
    return Database(f"sqlite:///{folder / 'haven.db'}")


def courier(store: Database, channel: Channel) -> Courier:
    """Return a courier in no hurry to spare Telegram."""
    return Courier(Outbox(VAULT), store.writer, channel, SystemClock(), UNLIMITED)


def dispatcher(store: Database, letters: Courier) -> Dispatcher:
    """Return a dispatcher that knows one flow."""
    inbox = Inbox(NUMBER, VAULT)
    batches = Batches(
        inbox=inbox,
        outbox=Outbox(VAULT),
        conversations=Conversations(VAULT),
        intake=Intake(VAULT, NUMBER),
        setting=Setting(
            Book((Welcome,)), Screens(PHRASING), PHRASING, VAULT, known=lambda _: _NOBODY
        ),
        vault=VAULT,
        parse=parse,
    )
    return Dispatcher(
        inbox=inbox,
        outbox=Outbox(VAULT),
        batches=batches,
        writer=store.writer,
        courier=letters,
        clock=SystemClock(),
    )
