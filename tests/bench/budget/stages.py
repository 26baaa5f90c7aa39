"""The stages of an update, and the functions that belong to each."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.bench.budget.stage_clock import StageClock

_TABLE: Final = re.compile(r"\b(?:INTO|UPDATE|FROM)\s+(\w+)")
PARSING, LOADING, OPENING = "parsing", "loading", "opening and decoding"
READING, ENGINE, RENDERING = "reading words", "engine and turn", "rendering"
SEALING, STORING, COMMIT = "encoding and sealing", "storing", "commit"
COURIER, CHANNEL = "courier", "channel of the benchmark"
HANDING, AHEAD, STATEMENTS = "handing over", "statements sent ahead", "statements: "
FUNCTIONS: Final = (
    (READING, "bot.languages.alarms.find", "find_alarms"),  # first: others hold the function itself
    (READING, "bot.languages.detect", "guess_language"),
    (PARSING, "tests.bench.haven.haven_turns", "split_updates"),
    (PARSING, "bot.mailbox.inbox", "Arrival.of"),
    (PARSING, "bot.dispatch.batch", "BatchProcessor._read"),
    (LOADING, "bot.dispatch.conversation_store", "Conversations.load"),
    (LOADING, "bot.dispatch.batch", "BatchProcessor.expect"),
    (LOADING, "bot.dispatch.batch", "BatchProcessor.marks_of"),
    (LOADING, "bot.dispatch.turn_services", "TurnServices.load_changes"),
    (OPENING, "bot.vault.vault", "Vault.open"),
    (OPENING, "bot.dispatch.conversation_store", "_decode"),
    (READING, "bot.dispatch.turn.words.typed_text", "TypedText.command_meant"),
    (READING, "bot.dispatch.turn.words.meant_choice", "MeantChoice.of_label"),
    (ENGINE, "bot.dispatch.turn.turn", "TurnHandler.begin"),
    (ENGINE, "bot.dispatch.turn.turn", "TurnHandler.take"),
    (RENDERING, "bot.dispatch.rendering", "Renderer.render"),
    (RENDERING, "bot.dispatch.rendering", "Renderer.split_message"),
    (RENDERING, "bot.dispatch.callback_data", "token_prefix"),
    (SEALING, "bot.vault.vault", "Vault.seal"),
    (SEALING, "bot.dispatch.conversation_store", "_encode"),
    (SEALING, "bot.mailbox.outbox", "Outbox._seal"),
    (STORING, "bot.dispatch.batch", "BatchProcessor._store"),
    (STORING, "bot.mailbox.outbox", "OutboxResults.store"),
    (STORING, "bot.mailbox.inbox", "Inbox.insert"),
    (AHEAD, "bot.store.work", "Work.expect"),
    (HANDING, "bot.dispatch.dispatcher", "Dispatcher.hand_over"),
    (HANDING, "bot.store.writer", "Writer._submit"),
    (COMMIT, "bot.store.writer", "_commit"),
    (COMMIT, "bot.store.postgresql.session", "PostgresqlSession._commit"),
    (STORING, "bot.store.writer", "Writer._run_unit"),
)
STEPS: Final = (
    (COURIER, "bot.mailbox.courier", "Courier._carry"),
    (COURIER, "bot.mailbox.courier", "Courier._store_results"),
    (COURIER, "bot.mailbox.courier", "Courier._poll_store"),
    (CHANNEL, "tests.bench.haven.counting_channel", "CountingChannel.deliver"),
    (HANDING, "bot.dispatch.dispatcher", "Dispatcher._work"),
    (HANDING, "bot.dispatch.dispatcher", "Dispatcher.receive"),
)
"""Coroutine functions."""
WORK: Final = ("rows", "run", "many", "insert_rows")
"""Methods of `Work`, each with a prepared statement first."""


def wrap_all(clock: StageClock) -> list[str]:
    """Wrap the functions of all stages; return the names of those this release does not have."""
    missing = []
    for found, is_async in ((FUNCTIONS, False), (STEPS, True)):
        for stage, module, path in found:
            *owners, name = path.split(".")
            try:
                owner: Any = import_module(module)
                for each in owners:
                    owner = getattr(owner, each)
                clock.wrap(owner, name, stage, is_async=is_async)
            except (ImportError, AttributeError, KeyError):
                missing.append(f"{module}.{path}")
    work = import_module("bot.store.work").Work
    for name in WORK:
        clock.wrap(work, name, _stage_of_statement)
    return missing


def _stage_of_statement(work: Any, statement: Any, *values: Any) -> str:
    if values and values[0] == []:  # of no rows nothing is stored
        return ""
    return STATEMENTS + _table(getattr(statement, "prepared", statement), work.dialect)


@lru_cache(maxsize=1000)
def _table(statement: Any, dialect: str) -> str:
    found = _TABLE.search(statement.for_dialect(dialect).sql)
    return found[1] if found else "numbers of letters"
