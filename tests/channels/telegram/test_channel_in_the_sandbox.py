"""The whole channel against the stand-in for Telegram, every call checked by aiogram."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.client import SilentBot, bot_for
from bot.channels.telegram.command_menu import menus, offer
from bot.channels.telegram.file_download import fetch
from bot.channels.telegram.parse import parse
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.sender import Sender
from bot.errors import Blocked, Refused, TooOld, TryLater, Uncertain, WrongSetting
from bot.languages import LANGUAGES, catalogue
from bot.messages import Button, Edit, Kind, Leave, Remove, Say, Toast, Update
from bot.sandbox import TOKEN, Phone, Sandbox, Trouble, serve
from bot.text import Text
from tests.sandbox.oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.channels.telegram.split_batch import Raw

HOUR = 3600
ROWS = ((Button("1 Ya", "t-yes"), Button("2 Tidak", "t-no")),)


class Ears:
    """Hears what a poller receives, read."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Update] = asyncio.Queue()

    async def receive(self, batch: Sequence[Raw]) -> None:
        for update in batch:
            self._heard.put_nowait(parse(update.raw))

    async def next(self) -> Update:
        return await self._heard.get()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(check=check)
    yield sandbox
    assert sandbox.journal.complaints == []


@pytest.fixture
def sari(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Sari", language="id")


@pytest.fixture
async def base(sandbox: Sandbox) -> AsyncIterator[str]:
    async with serve(sandbox) as base:
        yield base


@pytest.fixture
async def haven(base: str) -> AsyncIterator[SilentBot]:
    async with bot_for(TOKEN, base) as ours:
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
        assert (heard.kind, heard.words) == (Kind.WORDS, "/start kampung")
        assert (heard.chat, heard.language, heard.name) == (sari.id, "id", "Sari")
        number = await sender.deliver(heard.chat, Say("Apakah kamu <b>aman</b>?", ROWS))
        assert sari.said()[-1] == "Apakah kamu <b>aman</b>?"
        assert sari.labels() == ["1 Ya", "2 Tidak"]
        assert number is not None

        sari.press(label="1 Ya")
        press = await ears.next()
        assert (press.kind, press.words, press.message) == (Kind.PRESS, "t-yes", number)
        await sender.deliver(press.chat, Toast(press.press, "Baik"))
        await sender.deliver(press.chat, Edit(number, "Apakah kamu aman? ✓"))
        await sender.deliver(press.chat, Edit(number, "Apakah kamu aman? ✓"))
        assert sari.said()[-1] == "Apakah kamu aman? ✓"
        assert sari.labels() == []


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
        Kind.WORDS,
        Kind.EDIT,
        Kind.FILES,
        Kind.PLACE,
        Kind.CONTACT,
        Kind.WORDS,
        Kind.BLOCKED,
        Kind.UNBLOCKED,
    ]
    assert heard[1].message == heard[0].message
    assert heard[5].origin


async def test_an_album_is_heard_as_one(haven: SilentBot, sari: Phone) -> None:
    async with listening(haven) as ears:
        sari.send_album([b"a" * 10, b"b" * 10, b"c" * 10], caption="semua")
        heard = [await ears.next() for _ in range(3)]
    assert len({update.album for update in heard} - {""}) == 1
    assert "".join(update.words for update in heard) == "semua"


async def test_a_file_a_person_sent_is_fetched(haven: SilentBot, sari: Phone) -> None:
    data = bytes(range(256)) * 3000
    async with listening(haven) as ears:
        sari.send_voice(data)
        (file,) = (await ears.next()).files
    got = b"".join([piece async for piece in fetch(haven, file.handle, unique=file.unique)])
    assert got == data
    assert file.kind == "voice"


async def test_a_group_is_left_silently(haven: SilentBot, sandbox: Sandbox, sari: Phone) -> None:
    group = sandbox.group()
    async with listening(haven) as ears:
        group.add(sari)
        group.add_bot(sari)
        heard = await ears.next()
        assert (heard.kind, heard.chat) == (Kind.GROUP, group.id)
        await Sender(haven).deliver(heard.chat, Leave())
        await Sender(haven).deliver(heard.chat, Leave())
    assert sandbox.journal.of("sendMessage") == []


async def test_what_two_days_have_made_permanent_is_told(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    sender = Sender(haven)
    old = [await sender.deliver(sari.id, Say(f"lama {n}")) for n in range(3)]
    sandbox.jump(49 * HOUR)
    new = [await sender.deliver(sari.id, Say(f"baru {n}")) for n in range(5)]
    numbers = tuple(number for number in old + new if number)
    with pytest.raises(TooOld) as caught:
        await sender.deliver(sari.id, Remove((*numbers, 99_999)))
    assert caught.value.messages == tuple(old)
    assert sari.said() == ["lama 0", "lama 1", "lama 2"]


async def test_a_press_left_over_from_an_outage_is_acknowledged_in_vain(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    sari.say("/start")
    await Sender(haven).deliver(sari.id, Say("?", ROWS))
    sari.press(label="1 Ya")
    async with listening(haven) as ears:
        await ears.next()
        press = await ears.next()
    sandbox.jump(HOUR)
    assert await Sender(haven).deliver(sari.id, Toast(press.press)) is None


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        (Trouble.HTML, TryLater),
        (Trouble.FLOOD, TryLater),
        (Trouble.TRUNCATED, Uncertain),
        (Trouble.DROP_BEFORE, Uncertain),
        (Trouble.DROP_AFTER, Uncertain),
        (Trouble.ERROR, Uncertain),
    ],
)
async def test_every_trouble_has_its_outcome(
    haven: SilentBot, sandbox: Sandbox, sari: Phone, trouble: Trouble, failure: type[Exception]
) -> None:
    sari.say("/start")
    sandbox.faults.order(trouble, method="sendMessage")
    with pytest.raises(failure):
        await Sender(haven).deliver(sari.id, Say("x"))
    await Sender(haven).deliver(sari.id, Say("y"))
    assert sari.said()[-1] == "y"


async def test_nobody_is_written_to_who_does_not_want_it(haven: SilentBot, sari: Phone) -> None:
    with pytest.raises((Blocked, Refused)):
        await Sender(haven).deliver(sari.id, Say("x"))
    sari.say("/start")
    sari.block()
    with pytest.raises(Blocked):
        await Sender(haven).deliver(sari.id, Say("x"))
    assert sari.said() == []


async def test_updates_survive_every_trouble_on_the_line(
    haven: SilentBot, sandbox: Sandbox, sari: Phone
) -> None:
    for trouble in (Trouble.DROP_BEFORE, Trouble.TRUNCATED, Trouble.DROP_AFTER, Trouble.HTML):
        sandbox.faults.order(trouble, method="getUpdates", skip=1)
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
        heard[update.message] = update.words
    poller.stop()
    await running
    assert [heard[number] for number in sorted(heard)] == said


async def test_another_bots_data_is_refused(haven: SilentBot, sandbox: Sandbox) -> None:
    sandbox.faults.order(Trouble.STRANGER, method="getMe")
    with pytest.raises(WrongSetting):
        await Poller(haven, Ears().receive).run()


async def test_the_menu_reaches_every_language(haven: SilentBot, sandbox: Sandbox) -> None:
    phrases = {"start": Text("Begin"), "help": Text("Help")}
    await offer(haven, menus(phrases, {tag: catalogue("en") for tag in LANGUAGES}))
    told = {each.text("language_code") for each in sandbox.journal.of("setMyCommands")}
    assert told == {"", "id", "vi", "en", "zh", "tl", "th", "km", "my", "ja"}
