"""Recordings are sent with their phrase, if reviewed, and no longer once it changes."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from bot.app.texts import spoken_texts
from bot.channels.telegram.client import build_bot
from bot.channels.telegram.told_values import recording_key
from bot.channels.telegram.voice_cache import Recordings
from bot.errors import LetterRefusedError
from bot.languages import LANGUAGES
from bot.languages.recording_manifest import MANIFEST, RecordingManifest, RecordingReview
from bot.languages.voice_files import (
    find_recordings,
    orphaned_recordings,
    recordable_texts,
    recording_name,
    recording_names,
    recording_of,
    recordings_folder,
)
from bot.messages import DeleteMessages, SendRecording, SendText
from bot.places.registry import find_place
from bot.sandbox import TOKEN, Sandbox, serve
from bot.text import Text, pgettext
from flows.texts.phrases import CONSENT
from flows.texts.questions import NO_PROMISE
from flows.urgent.danger import DangerFlow
from flows.urgent.despair import Despair
from tests.support.blobs import MemoryValues
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

SOUND = b"OggS" + bytes(200)
TODAY = date(2026, 11, 24)
PLACE = find_place("taiwan")
SPOKEN = spoken_texts(PLACE)


def record(
    locales: Path, tag: str, text: Text, sound: bytes = SOUND, *, reviewed: bool = True
) -> str:
    """Put a recording where a deployment would; return its name."""
    name = recording_names(tag, [text])[text]
    manifest = RecordingManifest(recordings_folder(tag, locales))
    manifest.keep(name, sound, "Sari", TODAY)
    if reviewed:
        manifest.review(name, RecordingReview("Putri", TODAY))
    return f"{tag}/{name}"


def test_a_recording_is_sent_before_the_words_it_says(tmp_path: Path) -> None:
    name = record(tmp_path, "en", CONSENT)
    home = HotlineHarness(tmp_path, voices=find_recordings(SPOKEN, LANGUAGES, tmp_path))
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


def test_an_answer_to_a_question_of_the_person_is_spoken_as_well(tmp_path: Path) -> None:
    name = record(tmp_path, "en", NO_PROMISE)
    home = HotlineHarness(tmp_path, voices=find_recordings(SPOKEN, ["en"], tmp_path))
    person = home.person("en")
    person.says("/start")
    person.presses("English")
    person.says("will I be deported?")
    bodies = [body for chat, body in home.post.arrived if chat == person.id]
    (at,) = [place for place, body in enumerate(bodies) if isinstance(body, SendRecording)]
    assert bodies[at : at + 2] == [SendRecording(name), SendText(NO_PROMISE.source)]
    home.close()


def test_what_can_be_heard_goes_with_everything_else_when_the_chat_is_cleared(
    tmp_path: Path,
) -> None:
    record(tmp_path, "en", CONSENT)
    gone = []
    for voices in ({}, find_recordings(SPOKEN, ["en"], tmp_path)):
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
    assert find_recordings(SPOKEN, LANGUAGES, tmp_path) == {}
    home = HotlineHarness(tmp_path)
    assert home.house.setting.voices == {}
    home.close()


def test_an_unreviewed_recording_of_a_safety_sentence_is_not_sent(tmp_path: Path) -> None:
    name = record(tmp_path, "en", CONSENT, reviewed=False)
    assert find_recordings(SPOKEN, ["en"], tmp_path) == {}
    manifest = RecordingManifest(recordings_folder("en", tmp_path))
    stem = name.removeprefix("en/")
    manifest.review(stem, RecordingReview("Putri", TODAY, "too fast"))
    assert find_recordings(SPOKEN, ["en"], tmp_path) == {}
    manifest.review(stem, RecordingReview("Putri", TODAY))
    assert find_recordings(SPOKEN, ["en"], tmp_path) == {("en", CONSENT.source): name}
    manifest.sound_path(stem).write_bytes(b"another voice")
    assert find_recordings(SPOKEN, ["en"], tmp_path) == {}


def test_an_unreadable_manifest_silences_safety_sentences_and_stops_nothing(
    tmp_path: Path,
) -> None:
    plain = Text("Hello.")
    record(tmp_path, "en", CONSENT)
    name = record(tmp_path, "en", plain)
    (recordings_folder("en", tmp_path) / MANIFEST).write_text("{", encoding="utf-8")
    assert find_recordings([*SPOKEN, plain], ["en"], tmp_path) == {("en", "Hello."): name}


def test_the_words_before_a_list_of_numbers_are_spoken_and_the_numbers_read(
    tmp_path: Path,
) -> None:
    danger = record(tmp_path, "en", PLACE.sentences["danger_line"].text)
    despair = record(tmp_path, "en", Despair.numbers.text)
    found = find_recordings(SPOKEN, ["en"], tmp_path)
    renderer = HotlineHarness(tmp_path)
    shown = {
        name: renderer.house.setting.renderer.text(text, "en")
        for name, text in ((danger, DangerFlow.numbers.text), (despair, Despair.numbers.text))
    }
    renderer.close()
    assert all("110" in words or "1925" in words for words in shown.values())
    assert {name: recording_of(found, "en", words) for name, words in shown.items()} == {
        danger: danger, despair: despair,
    }  # fmt: skip


def test_a_recording_is_not_sent_with_a_message_that_says_more(tmp_path: Path) -> None:
    record(tmp_path, "en", Text("We told nobody."))
    found = find_recordings([Text("We told nobody.")], ["en"], tmp_path)
    assert recording_of(found, "en", "We told nobody.")
    assert recording_of(found, "en", "We told nobody.\nExcept the police.") is None
    assert recording_of(found, "id", "We told nobody.") is None


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
    assert len(recordable_texts(SPOKEN)) > 100


async def test_telegram_gets_a_recording_once_and_its_number_from_then_on(tmp_path: Path) -> None:
    name, kept = record(tmp_path, "id", CONSENT), MemoryValues()
    sandbox = Sandbox()
    sari = sandbox.add_phone("Sari")
    sari.say("/start")
    async with serve(sandbox) as base, build_bot(TOKEN, base) as bot:
        for _ in range(2):
            assert await Recordings(bot, tmp_path, kept).send(sari.id, name)  # a new process each
        record(tmp_path, "id", CONSENT, SOUND + b"anew")
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
        kept.values.clear()
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
    sent = [call for call in sandbox.calls.calls if call.method == "sendVoice"]
    assert [bool(call.uploads) for call in sent] == [True, False, True, True]
    assert sum("voice" in message for message in sari.messages()) == 4


async def test_a_number_telegram_does_not_know_any_more_costs_one_more_upload(
    tmp_path: Path,
) -> None:
    name, kept = record(tmp_path, "id", CONSENT), MemoryValues()
    sandbox = Sandbox()
    sari = sandbox.add_phone("Sari")
    sari.say("/start")
    async with serve(sandbox) as base, build_bot(TOKEN, base) as bot:
        kept.values[recording_key(bot.id, sha256(SOUND).hexdigest())] = "forgotten"
        assert await Recordings(bot, tmp_path, kept).send(sari.id, name)
    assert "forgotten" not in kept.values.values()


async def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterRefusedError, match="no recording"):
        await Recordings(build_bot(TOKEN), tmp_path).send(1, "id/0000000000000000")
