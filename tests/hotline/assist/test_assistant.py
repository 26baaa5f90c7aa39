"""A model is asked in a process without network; what goes wrong there is said, and ends there."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.audio_sanitizer import AudioSanitizer
from bot.cli.doctor import run_checks
from bot.errors import SettingError
from bot.hotline.assist.assistant import (
    LIBRARIES,
    MEMORY_BYTES,
    WORKER,
    Assistant,
    AssistFault,
    MachineReading,
    load_assistant,
)
from bot.hotline.assist.models import ModelUse, load_models
from bot.settings import Settings
from tests.support.paths import ROOT
from tests.support.sounds import tone

pytest.importorskip("ctranslate2", reason="the extra `assist` is not installed")

from tests.support.assist.tiny_models import (
    HEARD,
    INSTRUCTION,
    make_transcriber,
    make_translator,
    write_manifest,
)

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "tolong saya\n\npaspor saya diambil"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_translator(tmp_path_factory.mktemp("models"))


def ask(folder: Path, **given: float) -> MachineReading | AssistFault:
    assistant = Assistant(folder, load_models(folder), max_tokens=2, **given)  # type: ignore[arg-type]
    return asyncio.run(assistant.translate(WORDS, "id", "en"))


def test_a_model_reads_paragraph_by_paragraph_and_says_which_it_is(models: Path) -> None:
    made = ask(models)
    assert isinstance(made, MachineReading)
    assert made.text.split("\n") == [
        f"{INSTRUCTION} {INSTRUCTION}",
        "",
        f"{INSTRUCTION} {INSTRUCTION}",
    ]
    assert (made.model.name, made.source, made.target) == ("tiny-id-en", "id", "en")
    assert re.fullmatch("[0-9a-f]{64}", made.model.digest)


def test_a_recording_is_written_down_in_the_same_confinement(tmp_path: Path) -> None:
    folder = make_transcriber(tmp_path / "models")
    assistant = Assistant(folder, load_models(folder), max_tokens=4)
    assert assistant.can_transcribe("en")
    clean = asyncio.run(AudioSanitizer().sanitize(tone(kind="ogg")))
    for sound in (tone(kind="ogg"), clean):
        made = asyncio.run(assistant.transcribe(sound or b"", "en"))
        assert isinstance(made, MachineReading)
        assert made.text == HEARD
    assert asyncio.run(assistant.transcribe(b"no sound", "en")) is AssistFault.FAILED


def test_what_goes_wrong_in_the_worker_ends_there(models: Path) -> None:
    assert ask(models, seconds=0.01) is AssistFault.TIME_OUT
    assert ask(models, memory_bytes=1024 * 1024) is AssistFault.FAILED
    assert isinstance(ask(models), MachineReading)  # and the next one is read


def test_a_model_that_is_not_the_one_of_the_manifest_is_not_loaded(tmp_path: Path) -> None:
    folder = make_translator(tmp_path / "models")
    with (folder / "tiny" / "model.bin").open("ab") as file:
        file.write(b"x")
    assert ask(folder) is AssistFault.WRONG_MODEL
    write_manifest(folder)
    (folder / "tiny" / "extra.py").write_text("", encoding="utf-8")
    assert ask(folder) is AssistFault.WRONG_MODEL


_PROOF = """
import importlib.util, resource, socket, sys
spec = importlib.util.spec_from_file_location("worker", sys.argv[1])
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
if sys.argv[2] == "flaw":
    resource.setrlimit = lambda what, limits: None
worker.give_up_files()
for open_something in (socket.socket, lambda: open("/etc/hostname")):
    try:
        open_something()
    except OSError:
        continue
    sys.exit(9)
"""


@pytest.mark.parametrize(("how", "code"), [("as it is", 0), ("flaw", 4)])
def test_the_worker_can_open_no_socket_and_ends_if_it_could(how: str, code: int) -> None:
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _PROOF, str(WORKER), how], check=False, capture_output=True
    )
    assert done.returncode == code


def test_the_bot_never_imports_the_libraries_of_models() -> None:
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"import (ctranslate2|sentencepiece)|from faster_whisper", path.read_text())
    }
    assert importers == {"bot/hotline/assist/assist_worker.py"}
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if "assist_worker import" in path.read_text()
    }
    assert users == set()
    # What leaves or is sent reads no machine text: only the page of a case does.
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*.py")
        if "machine_texts" in path.read_text() and "store" not in path.parts
    }
    assert readers == {
        "bot/hotline/assist/__init__.py", "bot/hotline/assist/machine_texts.py",
        "bot/desks/web/assist/machine_view.py", "bot/desks/web/assist/machine_help.py",
    }  # fmt: skip


def test_the_doctor_names_a_library_that_is_missing_and_files_that_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_translator(tmp_path / "models")

    def fault() -> str | None:
        return dict(run_checks(Settings(assist_models=folder)))["models of machine help"]

    assert fault() is None
    with monkeypatch.context() as patch:
        patch.setitem(LIBRARIES, ModelUse.TRANSLATE, ("ctranslate2", "not_installed_here"))
        assert fault() == (
            f"translate needs not_installed_here: {sys.executable} -m pip install "
            "'haven[assist]', or unset HAVEN_ASSIST_MODELS"
        )
    with (folder / "tiny" / "model.bin").open("ab") as file:
        file.write(b"x")
    (folder / "tiny" / "source.spm").unlink()
    (folder / "tiny" / "extra.py").write_text("", encoding="utf-8")
    found = fault() or ""
    for said in (
        "tiny has no source.spm; put the files there again",
        "does not name extra.py in",
        "model.bin is not the file of the manifest (its SHA-256 differs)",
    ):
        assert said in found
    (folder / "manifest.json").unlink()
    assert "put a manifest there" in (fault() or "")
    assert "models of machine help" not in dict(run_checks(Settings()))


def test_without_a_folder_nothing_is_offered_and_a_wrong_manifest_names_the_fix(
    tmp_path: Path, models: Path
) -> None:
    assert load_assistant(None) is None
    with pytest.raises(SettingError, match="put a manifest there"):
        load_assistant(tmp_path)
    made = make_translator(tmp_path / "models")
    for changed, said in (
        ({"licence": " "}, "it names no licence"),
        ({"folder": "../tiny"}, "without slashes"),
        ({"files": {"model.bin": "abc"}}, "64 hexadecimal digits"),
        ({"use": "chat"}, "use"),
        ({"use": "transcribe"}, "it names no tokenizer.json"),
    ):
        write_manifest(made, **changed)
        with pytest.raises(SettingError, match=said):
            load_assistant(made)
    assistant = load_assistant(models)
    assert assistant is not None
    assert assistant.memory_bytes == MEMORY_BYTES
    assert assistant.can_translate("id", "en")
    assert not assistant.can_translate("vi", "en")
    assert not assistant.can_transcribe("id")
