"""A demo shows at once what a desk is for: cases in several states and languages."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx

from bot.training.demo_cases import MORE_PEOPLE, PEOPLE
from bot.training.scenarios import load_scenarios
from tests.browser.demo_process import DemoProcess

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120.0
EXPECTED = {
    ("vi", "waiting", False),
    ("id", "waiting", False),
    ("km", "waiting", False),
    ("th", "open", True),
    ("zh_Hant", "open", True),
    ("fil", "closed", True),
    ("en", "waiting", False),
    ("my", "waiting", False),
    ("ja", "closed", True),
    ("zh_Hans", "closed", True),
    ("vi", "open", True),  # she called
}
"""Language and state of each case, and whether a caseworker has it."""


async def test_people_are_in_the_queue_and_staff_answered_some(tmp_path: Path) -> None:
    demo = await DemoProcess.started(tmp_path / "data", is_empty=False)
    try:
        async with asyncio.timeout(PATIENCE):
            while states_in(demo) != EXPECTED:  # noqa: ASYNC110 - another process fills it
                await asyncio.sleep(0.2)
        assert column_of(demo, "disposition") == {"information", "helped", "no_answer"}
        assert column_of(demo, "county") == {"TAO", "TXG"}
    finally:
        assert await demo.stop() == 0
    people = [*(it for it in load_scenarios() if it.title in PEOPLE), *MORE_PEOPLE]
    assert {it.language for it in people} == {language for language, *_ in EXPECTED}
    assert len(people) + 1 == len(EXPECTED)


async def test_a_reply_that_is_due_is_to_the_last_words_of_the_conversation(
    tmp_path: Path,
) -> None:
    demo = await DemoProcess.started(tmp_path / "data", is_empty=False)
    try:
        async with asyncio.timeout(PATIENCE):
            while ("person", "words") not in conversation_in(demo, "th"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await asyncio.sleep(2)  # what waits for the answer to the opener is released after a second
        assert conversation_in(demo, "th") == [
            ("caseworker", "phrase"), ("person", "reply"), ("caseworker", "words"),
            ("person", "words"),
        ]  # fmt: skip
    finally:
        assert await demo.stop() == 0


async def test_the_desk_opens_without_a_slash_at_the_end_of_its_address(tmp_path: Path) -> None:
    demo = await DemoProcess.started(tmp_path / "data")
    try:
        async with httpx.AsyncClient(base_url=demo.address) as client:
            said = await client.get("/desk")
            assert said.headers["location"] == "/desk/"
            assert "Haven" in (await client.get("/desk", follow_redirects=True)).text
    finally:
        assert await demo.stop() == 0


def conversation_in(demo: DemoProcess, language: str) -> list[tuple[str, str]]:
    """Return side and kind of the messages of a case, in the order its person saw them."""
    address = f"file:{demo.data / 'haven.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute(
            "SELECT side, exchanges.kind FROM exchanges JOIN cases ON cases.id = case_id "
            "WHERE language = ? AND side <> 'note' "
            "ORDER BY coalesce(arrived_at, at), exchanges.id",
            (language,),
        )
        return [(str(side), str(kind)) for side, kind in found]


def column_of(demo: DemoProcess, column: str) -> set[str]:
    """Return the values of a column of the cases of a demo."""
    address = f"file:{demo.data / 'haven.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute(f"SELECT {column} FROM cases WHERE {column} IS NOT NULL")  # noqa: S608 - ours
        return {str(value) for (value,) in found}


def states_in(demo: DemoProcess) -> set[tuple[str, str, bool]]:
    """Return language and state of every case of a demo, and whether a caseworker has it."""
    address = f"file:{demo.data / 'haven.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute("SELECT language, status, holder IS NOT NULL FROM cases")
        return {(language, status, bool(is_held)) for language, status, is_held in found}
