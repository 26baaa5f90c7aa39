"""The folder of models: what `manifest.json` says of each, and which one fits.

    {"models": [{"name": "opus-vi-en", "use": "translate", "from": ["vi"], "to": ["en"],
                 "licence": "CC-BY-4.0", "folder": "opus-vi-en",
                 "files": {"model.bin": "<SHA-256>", "source.spm": "<SHA-256>", ...}}]}

A model that serves many languages may name its own codes for them in `codes`. Files are checked
against their SHA-256 each time a model is loaded, by the process that loads it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from hashlib import file_digest
from typing import TYPE_CHECKING

import msgspec

from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1024 * 1024
_DIGEST = re.compile("[0-9a-f]{64}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ModelUse(StrEnum):
    """What a model does."""

    TRANSLATE = "translate"
    TRANSCRIBE = "transcribe"


class AssistModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model of the manifest."""

    name: str
    use: ModelUse
    licence: str
    folder: str
    files: dict[str, str]
    """SHA-256 in hexadecimal digits, by name."""
    reads: tuple[str, ...] = msgspec.field(name="from")
    """Tags of the languages it takes."""
    writes: tuple[str, ...] = msgspec.field(name="to", default=())
    """Tags of the languages it translates into."""
    codes: dict[str, str] = {}
    """Its own codes of languages, by tag, if it wants to be told."""

    @property
    def digest(self) -> str:
        """Return the digest by which what it made is traced: that of its weights."""
        return self.files.get("model.bin", "")


class ModelManifest(msgspec.Struct, frozen=True):
    """The models of a folder."""

    models: tuple[AssistModel, ...]


def load_models(folder: Path | None) -> tuple[AssistModel, ...]:
    """Return the models of a folder; none without a folder.

    Raises:
        SettingError: the manifest is missing or wrong, with what to change.
    """
    if folder is None:
        return ()
    path = folder / MANIFEST
    try:
        text = path.read_bytes()[:MAX_MANIFEST_BYTES]
        models = msgspec.json.decode(text, type=ModelManifest).models
    except OSError as error:
        raise SettingError(
            f"HAVEN_ASSIST_MODELS: {path} cannot be read ({error.strerror}); put a manifest there, "
            "or unset the variable"
        ) from None
    except msgspec.DecodeError as error:
        raise SettingError(f"HAVEN_ASSIST_MODELS: {path}: {error}") from None
    for model in models:
        if faults := list(_faults(model)):
            raise SettingError(f"HAVEN_ASSIST_MODELS: {path}: {model.name}: {faults[0]}")
    return models


def _faults(model: AssistModel) -> Iterable[str]:
    if not _FILE_NAME.fullmatch(model.folder):
        yield "its folder must be a name without slashes"
    if not model.licence.strip():
        yield "it names no licence"
    if "model.bin" not in model.files:
        yield "it names no model.bin"
    if model.use is ModelUse.TRANSCRIBE and "tokenizer.json" not in model.files:
        yield "it names no tokenizer.json"  # the library would look for one on the network
    for name, digest in model.files.items():
        if not _FILE_NAME.fullmatch(name):
            yield "a file must be a name without slashes"
        if not _DIGEST.fullmatch(digest):
            yield f"the SHA-256 of {name} is not 64 hexadecimal digits"


def file_faults(folder: Path, models: Iterable[AssistModel]) -> Iterator[str]:
    """Yield what is wrong with the files of models: the worker would load none of these models."""
    for model in models:
        place = folder / model.folder
        found = {it.name for it in place.iterdir()} if place.is_dir() else set()
        if missing := ", ".join(sorted(model.files.keys() - found)):
            yield f"{model.name}: {place} has no {missing}; put the files there again"
        if more := ", ".join(sorted(found - model.files.keys())):
            yield f"{model.name}: the manifest does not name {more} in {place}; remove it"
        for name in sorted(model.files.keys() & found):
            if _digest(place / name) != model.files[name]:
                yield (
                    f"{model.name}: {place / name} is not the file of the manifest (its SHA-256 "
                    "differs); take it again from where the model comes from"
                )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def find_translator(models: Iterable[AssistModel], source: str, target: str) -> AssistModel | None:
    """Return a model that translates from one language into another; None for none."""
    found = (
        it for it in models
        if it.use is ModelUse.TRANSLATE and source in it.reads and target in it.writes
    )  # fmt: skip
    return next(found, None) if source != target else None


def find_transcriber(models: Iterable[AssistModel], language: str) -> AssistModel | None:
    """Return a model that writes down what is said in a language; None for none."""
    found = (it for it in models if it.use is ModelUse.TRANSCRIBE and language in it.reads)
    return next(found, None)
