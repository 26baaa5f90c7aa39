"""The whole channel against the stand-in for Telegram, every call checked by aiogram."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.client import SilentBot, build_bot
from bot.channels.telegram.file_download import download
from bot.channels.telegram.parsing.parse import parse
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.profile import build_menus, set_menus
from bot.channels.telegram.sender import Sender
from bot.errors import (
    ChatBlockedError,
    DeliveryUncertainError,
    LetterRefusedError,
    MessagesTooOldError,
    RetryLaterError,
    SettingError,
)
from bot.languages import LANGUAGES, catalogue
from bot.messages import (
    Button,
    DeleteMessages,
    EditText,
    LeaveGroup,
    SendText,
    Toast,
    Update,
    UpdateKind,
)
from bot.sandbox import TOKEN, FaultKind, Phone, Sandbox, serve
from bot.text import Text
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.channels.telegram.parsing.split_batch import RawUpdate

HOUR = 3600
ROWS = ((Button("1 Ya", "t-yes"), Button("2 Tidak", "t-no")),)


class Ears:
    """Hears what a poller receives, read."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Update] = asyncio.Queue()

    async def receive(self, batch: Sequence[RawUpdate]) -> None:
        for update in batch:
            self._heard.put_nowait(parse(update.raw))

    async def next(self) -> Update:
        return await self._heard.get()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(check=check)
    yield sandbox
    assert sandbox.calls.complaints == []


@pytest.fixture
def sari(sandbox: Sandbox) -> Phone:
    return sandbox.add_phone("Sari", language="id")


@pytest.fixture
async def base(sandbox: Sandbox) -> AsyncIterator[str]:
    async with serve(sandbox) as base:
        yield base


@pytest.fixture
async def haven(base: str) -> AsyncIterator[SilentBot]:
    async with build_bot(TOKEN, base) as ours:
        yield ours


@asynccontextmanager
async def listening(bot: SilentBot) -> AsyncIterator[Ears]:
    ears = Ears()
    poller = Poller(bot, ears.receive)
    running = asyncio.create_task(poller.run())
    yield ears
    poller.stop()
    await running


async def test_a_person_and_the_bot_talk(haven: SilentBot, sari: Phone) -> None:
    sender = Sender(haven)
    async with listening(haven) as ears:
        sari.say("/start kampung")
        heard = await ears.next()
        assert (heard.kind, heard.text) == (UpdateKind.TEXT, "/start kampung")
        assert (heard.chat, heard.language, heard.name) == (sari.id, "id", "Sari")
        number = await sender.deliver(heard.chat, SendText("Apakah kamu <b>aman</b>?", ROWS))
        assert sari.bot_texts()[-1] == "Apakah kamu <b>aman</b>?"
        assert sari.button_labels() == ["1 Ya", "2 Tidak"]
        assert number is not None

        sari.press(label="1 Ya")
        press = await ears.next()
        assert (press.kind, press.text, press.message) == (UpdateKind.PRESS, "t-yes", number)
        await sender.deliver(press.chat, Toast(press.press, "Baik"))
        await sender.deliver(press.chat, EditText(number, "Apakah kamu aman? ✓"))
        await sender.deliver(press.chat, EditText(number, "Apakah kamu aman? ✓"))
        assert sari.bot_texts()[-1] == "Apakah kamu aman? ✓"
        assert sari.button_labels() == []


async def test_all_a_person_can_send_is_heard(haven: SilentBot, sari: Phone) -> None:
    async with listening(haven) as ears:
        message = sari.say("satu")
        sari.edit(message["message_id"], "dua")
        sari.send_photo(b"jpeg" * 100, caption="kontrak")
        sari.send_location(25.03, 121.56)
        sari.send_contact("+62812", "Dewi")
        sari.forward("kabar")
        sari.block()
        sari.unblock()
        heard = [await ears.next() for _ in range(8)]
    assert [update.kind for update in heard] == [
        UpdateKind.TEXT,
        UpdateKind.EDIT,
        UpdateKind.FILES,
        UpdateKind.LOCATION,
        UpdateKind.CONTACT,
        UpdateKind.TEXT,
        UpdateKind.BLOCKED,
        UpdateKind.UNBLOCKED,
    ]
    assert heard[1].message == heard[0].message
    assert heard[5].forwarded_from


async def test_an_album_is_heard_as_one(haven: SilentBot, sari: Phone) -> None:
    async with listening(haven) as ears:
        sari.send_album([b"a" * 10, b"b" * 10, b"c" * 10], caption="semua")
        heard = [await ears.next() for _ in range(3)]
    assert len({update.album for update in heard} - {""}) == 1
    assert "".join(update.text for update in heard) == "semua"


async def test_a_file_a_person_sent_is_fetched(haven: SilentBot, sari: Phone) -> None:
    data = bytes(range(256)) * 3000
    async with listening(haven) as ears:
        sari.send_voice(data)
        (file,) = (await ears.next()).files
    got = b"".join([piece async for piece in download(haven, file.handle, unique=file.unique)])
    assert got == data
    assert file.kind == "voice"


async def test_a_group_is_left_silently(haven: SilentBot, sandbox: Sandbox, sari: Phone) -> None:
    group = sandbox.add_group()
    async with listening(haven) as ears:
        group.add_member(sari)
        group.add_bot(sari)
        heard = await ears.next()
        assert (heard.kind, heard.chat) == (UpdateKind.GROUP, group.id)
        await Sender(haven).deliver(heard.chat, LeaveGroup())
        await Sender(haven).deliver(heard.chat, LeaveGroup())
    assert sandbox.calls.of("sendMessage") == []


async def test_what_two_days_have_made_permanent_is_told(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sender = Sender(haven)
    old = [await sender.deliver(sari.id, SendText(f"lama {n}")) for n in range(3)]
    sandbox.jump(49 * HOUR)
    new = [await sender.deliver(sari.id, SendText(f"baru {n}")) for n in range(5)]
    numbers = tuple(number for number in old + new if number)
    with pytest.raises(MessagesTooOldError) as caught:
        await sender.deliver(sari.id, DeleteMessages((*numbers, 99_999)))
    assert caught.value.messages == tuple(old)
    assert sari.bot_texts() == ["lama 0", "lama 1", "lama 2"]


async def test_a_press_left_over_from_an_outage_is_acknowledged_in_vain(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    await Sender(haven).deliver(sari.id, SendText("?", ROWS))
    sari.press(label="1 Ya")
    async with listening(haven) as ears:
        await ears.next()
        press = await ears.next()
    sandbox.jump(HOUR)
    assert await Sender(haven).deliver(sari.id, Toast(press.press)) is None


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        (FaultKind.HTML, DeliveryUncertainError),
        (FaultKind.FLOOD, RetryLaterError),
        (FaultKind.TRUNCATED, DeliveryUncertainError),
        (FaultKind.DROP_BEFORE, DeliveryUncertainError),
        (FaultKind.DROP_AFTER, DeliveryUncertainError),
        (FaultKind.ERROR, DeliveryUncertainError),
    ],
)
async def test_every_trouble_has_its_outcome(
    haven: SilentBot, sandbox: Sandbox, sari: Phone, trouble: FaultKind, failure: type[Exception]
) -> None:
    sari.say("/start")
    sandbox.faults.add(trouble, method="sendMessage")
    with pytest.raises(failure):
        await Sender(haven).deliver(sari.id, SendText("x"))
    await Sender(haven).deliver(sari.id, SendText("y"))
    assert sari.bot_texts()[-1] == "y"


async def test_a_blocked_or_unstarted_chat_gets_no_message(haven: SilentBot, sari: Phone) -> None:
    with pytest.raises((ChatBlockedError, LetterRefusedError)):
        await Sender(haven).deliver(sari.id, SendText("x"))
    sari.say("/start")
    sari.block()
    with pytest.raises(ChatBlockedError):
        await Sender(haven).deliver(sari.id, SendText("x"))
    assert sari.bot_texts() == []


async def test_updates_survive_every_trouble_on_the_line(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    for trouble in (
        FaultKind.DROP_BEFORE,
        FaultKind.TRUNCATED,
        FaultKind.DROP_AFTER,
        FaultKind.HTML,
    ):
        sandbox.faults.add(trouble, method="getUpdates", skip=1)
    ears = Ears()

    async def no_time(_: float) -> None:
        await asyncio.sleep(0)

    poller = Poller(haven, ears.receive, sleep=no_time)
    running = asyncio.create_task(poller.run())
    said = [f"kata {n}" for n in range(250)]
    for words in said:
        sari.say(words)
    heard: dict[int, str] = {}
    while len(heard) < len(said):
        update = await ears.next()
        heard[update.message] = update.text
    poller.stop()
    await running
    assert [heard[number] for number in sorted(heard)] == said


async def test_another_bots_data_is_refused(haven: SilentBot, sandbox: Sandbox) -> None:
    sandbox.faults.add(FaultKind.WRONG_BOT, method="getMe")
    with pytest.raises(SettingError):
        await Poller(haven, Ears().receive).run()


async def test_the_menu_reaches_every_language(haven: SilentBot, sandbox: Sandbox) -> None:
    phrases = {"start": Text("Begin"), "help": Text("Help")}
    await set_menus(haven, build_menus(phrases, {tag: catalogue("en") for tag in LANGUAGES}))
    told = {each.text("language_code") for each in sandbox.calls.of("setMyCommands")}
    assert told == {"", "id", "vi", "en", "zh", "tl", "th", "km", "my", "ja"}
