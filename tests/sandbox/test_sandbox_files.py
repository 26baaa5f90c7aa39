"""Files: handed out for an hour, up to 20 MB, and everything that goes wrong with them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from telegram.error import BadRequest, InvalidToken

from bot.sandbox.sample_updates import sample_png, sample_wav

if TYPE_CHECKING:
    import telegram

    from bot.sandbox import Phone, Sandbox


async def fetch(bot: telegram.Bot, file_id: str) -> bytes:
    file = await bot.get_file(file_id)
    return bytes(await file.download_as_bytearray())


async def read(path: str, into: bytearray) -> None:
    async with (
        httpx.AsyncClient(trust_env=False, timeout=0.3) as client,
        client.stream("GET", path) as answer,
    ):
        async for piece in answer.aiter_bytes():
            into.extend(piece)


async def test_a_photo_can_be_fetched(bot: telegram.Bot, indonesian_person: Phone) -> None:
    data = sample_png(3)
    indonesian_person.send_photo(data, caption="lihat")
    message = (await bot.get_updates())[0].message
    assert message.caption == "lihat"
    assert message.photo[-1].width > message.photo[0].width
    assert await fetch(bot, message.photo[-1].file_id) == data


async def test_a_voice_note_and_a_file_can_be_fetched(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.send_voice(sample_wav(), seconds=2)
    indonesian_person.send_file(
        b"%PDF", name="../kontrak.pdf", mime="application/pdf", caption="ini"
    )
    spoken, filed = [update.message for update in await bot.get_updates()]
    assert spoken.voice.duration == timedelta(seconds=2)
    assert await fetch(bot, spoken.voice.file_id) == sample_wav()
    assert (filed.document.file_name, filed.document.file_size) == ("../kontrak.pdf", 4)
    assert await fetch(bot, filed.document.file_id) == b"%PDF"


async def test_twenty_megabytes_are_handed_out_and_no_more(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.send_file(b"", size=20 << 20, name="fits.mp4")
    indonesian_person.send_file(b"", size=(20 << 20) + 1, name="large.mp4")
    fits, large = [update.message.document for update in await bot.get_updates()]
    assert len(await fetch(bot, fits.file_id)) == 20 << 20
    with pytest.raises(BadRequest, match=r"^File is too big$"):
        await bot.get_file(large.file_id)


async def test_a_size_can_be_a_lie_or_missing(bot: telegram.Bot, indonesian_person: Phone) -> None:
    indonesian_person.send_file(b"12345", size=3)
    indonesian_person.send_file(b"12345", size=0)
    lied, silent = [update.message.document for update in await bot.get_updates()]
    assert (lied.file_size, await fetch(bot, lied.file_id)) == (3, b"12345")
    assert (silent.file_size, await fetch(bot, silent.file_id)) == (None, b"12345")


async def test_a_path_lasts_an_hour(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.send_file(b"data")
    file = await bot.get_file((await bot.get_updates())[0].message.document.file_id)
    sandbox.jump(60 * 60)
    assert bytes(await file.download_as_bytearray()) == b"data"
    sandbox.jump(1)
    with pytest.raises(InvalidToken):
        await file.download_as_bytearray()


async def test_a_file_can_be_gone(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.send_file(b"data")
    document = (await bot.get_updates())[0].message.document
    stored = sandbox.world.files.get(document.file_id)
    assert stored is not None
    file = await bot.get_file(document.file_id)
    stored.is_gone = True
    with pytest.raises(InvalidToken):
        await file.download_as_bytearray()
    with pytest.raises(
        BadRequest, match=r"(?i)wrong file_id or the file is temporarily unavailable"
    ):
        await bot.get_file("nonsense")


async def test_a_download_can_stop_shortly_before_the_end(
    base: str, bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.send_file(bytes(1000))
    document = (await bot.get_updates())[0].message.document
    stored = sandbox.world.files.get(document.file_id)
    assert stored is not None
    stored.stalls = True
    file = await bot.get_file(document.file_id)
    assert file.file_path is not None
    got = bytearray()
    with pytest.raises(httpx.ReadTimeout):
        await read(file.file_path, got)
    assert len(got) == 990


async def test_the_bot_can_send_files(bot: telegram.Bot, indonesian_person: Phone) -> None:
    indonesian_person.say("/start")
    photo = await bot.send_photo(
        indonesian_person.id, sample_png(), caption="<b>", protect_content=True
    )
    again = await bot.send_photo(indonesian_person.id, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    filed = await bot.send_document(
        indonesian_person.id, io.BytesIO(b"words"), filename="words.txt"
    )
    assert (filed.document.file_name, filed.document.file_size) == ("words.txt", 5)
    spoken = await bot.send_voice(indonesian_person.id, sample_wav(), duration=2)
    assert spoken.voice.duration == timedelta(seconds=2)
    placed = await bot.send_location(indonesian_person.id, 22.6, 120.3)
    assert placed.location.latitude == pytest.approx(22.6)
    called = await bot.send_contact(indonesian_person.id, "110", "Police")
    assert called.contact.phone_number == "110"
    edited = await bot.edit_message_caption(indonesian_person.id, photo.message_id, caption="new")
    assert edited.caption == "new"
    for refused in (b"", "nonsense"):
        with pytest.raises(BadRequest):
            await bot.send_photo(indonesian_person.id, refused)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(indonesian_person.id, sample_png(), caption="x" * 1025)


async def test_no_path_leads_out_of_the_sandbox(base: str, bot: telegram.Bot) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for path in ("../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "photos/none.jpg"):
            answer = await client.get(f"{base}/file/bot{bot.token}/{path}")
            assert answer.status_code == 404
