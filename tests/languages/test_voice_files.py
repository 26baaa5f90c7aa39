"""Recordings are sent with their phrase, and no longer once it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.texts import flow_texts
from bot.channels.telegram.client import build_bot
from bot.channels.telegram.voice_cache import Recordings
from bot.errors import LetterRefusedError
from bot.languages import LANGUAGES
from bot.languages.voice_files import (
    EXTENSION,
    find_recordings,
    orphaned_recordings,
    recordable_texts,
    recording_name,
    recording_names,
    recordings_folder,
)
from bot.messages import DeleteMessages, SendRecording, SendText
from bot.sandbox import TOKEN, Sandbox, serve
from bot.text import Text, pgettext
from flows.texts.phrases import CONSENT
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

SOUND = b"OggS" + bytes(200)


def record(locales: Path, tag: str, text: Text, sound: bytes = SOUND) -> str:
    """Put a recording where a deployment would; return its name."""
    name = recording_names(tag, [text])[text]
    folder = recordings_folder(tag, locales)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}{EXTENSION}").write_bytes(sound)
    return f"{tag}/{name}"


def test_a_recording_is_sent_before_the_words_it_says(tmp_path: Path) -> None:
    name = record(tmp_path, "en", CONSENT)
    home = HotlineHarness(tmp_path, voices=find_recordings(flow_texts(), LANGUAGES, tmp_path))
    person = home.person("en")
    person.says("/start")
    person.presses("English")
    bodies = [body for chat, body in home.post.arrived if chat == person.id]
    (at,) = [place for place, body in enumerate(bodies) if isinstance(body, SendRecording)]
    assert bodies[at] == SendRecording(name)
    following = bodies[at + 1]
    assert isinstance(following, SendText)
    assert following.text == CONSENT.source
    other = home.person("id")  # nothing was recorded in Indonesian
    other.says("/start")
    other.presses("Bahasa Indonesia")
    heard = [body for chat, body in home.post.arrived if chat == other.id]
    assert not [body for body in heard if isinstance(body, SendRecording)]
    home.close()


def test_what_can_be_heard_goes_with_everything_else_when_the_chat_is_cleared(
    tmp_path: Path,
) -> None:
    record(tmp_path, "en", CONSENT)
    gone = []
    for voices in ({}, find_recordings(flow_texts(), ["en"], tmp_path)):
        home = HotlineHarness(tmp_path, voices=voices)
        person = home.person("en")
        person.says("/start")
        person.presses("English")
        person.says("/bye")
        home.run(home.close_writer_idle(5.0))
        home.settle()
        taken = [body for _, body in home.post.arrived if isinstance(body, DeleteMessages)]
        gone.append(len({number for body in taken for number in body.messages}))
        home.close()
        (tmp_path / "haven.db").unlink()
    assert gone[1] == gone[0] + 1


def test_without_files_nothing_changes(tmp_path: Path) -> None:
    assert find_recordings(flow_texts(), LANGUAGES, tmp_path) == {}
    home = HotlineHarness(tmp_path)
    assert home.house.setting.voices == {}
    home.close()


def test_a_recording_falls_silent_once_its_words_change(tmp_path: Path) -> None:
    text = Text("Nobody is here now.")
    record(tmp_path, "en", text)
    assert find_recordings([text], ["en"], tmp_path)
    changed = Text("Somebody is here now.")
    assert find_recordings([changed], ["en"], tmp_path) == {}
    assert len(orphaned_recordings("en", [changed], tmp_path)) == 1
    assert orphaned_recordings("en", [text], tmp_path) == []
    assert recording_name(text, "Tidak ada orang.") != recording_name(text, "Ada orang.")


def test_labels_and_phrases_with_blanks_are_not_recorded() -> None:
    label, blank, plain = pgettext("button", "Next"), Text("Call {number}."), Text("Hello.")
    assert recordable_texts([label, blank, plain, plain]) == [plain]
    assert len(recordable_texts(flow_texts())) > 100


async def test_telegram_gets_a_recording_once_and_its_number_from_then_on(tmp_path: Path) -> None:
    name, kept = record(tmp_path, "id", CONSENT), tmp_path / "recordings.json"
    sandbox = Sandbox()
    sari = sandbox.add_phone("Sari")
    sari.say("/start")
    async with serve(sandbox) as base, build_bot(TOKEN, base) as bot:
        for _ in range(2):
            assert await Recordings(bot, tmp_path, kept).send(sari.id, name)  # a new process each
        record(tmp_path, "id", CONSENT, SOUND + b"anew")
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
        kept.write_text('{"' + "0" * 64 + '": "gone"}', encoding="utf-8")
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
        kept.write_text("not json", encoding="utf-8")
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
    sent = [call for call in sandbox.calls.calls if call.method == "sendVoice"]
    assert [bool(call.uploads) for call in sent] == [True, False, True, True, True]
    assert sum("voice" in message for message in sari.messages()) == 5


async def test_a_number_telegram_does_not_know_any_more_costs_one_more_upload(
    tmp_path: Path,
) -> None:
    from hashlib import sha256  # noqa: PLC0415

    name, kept = record(tmp_path, "id", CONSENT), tmp_path / "recordings.json"
    sandbox = Sandbox()
    sari = sandbox.add_phone("Sari")
    sari.say("/start")
    kept.write_text(f'{{"{sha256(SOUND).hexdigest()}": "forgotten"}}', encoding="utf-8")
    async with serve(sandbox) as base, build_bot(TOKEN, base) as bot:
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
    assert "forgotten" not in kept.read_text(encoding="utf-8")


async def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterRefusedError, match="no recording"):
        await Recordings(build_bot(TOKEN), tmp_path).send(1, "id/0000000000000000")
