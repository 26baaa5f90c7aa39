"""An independent Bot API over real HTTP: strict, with a record of its own, and faults by script.

It shares no code with `bot.sandbox`, which has its authors' blind spots. It can fail at a start,
carry a call out and then answer 502, cut the connection after the body was read, and date its
answers wrongly.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import replace
from email.utils import formatdate
from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.support.bot_api.faults import HTML, Fault, FaultScript, SpoiltAnswer
from tests.support.bot_api.methods import METHODS, RefusedCallError, refuse
from tests.support.bot_api.posts import WebhookPosts
from tests.support.bot_api.record import BotApiRecord, Called, Delivered
from tests.support.free_ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

HOST = "127.0.0.1"
BOT_NUMBER = 7_100_000_001
TOKEN = f"{BOT_NUMBER}:AAindependent-bot-api-of-the-drills-00"
LONGEST_POLL, MOST_UPDATES = 50, 100
CONFLICT = "Conflict: terminated by other getUpdates request"


class BotApiServer:
    """One bot at one Telegram. `start` and `stop` are the network."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.record = BotApiRecord()
        self.faults = FaultScript()
        self.date_offset = 0.0
        """Seconds by which Telegram's clock is ahead of this machine's."""
        self.dates_answers = True
        """Whether answers have a `Date`."""
        self._pending: list[tuple[int, bytes]] = []
        self.posts = WebhookPosts(self._pending, self.record.confirmed)
        self._arrived = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None
        self._update_ids, self._presses = count(1000), count(1)
        self._message_ids: dict[int, int] = {}
        self._chats: dict[int, dict[str, Any]] = {}
        self._profile: dict[tuple[str, str], Any] = {}
        self._runner: web.AppRunner | None = None
        self.port = free_port()

    @property
    def address(self) -> str:
        """The base of every address, as `HAVEN_TELEGRAM_API`."""
        return f"http://{HOST}:{self.port}"

    def now(self) -> int:
        """Return Telegram's time, seconds since 1970."""
        return int(time.time() + self.date_offset)

    async def start(self) -> None:
        """Listen; until then connections are refused."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Refuse connections, and cut those that are open."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        self._poll = None

    async def close(self) -> None:
        """End all: the posts as well."""
        self.posts.end()
        await self.stop()

    # --- people ---------------------------------------------------------------------------------

    def add_person(self, number: int, language: str = "en", name: str = "Sari") -> None:
        """Let somebody open a chat with the bot."""
        self._chats[number] = {
            "id": number,
            "is_bot": False,
            "first_name": name,
            "language_code": language,
        }

    def say(self, number: int, text: str, age: float = 0.0) -> int:
        """Let a person write; the text was sent `age` seconds ago. Return the update's id."""
        message = {
            "message_id": self._next_message(number),
            "from": self._chats[number],
            "chat": self._private_chat(number),
            "date": self.now() - int(age),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return self.inject({"message": message})

    def press(self, number: int, label: str) -> int:
        """Let a person press the newest button with this label; return the update's id."""
        found = self._button(number, label)
        if found is None:
            raise LookupError(f"no button {label!r} in chat {number}")
        return self.inject(self._press(number, *found))

    def has_button(self, number: int, label: str) -> bool:
        """Tell whether a person sees a button with this label; numbers before it do not count."""
        return self._button(number, label) is not None

    def _button(self, number: int, label: str) -> tuple[Delivered, str] | None:
        for it in reversed(self.record.delivered):
            shown = {name.lstrip("✓ 0123456789"): data for row in it.rows for name, data in row}
            if it.chat == number and label in shown:
                return it, shown[label]
        return None

    def _press(self, number: int, below: Delivered, data: str) -> dict[str, Any]:
        about = {
            "message_id": below.message_id, "date": self.now(), "text": below.text,
            "chat": self._private_chat(number),
        }  # fmt: skip
        return {
            "callback_query": {
                "id": str(next(self._presses)), "from": self._chats[number], "message": about,
                "chat_instance": str(number), "data": data,
            }
        }  # fmt: skip

    def inject(self, update: Mapping[str, Any]) -> int:
        """Let an update wait for the bot; return its id."""
        number = next(self._update_ids)
        raw = json.dumps({"update_id": number, **update}, separators=(",", ":")).encode()
        self._pending.append((number, raw))
        self._arrived.set()
        return number

    @property
    def unconfirmed(self) -> list[int]:
        """The updates that were not confirmed yet."""
        return [number for number, _raw in self._pending]

    def _private_chat(self, number: int) -> dict[str, Any]:
        return {"id": number, "type": "private", "first_name": self._chats[number]["first_name"]}

    def _next_message(self, chat: int) -> int:
        self._message_ids[chat] = self._message_ids.get(chat, 0) + 1
        return self._message_ids[chat]

    # --- calls ----------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _parameters(request)
        fault = self.faults.next_for(method, _chat_of(given), int(given.get("offset", 0)))
        outcome = "200" if fault is None else f"{fault.reply.value} {fault.status}"
        answer: tuple[int, Any] = (0, None)
        if fault is None or fault.delivers:
            answer = await self._carry_out(method, request.match_info["token"], given)
            outcome = str(answer[0]) if fault is None else f"{answer[0]}, then {outcome}"
        self.record.calls.append(Called(method, given, outcome))
        if fault is not None:
            return await self._spoil(request, fault)
        status, body = answer
        return self._respond(status, body, "application/json")

    async def _carry_out(self, method: str, token: str, given: dict[str, Any]) -> tuple[int, bytes]:
        try:
            read = self._read(method, token, given)
            if method == "getUpdates":
                return 200, b'{"ok":true,"result":[%b]}' % b",".join(await self._updates(read))
            result = self._do(method, read)
        except RefusedCallError as error:
            return error.status, _failure(error.status, str(error))
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _read(self, method: str, token: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call, checked; complain about those that break a rule."""
        if token != self.token:
            raise RefusedCallError(401, "Unauthorized")
        if method not in METHODS:
            raise RefusedCallError(404, "Not Found")
        try:
            return METHODS[method].read(given)
        except RefusedCallError as error:
            self.record.complaints.append(f"{method}: {error}")
            raise

    async def _spoil(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """Answer a call as the script says."""
        if fault.reply is SpoiltAnswer.SILENCE:
            await asyncio.sleep(3600)
        if fault.reply in {SpoiltAnswer.CUT, SpoiltAnswer.SILENCE}:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.reply is SpoiltAnswer.HTML:
            page = HTML.format(status=fault.status).encode()
            return self._respond(fault.status, page, "text/html")
        more = {"parameters": {"retry_after": fault.retry_after}} if fault.retry_after else {}
        body = _failure(fault.status, "the script says so", **more)
        return self._respond(fault.status, body, "application/json")

    def _respond(self, status: int, body: bytes, kind: str) -> web.Response:
        answer = web.Response(status=status, body=body, content_type=kind)
        if self.dates_answers:
            answer.headers["Date"] = formatdate(self.now(), usegmt=True)
        else:
            answer.headers["Date"] = ""
        return answer

    # --- updates --------------------------------------------------------------------------------

    async def _updates(self, given: Mapping[str, Any]) -> list[bytes]:
        if self.posts.url:
            raise RefusedCallError(409, "Conflict: can't use getUpdates while webhook is active")
        self._end_poll()
        self._confirm(given.get("offset", 0))
        wait = min(max(given.get("timeout", 0), 0), LONGEST_POLL)
        most = min(max(given.get("limit", MOST_UPDATES), 1), MOST_UPDATES)
        if not self._pending and wait:
            await self._wait_for_update(wait)
        batch = self._pending[:most]
        self.record.handed_out.update(number for number, _raw in batch)
        return [raw for _number, raw in batch]

    def _confirm(self, offset: int) -> None:
        """Forget the updates below an offset; a negative one keeps only so many of the last."""
        if offset < 0:
            gone = self._pending[:offset]
        else:
            gone = [it for it in self._pending if it[0] < offset]
        self.record.confirmed += [number for number, _raw in gone]
        self._pending[:] = [it for it in self._pending if it not in gone]

    async def _wait_for_update(self, seconds: float) -> None:
        self._arrived.clear()
        self._poll = mine = asyncio.get_running_loop().create_future()
        arrived = asyncio.ensure_future(self._arrived.wait())
        try:
            await asyncio.wait({arrived, mine}, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            arrived.cancel()
        if mine.done():
            raise RefusedCallError(409, CONFLICT)
        self._poll = None

    def _end_poll(self) -> None:
        """End a request that waits: of two, the older one ends."""
        poll, self._poll = self._poll, None
        if poll is not None and not poll.done():
            poll.set_result(None)

    # --- everything else ------------------------------------------------------------------------

    def _do(self, method: str, given: dict[str, Any]) -> Any:
        """Carry out a call that was checked; return its result."""
        if "chat_id" in given and given["chat_id"] not in self._chats:
            raise refuse("chat not found")
        if METHODS[method].sends:
            return self._send(METHODS[method].sends, given)
        if method.startswith(("getMy", "setMy")):
            return self._keep_profile(method, given)
        special = {
            "getMe": self._me, "getWebhookInfo": self._webhook, "deleteWebhook": self._unhook,
            "setWebhook": self._hook,
            "editMessageText": self._edit, "editMessageCaption": self._edit,
            "deleteMessages": self._delete, "createForumTopic": self._topic,
            "getFile": self._file,
        }.get(method)  # fmt: skip
        return True if special is None else special(given)

    def _me(self, _given: dict[str, Any]) -> dict[str, Any]:
        number = int(self.token.partition(":")[0])
        return {
            "id": number, "is_bot": True, "first_name": "Hope", "username": "hope_house_bot",
            "can_join_groups": True, "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }  # fmt: skip

    def _webhook(self, _given: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": self.posts.url, "has_custom_certificate": False,
            "pending_update_count": len(self._pending), **self.posts.last_error,
        }  # fmt: skip

    def _hook(self, given: dict[str, Any]) -> bool:
        if given.get("drop_pending_updates"):
            self._pending.clear()
        self._end_poll()
        self.posts.begin(given, self.now())
        return True

    def _unhook(self, given: dict[str, Any]) -> bool:
        if given.get("drop_pending_updates"):
            self._pending.clear()
        self.posts.end()
        return True

    def _topic(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"message_thread_id": 1, "name": given["name"], "icon_color": 0}

    def _file(self, _given: dict[str, Any]) -> Any:
        raise refuse("wrong file_id or the file is temporarily unavailable")

    def _send(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        chat, text = given["chat_id"], given.get("text", given.get("caption", ""))
        number = self._next_message(chat)
        self.record.delivered.append(Delivered(chat, number, kind, text, _rows(given)))
        if kind == "copy":
            return {"message_id": number}
        return self._message(chat, number, kind, text)

    def _message(self, chat: int, number: int, kind: str, text: str) -> dict[str, Any]:
        content: dict[str, Any] = {"text": text} if kind == "text" else {"caption": text}
        if kind == "voice":
            content["voice"] = {
                "file_id": f"voice-{number}",
                "file_unique_id": f"v{number}",
                "duration": 1,
            }
        return {"message_id": number, "date": self.now(), "chat": self._private_chat(chat),
                **content}  # fmt: skip

    def _edit(self, given: dict[str, Any]) -> dict[str, Any]:
        chat, number = given["chat_id"], given["message_id"]
        text = given.get("text", given.get("caption", ""))
        for place, it in enumerate(self.record.delivered):
            if (it.chat, it.message_id) == (chat, number):
                edited = replace(it, text=text, rows=_rows(given))
                if edited == it:
                    raise refuse("message is not modified")
                self.record.delivered[place] = edited
                return self._message(chat, number, it.field, text)
        raise refuse("message to edit not found")

    def _delete(self, given: dict[str, Any]) -> bool:
        gone = {(given["chat_id"], number) for number in given["message_ids"]}
        kept = [it for it in self.record.delivered if (it.chat, it.message_id) not in gone]
        self.record.delivered[:] = kept
        return True

    def _keep_profile(self, method: str, given: dict[str, Any]) -> Any:
        name, language = method[5:], given.get("language_code", "")
        field = {"Description": "description", "ShortDescription": "short_description"}.get(
            name, name.lower()
        )
        if method.startswith("get"):
            return {field: self._profile.get((name, language), "")}
        self._profile[name, language] = given.get(field, "")
        return True


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Return the parameters of a call: of its query, its JSON or its form, read to the end."""
    given: dict[str, Any] = dict(request.query)
    body = await request.read()
    if request.content_type == "application/json" and body:
        given |= json.loads(body)
    elif body:
        for name, value in (await request.post()).items():
            given[name] = value if isinstance(value, str) else value.file.read()
    return given


def _rows(given: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the buttons of a call: label and data."""
    rows = given.get("reply_markup", {}).get("inline_keyboard", ())
    return tuple(tuple((it["text"], it["callback_data"]) for it in row) for row in rows)


def _chat_of(given: Mapping[str, Any]) -> int:
    found = given.get("chat_id", 0)
    return int(found) if str(found).lstrip("-").isdecimal() else 0


def _failure(status: int, description: str, **more: Any) -> bytes:
    failure = {"ok": False, "error_code": status, "description": description, **more}
    return json.dumps(failure).encode()


@contextlib.asynccontextmanager
async def serve_bot_api() -> AsyncIterator[BotApiServer]:
    """Serve an independent Bot API while the context lasts."""
    server = BotApiServer()
    await server.start()
    try:
        yield server
    finally:
        await server.close()
