"""What `haven doctor` says of models: those that understand people, and those that help staff."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from bot.errors import HavenError
from bot.hotline.assist.assistant import missing_libraries
from bot.hotline.assist.models import ModelUse, file_faults, load_models
from bot.languages import LOCALES
from bot.languages.answer_model import load_answer_model
from bot.languages.urgency import load_model
from bot.optional_imports import pip_install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEARNT = {
    "urgency.model": load_model, "answers.model": load_answer_model,
    "questions.model": load_answer_model,
}  # fmt: skip
"""What reads the models of a release, by file: cries for help, typed answers, questions."""


def check_learnt_models(folder: Path = LOCALES) -> None:
    """Refuse a release without a model by which the bot understands what people type.

    The bot asks them of what is typed, first of all whether it is a cry for help.

    Raises:
        HavenError: a model is missing, cannot be read by this user, or is none.
    """
    faults = [fault for name in LEARNT if (fault := _learnt_fault(folder, name))]
    if faults:
        raise HavenError(
            f"{'; '.join(faults)}. Without it nothing that people type is understood: install this "
            "release again, then restart Haven"
        )


def _learnt_fault(folder: Path, name: str) -> str:
    path = folder / name
    try:
        LEARNT[name](path)
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    except (ValueError, msgspec.MsgspecError):  # ValueError: an empty file
        return f"{path} is no model"
    return ""


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
