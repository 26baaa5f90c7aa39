"""The desk in a browser, over a socket of the loopback: pages, what they bring, words, streams."""

from __future__ import annotations

import asyncio
import contextlib
import re
import resource
import socket
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, update

from bot.app.options import DeskOptions
from bot.app.web_desk import build_desk_context, open_desk_app
from bot.cases.intake import CaseOpening, Intake, NewReport
from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.clock import SystemClock
from bot.conversation import Position
from bot.desks.web.app import serve
from bot.desks.web.live.event_log import WebDesk
from bot.desks.web.request import SESSION_COOKIE
from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.hotline.chat.takeover import OpenerState, TakeoverState
from bot.hotline.staff.staff import Staff
from bot.mailbox.inbox import Arrival
from bot.settings import load_settings
from bot.store.compiled import Prepared
from bot.store.migrate import upgrade
from bot.store.tables.main import cases
from bot.vault import HostKey
from tests.bench.haven import haven_parts
from tests.bench.haven.counting_channel import CountingChannel
from tests.bench.scripted_conversation import UPDATES, press
from tests.support.database.bulk_cases import case_rows, insert_cases

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cases.intake import NewCase
    from bot.store.writer import Work
    from tests.bench.scripted_conversation import Step

OPEN: Final = 200
"""Conversations somebody holds."""
WAITS: Final = 100
"""Cases whose reasons can be read, ahead of all others that wait."""
WAITING: Final = 0.3
"""The share of the others that waits; the rest is closed."""
STREAMS, OF_ONE = 500, 5
SAID: Final = "Mereka menyimpan paspor saya, dan kami tidak boleh keluar dari rumah itu."
LONG: Final = 2_000
"""Messages of a conversation that has gone on for long."""
_CURSOR: Final = re.compile(rb'data-after="([0-9.]+)"')
_ASSETS: Final = re.compile(rb"""(?:src|href)="(/static/[^"]+)"|from "\\./([a-z_]+\\.js)\"""")
_WORDS: Final = (
    '{"update_id":%d,"message":{"message_id":%d,"date":%d,"text":"%s",'
    '"chat":{"id":%d,"type":"private"},"from":{"id":%d,"is_bot":false,"first_name":"Sari"}}}'
)
_HOLD: Final = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values(status="open", holder=bindparam("who"))
    ),
    "who",
    "case",
)


class KeptConnection:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, port: int, secret: bytes) -> None:
        self._port = port
        self._asked = (
            f"GET %s HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {SESSION_COOKIE}={secret.hex()}\r\nAccept-Encoding: gzip\r\n\r\n"
        )

    async def open(self) -> None:
        """Connect."""
        self._from, self._to = await asyncio.open_connection("127.0.0.1", self._port)

    async def leave(self) -> None:
        """Let go."""
        self._to.close()
        with contextlib.suppress(ConnectionError):
            await self._to.wait_closed()

    def asked(self, path: str) -> bytes:
        """Return a request as it is sent."""
        return (self._asked % path).encode()

    async def get(self, path: str) -> tuple[bytes, int]:
        """Return what stands at a path, packed as it came, and the bytes it took to say so."""
        self._to.write(self.asked(path))
        head = await self._from.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the desk: {path}: {head[:40]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return await self._from.readexactly(length), len(head) + length

    async def listen(self, path: str) -> None:
        """Begin to listen."""
        self._to.write(self.asked(path))
        await self.hears(b"connected")

    async def hears(self, event: bytes) -> None:
        """Wait until an event comes."""
        while await self._from.readline() != b"event: " + event + b"\n":
            pass


class DeskQueue:
    """Every update that is fed is one look at the queue."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = contextlib.AsyncExitStack()
        self._wires: list[KeptConnection] = []
        self._done = 0
        self._clock = SystemClock()

    def press(self, person: int, step: Step) -> str:
        """Return what nobody looks at here."""
        return press(person, step)

    async def setup(self, stored: int) -> None:
        """Put so many cases into an empty store, and open the desk to a caseworker."""
        self._store = haven_parts.database(self._folder)
        upgrade(self._store)
        insert_cases(self._store, case_rows(stored, WAITING))
        key = self._folder / "key"
        HostKey.create(key)
        settings = load_settings(
            data=self._folder / "data", host_key_file=key, organisation="Hope House", contact="02-1"
        )
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.front = build_desk_context(
            settings, self._store, haven_parts.VAULT,
            DeskOptions(
                bot_id=haven_parts.NUMBER, password_cost=haven_parts.CHEAP,
                origin=f"http://127.0.0.1:{self.port}",
            ),
        )  # fmt: skip
        app = await self._stack.enter_async_context(open_desk_app(self.front))
        await self._stack.enter_async_context(serve(app, "127.0.0.1", self.port))
        self.who = await self._store.writer.run(self._staffed)
        now, queues = self._clock.now(), tuple(it.value for it in Queue)
        keys, (first, password) = self.front.staff_keys, haven_parts.WHO
        keys.enrol(self.who, "supervisor", queues, "walks by the sea", now)
        keys.approve(keys.unlock(first, password), self.who, now)
        self._keyring = self.front.staff_keys.unlock(self.who, "walks by the sea")
        self.cases = await self._store.writer.run(self._talked)
        self.wire = await self.signed_in(self.who)

    def _staffed(self, work: Work, name: str = "One") -> str:
        return (
            Staff(haven_parts.VAULT)
            .add(
                work,
                self._clock.now(),
                name=name,
                role=Role.SUPERVISOR,
                title="caseworker",
                languages=("id", "en"),
                queues=tuple(it.value for it in Queue),
                most=OPEN,
            )
            .id
        )

    def _talked(self, work: Work) -> list[NewCase]:
        """Open conversations, and cases that wait."""
        intake, now = Intake(haven_parts.VAULT, haven_parts.NUMBER), self._clock.now()
        found = []
        for person in range(1, 1 + OPEN + WAITS):
            chat = haven_parts.VAULT.chat_key(haven_parts.NUMBER, person)
            answers: dict[str, object] = {"what": SAID}
            found.append(
                intake.open_case(
                    work,
                    CaseOpening("report", "id", chat, person, answers, Priority.EMERGENCY, now),
                )
            )
        reports = [NewReport(it.id, "report", "report", {"what": SAID}, now) for it in found]
        intake.store(work, found, reports)
        for case in found[:OPEN]:
            work.run(_HOLD, self.who, case.id)
        return found

    async def signed_in(self, who: str) -> KeptConnection:
        """Return a connection of somebody who has signed in."""
        secret = await self.front.sessions.start(who, self._keyring, "Browser", self._clock.now())
        wire = KeptConnection(self.port, secret)
        await wire.open()
        self._wires.append(wire)
        return wire

    async def feed(self, _raw: bytes) -> None:
        """Look at who waits."""
        self._done += 1
        await self.wire.get("/queue/waiting")

    async def finished(self) -> int:
        """Return how many people's worth was done."""
        return self._done // UPDATES

    async def close(self) -> None:
        """Leave, and close the desk and the store."""
        for wire in self._wires:
            await wire.leave()
        await self._stack.aclose()
        await self._store.close()


class DeskFirstPage(DeskQueue):
    """Every update that is fed is the first look of a browser that has kept nothing."""

    sent = 0

    @property
    def sent_kb(self) -> float:
        """Return what one such look brings, packed, in KB."""
        return self.sent / max(self._done, 1) / 1024

    async def feed(self, _raw: bytes) -> None:
        """Fetch the queue and everything it names, one after the other."""
        import gzip  # noqa: PLC0415 - only here

        self._done += 1
        wanted, seen = ["/queue/waiting"], set()
        while wanted:
            path = wanted.pop()
            seen.add(path)
            body, length = await self.wire.get(path)
            self.sent += length
            plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            for at, module in _ASSETS.findall(plain):
                named = at.decode() or f"/static/{module.decode()}"
                if named not in seen and named not in wanted:
                    wanted.append(named)


class DeskWords(DeskQueue):
    """Every update that is fed is a person's words, until they stand on the open page."""

    async def setup(self, stored: int) -> None:
        """Open a page that shows a conversation somebody holds."""
        await super().setup(stored)
        letters = haven_parts.courier(self._store, CountingChannel())
        self._dispatcher = haven_parts.dispatcher(
            self._store, letters, (WebDesk(haven_parts.VAULT),)
        )
        self._courier = asyncio.create_task(letters.run())
        self._number = 1
        self._person, self._case = 1, self.cases[0]
        await self._store.writer.run(self._hold)
        self._stream = await self.signed_in(self.who)
        await self._stream.listen(f"/stream?case={self._case.reference}")

    def _hold(self, work: Work) -> None:
        now = haven_parts.CLOCK.now()
        holding = TakeoverState(
            self._case.id,
            self.who,
            "caseworker",
            "any_time",
            now,
            opener_state=OpenerState.ANSWERED,
        )
        held = Conversation(
            "id", Position(), self._person, touched_at=now, takeover=holding, last_seen_at=now
        )
        key = haven_parts.VAULT.chat_key(haven_parts.NUMBER, self._person)
        Conversations(haven_parts.VAULT).store(work, [(key, ConversationRow(None, held, 0))])

    async def feed(self, _raw: bytes) -> None:
        """Take words; return when the page has heard of them and drawn them."""
        self._done += 1
        words = await self._hear_words()
        path = f"/cases/{self._case.reference}/panes/conversation"
        page, _length = await self.wire.get(path)
        if words.encode() not in page:
            raise SystemExit("the desk: what was written does not stand on the page.")

    async def _hear_words(self) -> str:
        """Take words, and return them once the page has heard that there are some."""
        self._number += 1
        words, seconds = f"{SAID} {self._number}", haven_parts.CLOCK.now() // 1_000_000
        raw = _WORDS % (self._number, self._number, seconds, words, self._person, self._person)
        await self._dispatcher.receive([Arrival.of(self._number, raw.encode())], self._number + 1)
        await self._stream.hears(b"message")
        return words

    async def close(self) -> None:
        """End the courier as well."""
        self._courier.cancel()
        await asyncio.gather(self._courier, return_exceptions=True)
        await super().close()


class DeskLongConversation(DeskWords):
    """Every update that is fed opens a case with 2,000 messages, as a browser does."""

    sent = 0

    @property
    def sent_kb(self) -> float:
        """Return what one answer brings, packed, in KB."""
        return self.sent / max(self._done, 1) / 1024

    async def setup(self, stored: int) -> None:
        """Let the person and the caseworker have written to each other for a long time."""
        await super().setup(stored)
        await self._store.writer.run(self._wrote)

    def _wrote(self, work: Work) -> None:
        begin, case = haven_parts.CLOCK.now() - LONG * 1_000_000, self._case.id
        written = [
            CaseMessage(
                case,
                MessageSide.CASEWORKER if number % 2 else MessageSide.PERSON,
                CaseMessageKind.TEXT,
                CaseMessageContent(text=f"{SAID} {number}"),
                begin + number * 1_000_000,
                self.who if number % 2 else "",
            )
            for number in range(LONG)
        ]
        CaseMessages(haven_parts.VAULT).store(work, written)

    async def feed(self, _raw: bytes) -> None:
        """Open the page."""
        self._done += 1
        _page, length = await self.wire.get(f"/cases/{self._case.reference}")
        self.sent += length


class DeskLongWords(DeskLongConversation):
    """Every update that is fed is one more message there, until the page has what is new."""

    async def setup(self, stored: int) -> None:
        """Open the page."""
        await super().setup(stored)
        self._pane = f"/cases/{self._case.reference}/panes/conversation"
        self._after = _cursor(await self._plain(self._pane))

    async def feed(self, _raw: bytes) -> None:
        """Take words; return when the page has heard of them and has what is new."""
        self._done += 1
        words = await self._hear_words()
        page = await self._plain(f"{self._pane}?after={self._after}")
        self._after = _cursor(page)
        if words.encode() not in page:
            raise SystemExit("the desk: what was written does not stand on the page.")

    async def _plain(self, path: str) -> bytes:
        import gzip  # noqa: PLC0415 - only here

        body, length = await self.wire.get(path)
        self.sent += length
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def _cursor(page: bytes) -> str:
    """Return what a page says it has; 0.0.0 where it does not say so."""
    found = _CURSOR.search(page)
    return found[1].decode() if found else "0.0.0"


class DeskStreams(DeskQueue):
    """The queue is looked at while so many pages listen that never read what they hear."""

    async def setup(self, stored: int) -> None:
        """Open the streams."""
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        await super().setup(stored)
        self._pages = []
        for number in range(STREAMS // OF_ONE):
            who = await self._store.writer.run(
                lambda work, name=f"Page {number}": self._staffed(work, name)
            )
            for _page in range(OF_ONE):
                secret = await self.front.sessions.start(who, None, "Browser", self._clock.now())
                page = socket.create_connection(("127.0.0.1", self.port))
                page.sendall(KeptConnection(self.port, secret).asked("/stream"))
                self._pages.append(page)
            await asyncio.sleep(0)
        for page in self._pages:  # each says that it is heard
            page.settimeout(0)
            await asyncio.get_running_loop().sock_recv(page, 4096)

    async def close(self) -> None:
        """Leave every page."""
        for page in self._pages:
            page.close()
        await super().close()
