from __future__ import annotations

import inspect

import telegram
from telegram.constants import MessageType

from bot.channels.telegram.parsing import update_types
from bot.channels.telegram.parsing.parse import parse
from bot.channels.telegram.parsing.update_types import Treatment
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


def treated_as_update(name: str, row: Treatment) -> bool:
    """Tell whether an update of this kind is parsed as its row says."""
    read = parse(raw(update(**{name: UPDATES[name]})))
    if row is Treatment.ACCEPT:
        return read.kind is not UpdateKind.IGNORED
    if row is Treatment.NOTHING:  # no row with content
        return read == type(read)(1, UpdateKind.IGNORED, detail=name)
    noted = bool(read.chat) == (row is Treatment.NOTE)
    return read.kind is UpdateKind.IGNORED and read.detail == name and noted


def treated_as_content(name: str, row: Treatment) -> bool:
    """Tell whether a message with this content is parsed as its row says."""
    read = parse(raw(update(message=message(**{name: CONTENTS[name]}))))
    if row is Treatment.ACCEPT:
        return read.kind in ACCEPTED and read.detail == ""
    if row is Treatment.NOTHING:
        return read == type(read)(1, UpdateKind.IGNORED, detail=name)
    kind = UpdateKind.UNSUPPORTED if row is Treatment.DECLINE else UpdateKind.IGNORED
    kept = (read.text, read.files) != ("", ())  # nothing is kept of what is not accepted
    return read.kind is kind and read.detail == name and not kept


def test_every_kind_of_update_is_treated_as_its_row_says() -> None:
    rows = update_types.UPDATES
    assert len(rows) == 25
    assert [name for name, row in rows.items() if not treated_as_update(name, row)] == []


def test_every_content_is_treated_as_its_row_says() -> None:
    rows = update_types.CONTENTS
    assert len(rows) > 70
    assert [name for name, row in rows.items() if not treated_as_content(name, row)] == []


def test_a_treatment_other_than_the_row_is_found() -> None:
    assert not treated_as_content("text", Treatment.DECLINE)
    assert not treated_as_content("text", Treatment.NOTHING)
    assert not treated_as_update("message", Treatment.NOTE)
    assert not treated_as_update("poll", Treatment.ACCEPT)


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
