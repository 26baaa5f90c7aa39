"""What a checked catalogue says is what GNU gettext says of the same file."""

from __future__ import annotations

import gettext
import io
from typing import TYPE_CHECKING, Any, cast

import pytest
from babel.messages.mofile import write_mo

from bot.languages import FALLBACK, LANGUAGES, language_of
from bot.languages.availability import load_offer
from bot.languages.po_files import CheckedTranslations, load_catalogue, load_template
from bot.settings import load_settings
from tests.support.content.altered_catalogues import copy_catalogues

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog, Message

TRANSLATED = [tag for tag in LANGUAGES if tag != FALLBACK]
COUNTED = (*range(130), 1_000_000)


def as_gettext_reads(catalog: Catalog) -> gettext.GNUTranslations:
    out = io.BytesIO()
    write_mo(out, catalog)
    return gettext.GNUTranslations(io.BytesIO(out.getvalue()))


def answers(words: gettext.NullTranslations, message: Message) -> list[str]:
    """Return what is said of a message by every way of asking."""
    one, *_, many = (message.id, message.id) if isinstance(message.id, str) else message.id
    return [
        words.gettext(one), words.gettext(many), words.pgettext(message.context or "-", one),
        *(words.ngettext(one, many, n) for n in COUNTED),
    ]  # fmt: skip


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_said_as_gettext_says_it(tag: str) -> None:
    found = load_catalogue(tag)
    assert found.catalog is not None
    said, wanted = found.compile(), as_gettext_reads(found.catalog)
    messages = [it for it in found.catalog if it.id]
    assert [answers(said, it) for it in messages] == [answers(wanted, it) for it in messages]
    assert said.info() == wanted.info()
    assert language_of(said) == tag


def test_what_is_unknown_is_said_in_english() -> None:
    words = load_catalogue("fil").compile()
    assert words.gettext("No such words") == "No such words"
    assert words.pgettext("button", "No such words") == "No such words"
    assert [words.ngettext("a", "b", n) for n in (1, 2)] == ["a", "b"]


def test_what_is_unknown_is_asked_of_a_fallback() -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

        def pgettext(self, context: str, message: str) -> str:
            return f"{context}: {message.upper()}"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return f"{n}: {msgid1}, {msgid2}"

    words = load_catalogue("id").compile()
    words.add_fallback(Shouting())
    assert words.gettext("no such words") == "NO SUCH WORDS"
    assert words.pgettext("button", "no such words") == "button: NO SUCH WORDS"
    assert words.ngettext("a", "b", 2) == "2: a, b"


def test_an_unfinished_translation_is_not_said() -> None:
    found = load_catalogue("id")
    first, second, *_ = (it for it in cast("Any", found.catalog) if it.id and not it.context)
    first.flags.add("fuzzy")
    second.string = ""
    words = found.compile()
    assert [words.gettext(it.id) for it in (first, second)] == [first.id, second.id]


def test_languages_share_the_phrases_by_which_they_are_found(tmp_path: Path) -> None:
    locales = copy_catalogues(tmp_path, "id", "vi")
    checked = load_offer(load_settings(languages="id,vi"), locales).checked
    one, other = (
        {id(key if isinstance(key, str) else key[1]) for key in words._found}
        for words in checked.values()
        if isinstance(words, CheckedTranslations)
    )
    assert one == other
    assert len(one) > 900


def test_no_template_is_kept_once_the_languages_are_checked() -> None:
    load_template()
    load_offer(load_settings(languages="id"))
    assert load_template.cache_info().currsize == 0
