"""What `haven doctor` says of machine help: libraries, manifest and files of the models."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.errors import HavenError
from bot.hotline.assist.assistant import missing_libraries
from bot.hotline.assist.models import ModelUse, file_faults, load_models
from bot.optional_imports import pip_install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def check_models(folder: Path) -> None:
    """Refuse models that the desk would not offer, or that its worker would not load.

    Raises:
        SettingError: the manifest is missing or wrong.
        HavenError: a library is missing, or a file is not the one of the manifest.
    """
    models = load_models(folder)
    faults = [*_missing({it.use for it in models}), *file_faults(folder, models)]
    if not models:
        faults.append(f"HAVEN_ASSIST_MODELS: the manifest in {folder} names no model; add one")
    if faults:
        raise HavenError("; ".join(faults))


def _missing(uses: set[ModelUse]) -> Iterator[str]:
    for use in sorted(uses):
        if missing := ", ".join(missing_libraries(use)):
            yield f"{use} needs {missing}: {_install('assist')}"
    if ModelUse.TRANSCRIBE in uses and find_spec("av") is None:
        yield f"transcribe needs av, which decodes recordings: {_install('voice')}"


def _install(extra: str) -> str:
    return f"{pip_install(f'haven[{extra}]')}, or unset HAVEN_ASSIST_MODELS"
