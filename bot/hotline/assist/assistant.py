"""Asks a model for a first reading, in a process of its own that is soon killed."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.hotline.assist.models import (
    ModelUse,
    find_transcriber,
    find_translator,
    load_models,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.assist.models import AssistModel

WORKER = Path(__file__).with_name("assist_worker.py")
TIMEOUT_SECONDS = 150.0
MEMORY_BYTES = 4 * 1024**3
"""Bytes on top of what the interpreter itself uses: a model of 600 million weights takes 2 GB."""
MAX_TOKENS = 400
MAX_MADE = 20_000
"""Characters of a text; what a model writes beyond is left out."""
WRONG_FILE = 3
"""The exit code of the worker for a file that is not the one of the manifest."""
LIBRARIES = {
    ModelUse.TRANSLATE: ("ctranslate2", "sentencepiece"),
    ModelUse.TRANSCRIBE: ("ctranslate2", "faster_whisper"),
}


class AssistFault(StrEnum):
    """Why there is no machine text."""

    WRONG_MODEL = "wrong_model"
    """The files of the model are not those of the manifest."""
    TIME_OUT = "time_out"
    FAILED = "failed"
    """The model cannot be loaded, takes too much memory, or wrote nothing."""


@dataclass(frozen=True, slots=True)
class MachineReading:
    """What a model made."""

    text: str
    model: AssistModel
    source: str
    """Tag of the language it was made from."""
    target: str
    """Tag of the language it is in."""


class Translator(Protocol):
    """Translates words for staff."""

    def can_translate(self, source: str, target: str) -> bool:
        """Tell whether there is a model for two languages."""

    async def translate(self, text: str, source: str, target: str) -> MachineReading | AssistFault:
        """Return a translation, or why there is none."""


class Transcriber(Protocol):
    """Writes down for staff what is said in a recording."""

    def can_transcribe(self, language: str) -> bool:
        """Tell whether there is a model for a language."""

    async def transcribe(self, sound: bytes, language: str) -> MachineReading | AssistFault:
        """Return what is said, or why it cannot be told."""


@dataclass
class Assistant:
    """Both, by the models of a folder; one request at a time, for a model fills the memory."""

    folder: Path
    models: Sequence[AssistModel]
    seconds: float = TIMEOUT_SECONDS
    memory_bytes: int = MEMORY_BYTES
    max_tokens: int = MAX_TOKENS
    _one_at_a_time: asyncio.Semaphore = field(default_factory=asyncio.Semaphore)

    def can_translate(self, source: str, target: str) -> bool:
        """Tell whether there is a model for two languages, and what it needs is installed."""
        model = find_translator(self.models, source, target)
        return model is not None and not missing_libraries(ModelUse.TRANSLATE)

    def can_transcribe(self, language: str) -> bool:
        """Tell whether there is a model for a language, and what it needs is installed."""
        model = find_transcriber(self.models, language)
        return model is not None and not missing_libraries(ModelUse.TRANSCRIBE)

    async def translate(self, text: str, source: str, target: str) -> MachineReading | AssistFault:
        """Return a translation, or why there is none."""
        model = find_translator(self.models, source, target)
        if model is None:
            return AssistFault.FAILED
        made = await self._ask(model, text.encode(), source, target)
        return made if isinstance(made, AssistFault) else _reading(made, model, source, target)

    async def transcribe(self, sound: bytes, language: str) -> MachineReading | AssistFault:
        """Return what is said, or why it cannot be told; `sound` is a clean recording."""
        model = find_transcriber(self.models, language)
        if model is None:
            return AssistFault.FAILED
        made = await self._ask(model, sound, language, language)
        return made if isinstance(made, AssistFault) else _reading(made, model, language, language)

    async def _ask(
        self, model: AssistModel, data: bytes, source: str, target: str
    ) -> str | AssistFault:
        asked = {
            "use": model.use.value, "folder": str(self.folder / model.folder),
            "files": model.files, "memory_bytes": self.memory_bytes,
            "source_code": model.codes.get(source, ""), "target_code": model.codes.get(target, ""),
            "max_tokens": self.max_tokens,
        }  # fmt: skip
        async with self._one_at_a_time:
            return await self._run(json.dumps(asked).encode() + b"\n" + data)

    async def _run(self, data: bytes) -> str | AssistFault:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(WORKER),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            # An error of a library can quote the words of a person.
            stderr=asyncio.subprocess.DEVNULL, env={}, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self.seconds):
                made, _stderr = await child.communicate(data)
        except TimeoutError:
            return AssistFault.TIME_OUT
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        if child.returncode:
            is_wrong = child.returncode == WRONG_FILE
            return AssistFault.WRONG_MODEL if is_wrong else AssistFault.FAILED
        return _text_of(made)


def load_assistant(folder: Path | None) -> Assistant | None:
    """Return what asks the models of a folder; None without a folder.

    Raises:
        SettingError: the manifest is missing or wrong.
    """
    return None if folder is None else Assistant(folder, load_models(folder))


def _text_of(made: bytes) -> str | AssistFault:
    try:
        text = json.loads(made)["text"]
    except (ValueError, KeyError, TypeError):
        return AssistFault.FAILED
    return text[:MAX_MADE] if isinstance(text, str) and text.strip() else AssistFault.FAILED


def _reading(text: str, model: AssistModel, source: str, target: str) -> MachineReading:
    return MachineReading(text, model, source, target)


def missing_libraries(use: ModelUse) -> list[str]:
    """Return which libraries a use needs and are not installed."""
    return [name for name in LIBRARIES[use] if importlib.util.find_spec(name) is None]
