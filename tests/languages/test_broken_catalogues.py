"""A hostile or broken catalogue is refused with file and line; other languages run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingError
from bot.languages import FALLBACK, catalogue, use_catalogues
from bot.languages.availability import load_offer
from bot.languages.po_files import catalogue_path, load_catalogue, messages_by_key
from bot.settings import Settings, load_settings
from bot.text import Text
from tests.support.content.altered_catalogues import (
    ASKED,
    CALL,
    SEND,
    THANKS,
    change,
    copy_catalogues,
    get_translation,
    set_translation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROW = re.compile(r"locales/id/LC_MESSAGES/messages\.po:(\d+): ")


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return copy_catalogues(tmp_path, "id", "vi")


@pytest.fixture
def _speaks_as_before() -> Iterator[None]:
    yield
    use_catalogues({})


def wanting(tags: str) -> Settings:
    return load_settings(languages=tags)


def test_what_is_whole_is_offered_in_the_order_of_the_buttons(locales: Path) -> None:
    found = load_offer(wanting("vi,id"), locales)
    assert found.tags == ("id", "vi", FALLBACK)
    assert found.refused == {}
    assert list(found.refusals()) == []


@pytest.mark.parametrize(
    ("key", "words", "fault"),
    [
        (THANKS, "Terima kasih. {reference.__class__} {hours}", "other blanks"),
        (THANKS, "Terima kasih. {reference!r} {hours}", "other blanks"),
        (THANKS, "Terima kasih. {reference}", "other blanks"),
        (THANKS, "Terima kasih. {reference} {hours} {", "other blanks"),
        (CALL, "Kalau mendesak, telepon 118.", "other digits"),
        (CALL, "Kalau mendesak, telepon ၁၁၉.", "other digits"),
        (CALL, "Kalau mendesak, telepon <br>119.", "markup"),
        (CALL, "Kalau mendesak, telepon \u202e119.", "invisible characters"),
        (CALL, "Kalau mendesak,\u200b telepon 119.", "invisible characters"),
        (CALL, "Kalau mendesak, telepon 119.\x1b", "invisible characters"),
        (ASKED, "Apakah umur Anda di bawah 18?\nYa", "other lines"),
        (ASKED, "Umur Anda di bawah 18? /stop", "other commands"),
        (ASKED, "18?" + "x" * 4096, "too long"),
    ],
)
def test_a_translation_that_breaks_something_refuses_its_language(
    locales: Path, key: tuple[str | None, str], words: str, fault: str
) -> None:
    set_translation(locales, "id", key, words)
    found = load_offer(wanting("id,vi"), locales)
    assert found.tags == ("vi", FALLBACK)
    (told, *_) = found.refusals()
    assert fault in told
    line = int(ROW.search(told)[1])  # type: ignore[index]
    near = catalogue_path("id", locales).read_text("utf-8").splitlines()[line - 1 : line + 3]
    assert any(key[1][:20] in each for each in near)


def test_a_missing_an_empty_and_a_fuzzy_message_refuse_their_language(locales: Path) -> None:
    change(locales, "id", lambda it: it.delete(*reversed(SEND)))
    assert [told.what for told in load_catalogue("id", locales).missing] == ["missing: “Send”"]
    change(locales, "vi", lambda it: setattr(messages_by_key(it)[ASKED], "string", ""))
    assert [told.what[:6] for told in load_catalogue("vi", locales).missing] == ["empty:"]
    change(locales, "vi", lambda it: messages_by_key(it)[ASKED].flags.add("fuzzy"))
    assert [told.what[:6] for told in load_catalogue("vi", locales).faults] == ["fuzzy:"]
    assert load_offer(wanting("id,vi"), locales).tags == (FALLBACK,)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda raw: raw.replace(b"nplurals=1; plural=0;", b"nplurals=2; plural=(n != 1);"),
         "its header has another plural rule"),
        (lambda raw: raw.replace(b"charset=utf-8", b"charset=big5"),
         "its header has another charset than utf-8"),
        (lambda raw: raw.replace(b"Kirim", b"Kir\xff\xfem"), "not UTF-8"),
        (lambda raw: raw.replace(b'msgstr "Kirim"', b'mgstr "Kirim"'), "not a catalogue"),
        (lambda _: b"", "its header has another charset than utf-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_catalogue_refuses_its_language(
    locales: Path, spoil: Callable[[bytes], bytes], fault: str
) -> None:
    path = catalogue_path("id", locales)
    path.write_bytes(spoil(path.read_bytes()))
    found = load_offer(wanting("id,vi"), locales)
    assert found.tags == ("vi", FALLBACK)
    (told, *_) = found.refusals()
    assert fault in told
    assert ROW.search(told)


def test_a_catalogue_that_is_gone_refuses_its_language(locales: Path) -> None:
    catalogue_path("id", locales).unlink()
    assert load_offer(wanting("id,vi"), locales).tags == ("vi", FALLBACK)


def test_an_unknown_language_stops_the_start() -> None:
    with pytest.raises(SettingError, match="HAVEN_LANGUAGES: xx: choose from id, vi, en"):
        load_offer(wanting("id,xx"))


@pytest.mark.usefixtures("_speaks_as_before")
def test_what_is_refused_is_said_in_english_and_what_was_checked_is_said_as_checked(
    locales: Path,
) -> None:
    """Whatever lies on the disk by then: the languages of a process are those of its start."""
    set_translation(locales, "vi", SEND, "Gửi đi")
    set_translation(locales, "id", ASKED, "Umur {x.__class__}?")
    found = load_offer(wanting("id,vi"), locales)
    use_catalogues(found.checked)
    send = Text("Send", "button")
    assert send.render(catalogue("vi")) == "Gửi đi"
    assert send.render(catalogue("id")) == "Send"
    use_catalogues({})
    assert send.render(catalogue("id")) == get_translation(locales, "id", SEND)


def test_filling_in_reaches_no_attribute() -> None:
    """Should one ever come through: it is words."""
    text = Text("Hello {name.__class__} {name} {0} {name!r}")
    assert text.render(catalogue(FALLBACK), {"name": "{hours}"}) == (
        "Hello {name.__class__} {hours} {0} {name!r}"
    )
