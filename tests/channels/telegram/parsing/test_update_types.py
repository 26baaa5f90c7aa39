from __future__ import annotations

import inspect

import pytest
import telegram
from telegram.constants import MessageType

from bot.channels.telegram import update_types
from bot.channels.telegram.parse import parse
from bot.channels.telegram.update_types import Treatment
from bot.messages import UpdateKind
from tests.support.telegram.telegram_samples import CONTENTS, UPDATES, message, raw, update

ACCEPTED = {UpdateKind.TEXT, UpdateKind.FILES, UpdateKind.LOCATION, UpdateKind.CONTACT}


def test_every_kind_of_update_the_library_knows_has_a_row() -> None:
    assert set(update_types.UPDATES) == {str(kind.value) for kind in telegram.Update.ALL_TYPES}
    assert len(update_types.UPDATES) == 25
    assert set(UPDATES) == set(update_types.UPDATES)


def test_every_content_of_a_message_the_library_knows_has_a_row() -> None:
    fields = set(inspect.signature(telegram.Message).parameters) - {"api_kwargs", "from_user"}
    rows = set(update_types.CONTENTS) | update_types.ENVELOPE - {"from"}
    assert fields - rows == set()
    assert rows - fields == set()
    assert {kind.value for kind in MessageType} <= rows
    assert not set(update_types.CONTENTS) & update_types.ENVELOPE
    assert set(CONTENTS) == set(update_types.CONTENTS)


def test_we_ask_telegram_only_for_what_we_answer() -> None:
    wanted = {name for name, row in update_types.UPDATES.items() if row is not Treatment.NOTHING}
    assert set(update_types.ALLOWED_UPDATES) == wanted


@pytest.mark.parametrize("name", [*update_types.UPDATES])
def test_every_kind_of_update_gets_what_its_row_says(name: str) -> None:
    read = parse(raw(update(**{name: UPDATES[name]})))
    row = update_types.UPDATES[name]
    assert (read.kind is UpdateKind.IGNORED) == (row is not Treatment.ACCEPT)
    if row is not Treatment.ACCEPT:
        assert read.detail == name
        assert bool(read.chat) == (row is Treatment.NOTE)
    if row is Treatment.NOTHING:
        assert read == type(read)(1, UpdateKind.IGNORED, detail=name), "no row with content"


@pytest.mark.parametrize("name", [*update_types.CONTENTS])
def test_every_content_gets_what_its_row_says(name: str) -> None:
    read = parse(raw(update(message=message(**{name: CONTENTS[name]}))))
    row = update_types.CONTENTS[name]
    assert (read.kind in ACCEPTED) == (row is Treatment.ACCEPT)
    assert (read.kind is UpdateKind.UNSUPPORTED) == (row is Treatment.DECLINE)
    assert (read.kind is UpdateKind.IGNORED) == (row in {Treatment.NOTE, Treatment.NOTHING})
    assert read.detail == ("" if row is Treatment.ACCEPT else name)
    if row is Treatment.NOTHING:
        assert read == type(read)(1, UpdateKind.IGNORED, detail=name)
    if row is not Treatment.ACCEPT:
        assert (read.text, read.files) == ("", ()), "nothing is kept of what is not accepted"


def test_a_kind_of_update_telegram_has_not_invented_yet_is_confirmed_and_counted() -> None:
    read = parse(raw(update(hologram={"chat": 5, "text": "x"})))
    assert (read.kind, read.detail, read.chat) == (UpdateKind.IGNORED, "hologram", 0)


def test_a_content_telegram_has_not_invented_yet_gets_a_polite_no() -> None:
    read = parse(raw(update(message=message(hologram={"text": "x"}))))
    assert (read.kind, read.detail, read.chat) == (UpdateKind.UNSUPPORTED, "hologram", 5550001111)


def test_the_name_of_an_unknown_thing_can_be_logged() -> None:
    assert parse(raw(update(**{"My Name Is Siti": {}}))).detail == "unknown"
    assert parse(raw(update(message=message(**{"My Name Is Siti": {}})))).detail == "unknown"


def test_an_update_with_nothing_in_it_is_nothing() -> None:
    assert parse(b'{"update_id":1}').detail == "empty"
    assert parse(raw(update(message=message()))).detail == "empty"
