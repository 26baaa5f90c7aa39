"""What a person told, and who they are, is nowhere in clear: no log, no file, no database."""

from __future__ import annotations

import base64
import json
import logging
import struct
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from bot.sandbox import TOKEN
from tests.stories.evening import evening

if TYPE_CHECKING:
    import io
    from pathlib import Path

NEEDLE = "Jarum針-7f3a"
"""Planted in everything a person can write."""


def spellings(words: str) -> dict[str, bytes]:
    """Return the words in every spelling a program is likely to write them in."""
    plain = words.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": words.encode("utf-16-le"),
        "utf-16-be": words.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "percent": quote(words, safe="").encode(),
        "json": json.dumps(words)[1:-1].encode(),
        "python": repr(plain)[2:-1].encode(),
    }
    for shift in range(3):  # base64 looks otherwise at each place among three bytes
        whole = base64.b64encode(b"\0" * shift + plain)
        begins = (8 * shift + 5) // 6
        ends = (8 * (shift + len(plain))) // 6
        found[f"base64+{shift}"] = whole[begins:ends]
        found[f"base64url+{shift}"] = base64.urlsafe_b64encode(b"\0" * shift + plain)[begins:ends]
    return found


def found_in(data: bytes, words: str) -> list[str]:
    return [name for name, spelling in spellings(words).items() if spelling in data]


def numbers(number: int) -> dict[str, bytes]:
    """Return a number as digits and as eight bytes, both ways round."""
    return {
        "digits": str(number).encode(),
        "little": struct.pack("<q", number),
        "big": struct.pack(">q", number),
    }


async def test_a_needle_in_every_answer_is_found_nowhere(
    tmp_path: Path, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = night.somebody(f"{NEEDLE} {NEEDLE}", "en")
        await sari.arrives()
        await sari.press("Tell what happened", "About me", "Age 18 or over", "I am safe here")
        await sari.say(f"{NEEDLE} beside")
        await sari.press("You may keep them", "Papers back", "Done", *["Skip"] * 3)
        await sari.say(f"{NEEDLE} street")
        await sari.press("Skip", "Skip")
        await sari.say(f"{NEEDLE} happened")
        await sari.press("A few more", "Skip", "Skip")
        await sari.say(f"{NEEDLE} since")
        await sari.press("Skip")
        before = sari.said()
        sari.phone.send_file(b"x" * 5000, name=f"{NEEDLE}.pdf", caption=f"{NEEDLE} caption")
        await sari.sees_more_than(before)
        await sari.press("Done")
        await sari.say(f"{NEEDLE} else")
        await sari.say(f"{NEEDLE}")
        await sari.press("Skip", "Skip", "Show my answers")
        assert any(f"{NEEDLE} happened" in text for text in sari.said())
        await sari.press("Go on", "Send")
        reference = await sari.reference()
        night.sandbox.updates.inject({"message": {"text": NEEDLE, "chat": []}})
        await night.until(night.quarantined, "quarantined")
        await night.until(lambda: night.sql("SELECT state FROM files") == [("saved",)], "saved")

        opened = await night.opened(reference)
        told = " ".join(t.answer for sent in opened.received for t in sent.told)
        assert told.count(NEEDLE) >= 6  # the case is open, and whoever may can read it
        paths = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert {"haven.db", "haven.db-wal", "bot.lock"} <= {path.name for path in paths}
        files = {path.name: path.read_bytes() for path in paths}
        assert len(files["haven.db"]) + len(files["haven.db-wal"]) > 10_000
        chat = numbers(sari.phone.id)
    written, printed = log.getvalue(), capfd.readouterr()
    assert "case_opened" in written
    places = {**files, "log": written.encode(), "out": (printed.out + printed.err).encode()}
    for name, data in places.items():
        assert (name, found_in(data, NEEDLE)) == (name, [])
        assert (name, found_in(data, TOKEN.partition(":")[2])) == (name, [])
        assert (name, [way for way, it in chat.items() if it in data]) == (name, [])


def test_a_needle_in_a_librarys_message_is_dropped(log: io.StringIO) -> None:
    logging.getLogger("httpx").debug("GET %s", NEEDLE)
    logging.getLogger("telegram.ext").critical("update %s", NEEDLE)
    error = ValueError(NEEDLE)
    logging.getLogger("asyncio").error(NEEDLE, exc_info=error)
    assert log.getvalue().count('"event": "library"') == 3
    assert '"error": "ValueError"' in log.getvalue()
    assert found_in(log.getvalue().encode(), NEEDLE) == []


@pytest.mark.parametrize("spelling", spellings(NEEDLE))
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_finds_a_needle_that_is_there(spelling: str, before: str) -> None:
    text = f"{before}{NEEDLE} and more"
    raw = text.encode()
    written = {
        "utf-8": raw,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "percent": quote(text, safe="").encode(),
        "json": json.dumps({"text": text}).encode(),
        "python": repr(raw).encode(),
    }
    if spelling.startswith("base64"):
        if int(spelling[-1]) == len(before) % 3:
            code = base64.urlsafe_b64encode if "url" in spelling else base64.b64encode
            assert spelling in found_in(code(raw), NEEDLE)
    else:
        assert spelling in found_in(written[spelling], NEEDLE)
    assert found_in(b"nothing of it", NEEDLE) == []
