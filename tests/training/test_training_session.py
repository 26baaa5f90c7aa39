"""A training from the first hello to the debrief; and it never lies where something real does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app.run import run_bot
from bot.cli.main import app
from bot.errors import HavenError, SettingError
from bot.store.database import PRACTICE_MARKER, Database
from bot.store.migrate import upgrade
from bot.training.scenarios import load_scenarios
from bot.training.session import TrainingOptions, label_lookup, prepare_folder, run_training
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.sandbox import Phone, Sandbox, SandboxGroup

PACE = 0.1
PATIENCE = 120.0
ALL = load_scenarios()
HELLO = "Halo, saya membaca pesan Anda."


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - people and bot do as they like
            await asyncio.sleep(0.05)


def topics(group: SandboxGroup) -> list[int]:
    return [int(it["message_thread_id"]) for it in group.chat.messages.values()
            if "message_thread_id" in it]  # fmt: skip


async def answers_the_first(sandbox: Sandbox, group: SandboxGroup, phones: Sequence[Phone]) -> None:
    """Claim the first person who waits, write to them, and read what they answer."""
    mei = next(iter(sandbox.colleagues.values()))
    await until(lambda: topics(group))
    thread = topics(group)[0]
    await until(
        lambda: any(ALL[0].opening_lines[4] in str(it.get("text")) for it in group.messages(thread))
    )
    for line in ("/claim", "/takeover", f"/say {HELLO}"):
        group.say(mei, line, thread=thread)
        await asyncio.sleep(0.3)
    await until(lambda: HELLO in phones[0].bot_texts())
    answer = ALL[0].replies[1]
    await until(lambda: any(answer in str(it.get("text")) for it in group.messages(thread)))


async def test_a_person_comes_is_answered_and_the_debrief_says_how_it_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Database(f"sqlite:///{tmp_path / 'real.db'}")
    upgrade(real)
    monkeypatch.setenv("HAVEN_DATABASE_URL", str(real.url))
    monkeypatch.setenv("HAVEN_KEYS_URL", f"sqlite:///{tmp_path / 'real-keys.db'}")
    data = tmp_path / "practice"
    people = [ALL[0], replace(ALL[-1], after=10**6)]
    siti, maria = await run_training(
        people, answers_the_first, print, TrainingOptions(data=data, pace=PACE)
    )
    capsys.readouterr()
    assert siti.reference
    assert siti.claimed_after is not None
    assert siti.answered_after is not None
    assert siti.is_in_time
    assert (maria.reference, maria.claimed_after) == ("", None)  # she never came so far
    # What is real was not touched, and a real bot does not start where practice lies.
    assert query(real, "SELECT count(*) FROM cases") == [(0,)]
    assert not (tmp_path / "real-keys.db").exists()
    assert query(Database(f"sqlite:///{data / 'haven.db'}"), "SELECT count(*) > 0 FROM cases") == [
        (1,)
    ]
    with pytest.raises(SettingError, match="holds practice cases"):
        await run_bot(settings_for(tmp_path, data=data))


def test_practice_is_refused_where_something_real_lies(tmp_path: Path) -> None:
    real = tmp_path / "data"
    real.mkdir()
    (real / "haven.db").write_bytes(b"")
    with pytest.raises(SettingError, match="is no practice"):
        prepare_folder(real)
    assert not (real / PRACTICE_MARKER).exists()
    empty = tmp_path / "new"
    prepare_folder(empty)  # the control: an empty folder is taken, and taken again
    (empty / "haven.db").write_bytes(b"")
    prepare_folder(empty)


async def test_a_real_folder_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "haven.db").write_bytes(b"real")

    async def never(*_: object) -> None:
        raise AssertionError

    with pytest.raises(SettingError, match="is no practice"):
        await run_training(ALL, never, print, TrainingOptions(data=tmp_path))
    assert not (tmp_path / PRACTICE_MARKER).exists()


async def test_a_scene_that_fits_no_flow_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.training.session.TIMEOUT_SECONDS", 0.5)
    lost = replace(ALL[0], opening_lines=("/start", "Any time"))

    async def for_ever(*_: object) -> None:
        await asyncio.Event().wait()

    options = TrainingOptions(data=tmp_path / "practice", pace=PACE)
    with pytest.raises(HavenError, match="siti: no button “Any time” was shown"):
        await run_training([lost], for_ever, print, options)
    capsys.readouterr()


def test_every_label_of_a_scene_is_one_of_the_flows(tmp_path: Path) -> None:
    names = label_lookup(settings_for(tmp_path))
    for scene in ALL:
        labels = [
            line for line in (*scene.opening_lines, *scene.replies) if names(scene.language, line)
        ]
        assert {"Send", "Tell them now", "Give it to a person"} & set(labels)
        assert "I can write now" in labels


def test_an_unknown_scene_is_said_with_those_there_are() -> None:
    from typer.testing import CliRunner  # noqa: PLC0415

    done = CliRunner().invoke(app, ["train", "nobody", "--no-browser"])
    assert isinstance(done.exception, HavenError)
    assert "siti" in str(done.exception)
