"""Stored commands are carried out once, in order, and leave nothing behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.app.run import expire_keys
from bot.clock import DAY, HOUR, SECOND
from bot.hotline.commands import registry
from bot.hotline.commands.store import QUARANTINED, StaffCommands, submit_command
from bot.hotline.commands.types import Command, Verb
from bot.hotline.events import EventKind
from bot.mailbox.inbox import MAX_CRASHES, Arrival
from bot.vault import Vault
from bot.vault.erasure.delete_rows import case_tables
from bot.vault.keys.epoch_keys import epoch_number
from tests.support.database.key_store_fixtures import key_store
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness
from tests.support.people.caseworker_driver import CaseworkerDriver, refusals
from tests.support.people.chat_person import ChatPerson, update_json

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.hotline.commands.context import CommandContext

WORDS = "She hides at her aunt's in Taichung"
ROWS = "SELECT id, state, fault, sealed FROM staff_commands ORDER BY id"


def claimed(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person, the caseworker who claimed their case, and the case."""
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("It is about my pay")
    person.presses("Send", "Any time")
    mei = home.colleague()
    return person, mei, mei.claims()


def note(mei: CaseworkerDriver, case: str, text: str = WORDS) -> Command:
    return Command(verb=Verb.NOTE, by=mei.id, case=case, text=text)


def notes(mei: CaseworkerDriver, case: str) -> list[str]:
    return [it.content.text for it in mei.reads(case) if it.side == "note"]


def fail(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every note fail from now on."""

    def handler(_context: CommandContext) -> None:
        raise error

    spec = registry.COMMANDS[Verb.NOTE]
    monkeypatch.setitem(registry.COMMANDS, Verb.NOTE, _replaced(spec, handler))  # type: ignore[arg-type]


def _replaced(spec: registry.CommandSpec, handler: registry.CommandHandler) -> Any:
    fields = {name: getattr(spec, name) for name in spec.__dataclass_fields__}
    return registry.CommandSpec(**fields | {"handler": handler})


@on_both_databases
def test_a_command_is_carried_out_once_and_its_row_is_deleted(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    _person, mei, case = claimed(home)
    home.store_staff_commands(note(mei, case))
    ((_row, _state, _fault, sealed),) = home.ask(ROWS)
    assert WORDS.encode() not in bytes(sealed)
    home.run(asyncio.wait([home.loop.create_task(home.house.dispatcher.resume()) for _ in "ab"]))
    home.restart()
    assert home.ask(ROWS) == []
    assert notes(mei, case) == [WORDS]
    home.close()


@on_both_databases
def test_commands_wait_for_the_next_process_and_keep_their_order(kind: str, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, kind=kind)
    _person, mei, case = claimed(home)
    home.store_staff_commands(*(note(mei, case, f"note {number}") for number in range(30)))
    home.crash()
    home.open()
    assert home.ask(ROWS) == []
    assert notes(mei, case) == [f"note {number}" for number in range(30)]
    home.close()


def test_commands_and_updates_are_taken_in_the_order_they_were_stored(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = claimed(hotline)
    mei.take_over(case)
    person.presses("I can write now")

    def store_update(text: str) -> None:
        number = hotline.next_update
        hotline.next_update += 1
        stored = Arrival.of(number, update_json(number, person.words(text)))
        inbox, now = hotline.house.inbox, hotline.loop.now()
        hotline.database.writer.run_sync(lambda work: inbox.store_waiting(work, [stored], now))
        hotline.loop.advance(1)

    for number in range(3):
        store_update(f"person {number}")
        hotline.store_staff_commands(
            Command(verb=Verb.SEND, by=mei.id, case=case, text=f"caseworker {number}")
        )
        hotline.loop.advance(1)
    hotline.run(hotline.house.dispatcher.resume())
    hotline.settle()
    written = [it.content.text for it in mei.reads(case)]
    expected = [f"{who} {number}" for number in range(3) for who in ("person", "caseworker")]
    assert [text for text in written if text in expected] == expected


def test_a_command_that_fails_is_quarantined_and_the_others_are_carried_out(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person, mei, case = claimed(hotline)
    fail(monkeypatch, LookupError("broken"))
    hotline.store_staff_commands(
        note(mei, case), Command(verb=Verb.SET_PRIORITY, by=mei.id, case=case, code="0")
    )
    hotline.run(hotline.house.dispatcher.resume())
    assert hotline.ask("SELECT priority FROM cases") == [(0,)]
    ((_row, state, fault, sealed),) = hotline.ask(ROWS)
    assert (state, fault, sealed is None) == (QUARANTINED, "failed: LookupError", False)


def test_a_command_over_which_the_process_ends_is_quarantined_alone(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case = claimed(hotline)
    hotline.store_staff_commands(*(note(mei, case, f"note {number}") for number in range(25)))
    ((deadly,),) = hotline.ask("SELECT id FROM staff_commands ORDER BY id LIMIT 1 OFFSET 13")
    commands, run = hotline.house.staff.service.commands, hotline.database.writer.run_sync
    crashes = 0
    while taken := run(lambda work: commands.load_waiting(work, 10)):
        if deadly in {it.id for it in taken}:
            crashes += 1
        else:
            run(lambda work, taken=taken: commands.delete(work, taken))
    assert crashes == MAX_CRASHES
    assert [row[:2] for row in hotline.ask(ROWS)] == [(deadly, QUARANTINED)]


def test_a_row_that_was_altered_stops_no_other_command(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    hotline.store_staff_commands(note(mei, case, "one"), note(mei, case, "two"))
    hotline.ask(
        "UPDATE staff_commands SET sealed = x'00' WHERE id = (SELECT min(id) FROM staff_commands)"
    )
    hotline.run(hotline.house.dispatcher.resume())
    assert notes(mei, case) == ["two"]
    assert [row[1:3] for row in hotline.ask(ROWS)] == [(QUARANTINED, "unreadable")]


def test_a_waiting_command_is_erased_with_its_case(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    hotline.store_staff_commands(note(mei, case))
    assert hotline.ask("SELECT case_id FROM staff_commands") == [(case,)]
    assert "staff_commands" in {table.name for table in case_tables()}


def test_a_command_about_a_case_that_was_erased_meanwhile_is_refused(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    events = hotline.send_staff_command(note(mei, "f" * 32))
    assert refusals(events) == ["There is no such case."]
    assert hotline.ask(ROWS) == []


def test_a_command_of_a_caseworker_without_access_does_nothing(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    other = hotline.colleague("Lan")
    other.disable()
    assert hotline.send_staff_command(note(other, case)) == []
    assert hotline.ask(ROWS) == []
    assert notes(mei, case) == []


def test_a_waiting_command_outlives_the_key_of_its_epoch(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, vault=Vault(ROOT, key_store()))
    mei = home.colleague()
    home.store_staff_commands(Command(verb=Verb.OFF_DUTY, by=mei.id))
    ((_row, _state, _fault, before),) = home.ask(ROWS)
    for _hour in range(48):
        home.advance_time(HOUR / SECOND)
        home.run(expire_keys(home.house))
    ((_row, _state, _fault, after),) = home.ask(ROWS)
    assert epoch_number(bytes(after)) != epoch_number(bytes(before))
    home.run(home.house.dispatcher.resume())
    assert home.ask("SELECT on_duty FROM staff") == [(0,)]
    home.close()


def test_a_quarantined_command_keeps_its_content_for_a_day(hotline: HotlineHarness) -> None:
    _person, mei, case = claimed(hotline)
    hotline.store_staff_commands(note(mei, case))
    run, now = hotline.database.writer.run_sync, hotline.loop.now()
    (stored,) = run(lambda work: hotline.house.staff.service.commands.load_waiting(work, 10))
    run(lambda work: StaffCommands.quarantine(work, stored, "failed: test"))
    for age, rows in ((DAY, [(False,)]), (DAY + 1, [(True,)]), (8 * DAY + 1, [])):
        run(lambda work, at=now + age: StaffCommands.expire(work, at))
        assert hotline.ask("SELECT sealed IS NULL FROM staff_commands") == rows


def test_a_waiting_command_never_expires(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    hotline.store_staff_commands(Command(verb=Verb.OFF_DUTY, by=mei.id))
    later = hotline.loop.now() + 365 * DAY
    hotline.database.writer.run_sync(lambda work: StaffCommands.expire(work, later))
    assert len(hotline.ask(ROWS)) == 1


def test_a_command_line_objection_is_shown_at_open_desks(hotline: HotlineHarness) -> None:
    person, mei, case = claimed(hotline)
    person.says("/delete")
    person.presses("Erase it")
    command = Command(verb=Verb.OBJECT_TO_ERASURE, by=mei.id, case=case, text=WORDS)
    now = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: submit_command(work, hotline.vault, command, now))
    hotline.board.events.clear()
    hotline.run(hotline.house.dispatcher.resume())
    assert EventKind.ERASURE_REQUESTED in [event.kind for event in hotline.board.events]
