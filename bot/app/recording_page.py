"""What the demo's page *Record sentences* asks for: safety sentences, recordings and reviews.

The page is served by the demo only, on this machine only. It writes into the folder of the language
(`locales/TAG/voice/`) or, with `haven demo --recordings FOLDER`, into `FOLDER/TAG/voice/`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.app.safety_sentences import SafetySentence, safety_sentences
from bot.errors import HavenError
from bot.languages import LANGUAGES
from bot.languages.recording_manifest import (
    RecordingManifest,
    RecordingReview,
    clean_name,
)
from bot.languages.voice_files import recordings_folder
from bot.optional_imports import pip_install

try:
    from bot.languages import voice_encoder
except ImportError:  # the extra `voice` is not installed
    voice_encoder = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from starlette.requests import Request

    from bot.places.place import Place

RECORDINGS_PATH = "/recordings"
"""Where the demo serves it; the page itself is `/record`."""
MAX_UPLOAD = 20 * 1024 * 1024
"""Bytes: a minute of uncompressed sound, twice."""
NO_ENCODER = (
    "Recording needs PyAV, which is not installed. Stop the demo, run "
    f"`{pip_install('av')}`, and start it again."
)


@dataclass(frozen=True)
class RecordingPage:
    """Lists, stores and reviews recordings below one folder."""

    locales: Path
    place: Place
    today: Callable[[], date]

    def app(self) -> Starlette:
        """Return the application, to be mounted at `RECORDINGS_PATH`."""
        one = "/{tag}/{name}"
        return Starlette(
            routes=[
                Route("/", self._show_languages),
                Route("/{tag}", self._show_sentences),
                Route(one, self._keep, methods=["PUT"]),
                Route(f"{one}.ogg", self._play),
                Route(f"{one}/review", self._review, methods=["POST"]),
            ],
            exception_handlers={HavenError: _refuse},
        )

    async def _show_languages(self, _: Request) -> Response:
        """Return the languages, and what stops people from recording."""
        languages = [{"tag": it.tag, "name": it.own_name} for it in LANGUAGES.values()]
        problem = "" if voice_encoder else NO_ENCODER
        return JSONResponse({"languages": languages, "problem": problem})

    async def _show_sentences(self, request: Request) -> Response:
        tag = _language(request)
        manifest = self._manifest(tag)
        sentences = [_describe(it, manifest) for it in safety_sentences(tag, self.place)]
        folder = recordings_folder(tag, self.locales)
        return JSONResponse({"sentences": sentences, "folder": str(folder)})

    async def _keep(self, request: Request) -> Response:
        """Store what a speaker recorded, who agreed to publish it."""
        if voice_encoder is None:
            raise HavenError(NO_ENCODER)
        sentence, query = self._sentence(request), request.query_params
        speaker = clean_name(query.get("speaker", ""))
        if query.get("consent") != "yes":
            raise HavenError("Please agree that the recording is published, or do not record.")
        data = await _read_body(request)
        sound = await asyncio.to_thread(voice_encoder.encode_voice, data)
        manifest = self._manifest(_language(request))
        _store(lambda: manifest.keep(sentence.name, sound, speaker, self.today()))
        return JSONResponse(_describe(sentence, manifest))

    async def _play(self, request: Request) -> Response:
        sentence, manifest = self._sentence(request), self._manifest(_language(request))
        return FileResponse(manifest.sound_path(sentence.name), media_type="audio/ogg")

    async def _review(self, request: Request) -> Response:
        """Store that a recording is right, or why it has to be recorded again."""
        sentence, manifest = self._sentence(request), self._manifest(_language(request))
        given = await request.json()
        problem = "" if given.get("is_right") is True else str(given.get("problem", "")).strip()
        if given.get("is_right") is not True and not problem:
            raise HavenError("Please write what the speaker should do differently.")
        review = RecordingReview(str(given.get("reviewer", "")), self.today(), problem)
        _store(lambda: manifest.review(sentence.name, review))
        return JSONResponse(_describe(sentence, manifest))

    def _sentence(self, request: Request) -> SafetySentence:
        name = request.path_params["name"]
        for sentence in safety_sentences(_language(request), self.place):
            if sentence.name == name:
                return sentence
        raise HavenError("The words of this sentence were changed. Please load the page again.")

    def _manifest(self, tag: str) -> RecordingManifest:
        return RecordingManifest(recordings_folder(tag, self.locales))


def _describe(sentence: SafetySentence, manifest: RecordingManifest) -> dict[str, Any]:
    """Return a sentence and its recording, as the page shows it."""
    entry = manifest.entries.get(sentence.name)
    return {
        "number": sentence.number, "subject": sentence.subject, "name": sentence.name,
        "english": sentence.english, "words": sentence.words, "remark": sentence.remark,
        "is_draft": sentence.is_draft, "state": manifest.state(sentence.name),
        "speaker": entry.speaker if entry else "",
        "recorded_on": entry.recorded_on.isoformat() if entry else "",
        "reviewer": entry.reviewer if entry else "",
        "reviewed_on": entry.reviewed_on.isoformat() if entry and entry.reviewed_on else "",
        "problem": entry.problem if entry else "",
    }  # fmt: skip


def _language(request: Request) -> str:
    tag = str(request.path_params["tag"])
    if tag not in LANGUAGES:
        raise HavenError(f"There is no language {tag}.")
    return tag


async def _read_body(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_UPLOAD:
            raise HavenError("The recording is too large. Please record one sentence at a time.")
    return bytes(data)


def _store(write: Callable[[], None]) -> None:
    """Write into the folder; name the way out if that is not possible."""
    try:
        write()
    except OSError as error:
        raise HavenError(
            f"{error.filename}: {error.strerror}. Start the demo with --recordings FOLDER."
        ) from None


async def _refuse(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
