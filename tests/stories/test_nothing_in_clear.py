"""What a person told, and who they are, is nowhere in clear: no log, no file, no database."""

from __future__ import annotations

import base64
import gzip
import io
import json
import logging
import zipfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from bot.sandbox import TOKEN
from tests.support.harnesses.live_deployment import evening
from tests.support.needle_search import NEEDLE, find_spellings, number_spellings, spellings
from tests.support.people.needle_report import PLANTED, report_needle_everywhere

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_needle_in_every_answer_is_found_nowhere(
    tmp_path: Path, debug_log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with evening(tmp_path) as night:
        await night.start()
        sari = night.add_person(f"{NEEDLE} {NEEDLE}", "en")
        reference = await report_needle_everywhere(sari)
        night.sandbox.updates.inject({"message": {"text": NEEDLE, "chat": []}})
        await night.until(night.quarantined, "quarantined")
        await sari.press("Proof that I wrote")
        await sari.say(f"{NEEDLE} receipt")
        await night.until(lambda: night.sql("SELECT count FROM receipts") == [(2,)], "receipt")
        await night.until(lambda: night.sql("SELECT state FROM files") == [("saved",)], "saved")

        opened = await night.opened(reference)
        told = " ".join(t.answer for sent in opened.reports for t in sent.answers)
        assert told.count(NEEDLE) >= PLANTED  # the case is open, and whoever may can read it
        paths = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert {"haven.db", "haven.db-wal", "bot.lock"} <= {path.name for path in paths}
        files = {path.name: path.read_bytes() for path in paths}
        assert len(files["haven.db"]) + len(files["haven.db-wal"]) > 10_000
        chat = number_spellings(sari.phone.id)
    logged, printed = debug_log.getvalue(), capfd.readouterr()
    assert "case_opened" in logged
    places = {**files, "log": logged.encode(), "out": (printed.out + printed.err).encode()}
    for name, data in places.items():
        assert (name, find_spellings(data, NEEDLE)) == (name, [])
        assert (name, find_spellings(data, TOKEN.partition(":")[2])) == (name, [])
        assert (name, [way for way, it in chat.items() if it in data]) == (name, [])


def test_a_needle_in_a_librarys_message_is_dropped(debug_log: io.StringIO) -> None:
    logging.getLogger("httpx").debug("GET %s", NEEDLE)
    logging.getLogger("telegram.ext").critical("update %s", NEEDLE)
    error = ValueError(NEEDLE)
    logging.getLogger("asyncio").error(NEEDLE, exc_info=error)
    assert debug_log.getvalue().count('"event": "library_message"') == 3
    assert '"error": "ValueError"' in debug_log.getvalue()
    assert find_spellings(debug_log.getvalue().encode(), NEEDLE) == []


def written(text: str) -> dict[str, bytes]:
    """Return a text in each spelling by itself, base64 left out."""
    raw = text.encode()
    return {
        "utf-8": raw,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "percent": quote(text, safe="").encode(),
        "json": json.dumps({"text": text}).encode(),
        "python": repr(raw).encode(),
        "folded": text.upper().casefold().encode(),
    }


def test_the_search_finds_a_needle_in_every_spelling() -> None:
    found = set()
    for before in ("", "a", "ab", "abc"):
        text = f"{before}{NEEDLE} and more"
        for spelling, data in written(text).items():
            assert spelling in find_spellings(data, NEEDLE), (spelling, before)
            found.add(spelling)
        shift = len(before) % 3
        for name, code in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            spelling = f"{name}+{shift}"
            assert spelling in find_spellings(code(text.encode()), NEEDLE), (spelling, before)
            found.add(spelling)
    assert found == set(spellings(NEEDLE))
    assert find_spellings(b"nothing of it", NEEDLE) == []


@pytest.mark.parametrize("before", [b"", b"a", b"x" * 10_000])
def test_the_search_looks_into_what_is_packed(before: bytes) -> None:
    raw = before + f"some words, {NEEDLE}, and more".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", raw)
    for data in (zlib.compress(raw), gzip.compress(raw), packed.getvalue()):
        assert "deflate/utf-8" in find_spellings(b"head" + data + b"tail", NEEDLE)
    assert find_spellings(zlib.compress(b"nothing of it"), NEEDLE) == []
