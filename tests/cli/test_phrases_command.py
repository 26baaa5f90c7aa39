"""`haven phrases` lists what both desks offer, and who changed it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.phrases import phrase_rows
from bot.hotline.chat.phrase_edits import EditKind, PhraseEdit, PhraseEdits
from bot.hotline.chat.phrasebook import Phrasebook
from flows.texts.phrasebook import GROUPS, PHRASES
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.store.writer import Work
    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]


def _add(
    edits: PhraseEdits, who: str, code: str, language: str, edit: PhraseEdit, work: Work
) -> None:
    edits.add(work, code, language, edit, who, 0)


def test_a_phrase_written_at_the_desk_says_by_whom_and_a_withdrawn_one_that_it_is(
    tmp_path: Path,
) -> None:
    home = HotlineHarness(tmp_path)
    who, edits, run = home.colleague().id, PhraseEdits(home.vault), home.database.writer.run_sync
    english = "Please bring your papers."
    for code, language, edit in (
        ("papers", "en", PhraseEdit(EditKind.CREATED, english, english, "meeting")),
        ("thanks", "", PhraseEdit(EditKind.WITHDRAWN)),
    ):
        run(partial(_add, edits, who, code, language, edit))
    book = Phrasebook(PHRASES, groups=GROUPS, edits=edits)
    run(book.load)
    found = {it.code: it for it in phrase_rows(book, "vi", ZoneInfo("Asia/Taipei"))}
    assert found["papers"][1:4] == ("meeting", english, "missing")
    assert found["thanks"].state == "withdrawn"
    assert found["opener"].source == "the release"
    english_rows = {it.code: it for it in phrase_rows(book, "en", ZoneInfo("Asia/Taipei"))}
    assert english_rows["papers"].source.startswith(f"the desk: {who}, ")
    home.close()


def test_the_command_lists_them_for_people_and_for_programs(run_command: Haven) -> None:
    assert run_command("staff", "add", "Mei", "--language", "id").returncode == 0
    listed = json.loads(run_command("phrases", "--language", "vi", "--json").stdout)
    assert {it["code"] for it in listed} == set(PHRASES)
    assert {it["state"] for it in listed} <= {"draft", "one", "reviewed", "facts"}
    assert "opener" in run_command("phrases").stdout
    assert run_command("phrases", "--language", "xx").returncode == 2
