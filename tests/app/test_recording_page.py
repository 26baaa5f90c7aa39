"""What the page *Record sentences* stores, and what it refuses with a reason."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.app import recording_page
from bot.app.recording_page import RECORDINGS_PATH, RecordingPage
from bot.languages.recording_manifest import MANIFEST
from bot.places.registry import find_place
from bot.sandbox import Sandbox, serve
from tests.support.sounds import tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SARI = {"speaker": "Sari", "consent": "yes"}


@asynccontextmanager
async def recordings(locales: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the page's data as the demo does."""
    sandbox, place = Sandbox(), find_place("taiwan")
    page = RecordingPage(locales, place, lambda: date(2026, 11, 24))
    sandbox.mounted_apps[RECORDINGS_PATH] = page.app()
    async with (
        serve(sandbox) as base,
        httpx.AsyncClient(base_url=f"{base}{RECORDINGS_PATH}/", trust_env=False) as client,
    ):
        yield client


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def first_path(client: httpx.AsyncClient) -> str:
    return f"id/{(await client.get('id')).json()['sentences'][0]['name']}"


async def test_a_recording_is_kept_played_and_reviewed_by_another_person(tmp_path: Path) -> None:
    async with recordings(tmp_path) as client:
        path = await first_path(client)
        kept = (await client.put(path, params=SARI, content=tone())).json()
        assert (kept["state"], kept["speaker"]) == ("recorded", "Sari")
        played = await client.get(f"{path}.ogg")
        assert played.headers["content-type"] == "audio/ogg"
        assert (
            played.content
            == (tmp_path / path.replace("/", "/voice/")).with_suffix(".ogg").read_bytes()
        )
        verdict = {"reviewer": "sari", "is_right": True}
        refused = await client.post(f"{path}/review", json=verdict)
        assert refused.status_code == 400
        assert "another person" in refused.json()["error"]
        done = (await client.post(f"{path}/review", json=verdict | {"reviewer": "Putri"})).json()
        assert (done["state"], done["reviewed_on"]) == ("reviewed", "2026-11-24")


@pytest.mark.parametrize(
    ("fields", "sound", "reason"),
    [
        ({"speaker": "Sari"}, tone, "agree"),
        ({"speaker": " ", "consent": "yes"}, tone, "name"),
        (SARI, lambda: b"no sound", "record it again"),
        (SARI, lambda: tone(level=0), "microphone"),
    ],
    ids=["no consent", "no name", "broken", "silent"],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    tmp_path: Path, fields: dict[str, str], sound: Callable[[], bytes], reason: str
) -> None:
    async with recordings(tmp_path) as client:
        refused = await client.put(await first_path(client), params=fields, content=sound())
    assert refused.status_code == 400
    assert reason in refused.json()["error"]
    assert is_empty(tmp_path)


async def test_a_reviewer_who_finds_something_wrong_has_to_say_what(tmp_path: Path) -> None:
    async with recordings(tmp_path) as client:
        path = await first_path(client)
        await client.put(path, params=SARI, content=tone())
        verdict = {"reviewer": "Putri", "is_right": False, "problem": " "}
        refused = await client.post(f"{path}/review", json=verdict)
        assert "do differently" in refused.json()["error"]
        given = await client.post(f"{path}/review", json=verdict | {"problem": "too fast"})
        assert (given.json()["state"], given.json()["problem"]) == ("record again", "too fast")


async def test_a_folder_that_cannot_be_written_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("no folder", encoding="utf-8")
    async with recordings(tmp_path) as client:
        refused = await client.put(await first_path(client), params=SARI, content=tone())
    assert "--recordings FOLDER" in refused.json()["error"]


@pytest.mark.parametrize("path", ["xx", "id/0000000000000000", "id/..%2F..%2Fsecret"])
async def test_only_known_languages_and_sentences_are_written(tmp_path: Path, path: str) -> None:
    async with recordings(tmp_path) as client:
        answer = await client.put(path, params=SARI, content=tone())
    assert answer.status_code in {400, 404, 405}
    assert is_empty(tmp_path)


async def test_pages_of_other_addresses_are_refused(tmp_path: Path) -> None:
    async with recordings(tmp_path) as client:
        path = await first_path(client)
        origin = {"origin": "https://example.org"}
        refused = await client.put(path, params=SARI, content=tone(), headers=origin)
    assert refused.status_code == 403


async def test_an_unreadable_manifest_is_named_and_keeps_its_content(tmp_path: Path) -> None:
    manifest = tmp_path / "id" / "voice" / MANIFEST
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{", encoding="utf-8")
    async with recordings(tmp_path) as client:
        refused = await client.get("id")
    assert (refused.status_code, str(manifest) in refused.json()["error"]) == (400, True)
    assert manifest.read_text(encoding="utf-8") == "{"


async def test_without_pyav_the_page_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_page, "voice_encoder", None)
    async with recordings(tmp_path) as client:
        assert "pip install 'av'" in (await client.get("")).json()["problem"]
        refused = await client.put(await first_path(client), params=SARI, content=tone())
    assert "pip install 'av'" in refused.json()["error"]
