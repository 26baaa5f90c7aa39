"""Asks one model in a process of its own: run as a script, never imported by the bot.

It reads a line of JSON (which model, which files, which languages) from standard input, checks the
files against their SHA-256 and loads the model. Then it gives up every file and socket and proves
that it cannot open one. Only then does it read the words or the sound, and write one line of JSON
to standard output. It has no environment, and limited memory and time. Any error ends it without
output.
"""

from __future__ import annotations

import io
import json
import resource
import socket
import sys
import wave
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CPU_SECONDS = 120
MAX_LINE = 65_536
"""Bytes of the first line."""
MAX_INPUT = 32 * 1024 * 1024
MAX_TOKENS = 512
"""Of one paragraph; a longer one is cut by the model, which its reader sees."""
MAX_PARAGRAPHS = 60
RATE = 16_000
BLANK = "\u2581"
"""How pieces of words write a blank; it is left where a piece is not known."""
WRONG_FILE, OPEN_SOCKET = 3, 4
"""Exit codes: a file is not the one of the manifest; the process could still reach a network."""


def limit_memory(most: int) -> None:
    """Limit address space to so many bytes more than now, and the rest of what is never needed."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, limit in (
        (resource.RLIMIT_AS, used + most),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def give_up_files() -> None:
    """Open nothing from now on: no file, no socket, no process; end if a socket can be opened."""
    for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC):
        resource.setrlimit(what, (0, 0))
    try:
        socket.socket().close()
    except OSError:
        return
    sys.exit(OPEN_SOCKET)


def check_files(folder: Path, files: dict[str, str]) -> None:
    """End unless every file is the one of the manifest, and there is no other."""
    found = {it.name for it in folder.iterdir()}
    for name, digest in files.items():
        if name not in found or _digest(folder / name) != digest:
            sys.exit(WRONG_FILE)
    if found - files.keys():
        sys.exit(WRONG_FILE)


def _digest(path: Path) -> str:
    done = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            done.update(piece)
    return done.hexdigest()


def load_translator(folder: Path, asked: dict[str, Any]) -> Callable[[bytes], str]:
    """Return what translates text, paragraph by paragraph."""
    import ctranslate2  # noqa: PLC0415 - only what is asked for is loaded
    import sentencepiece  # noqa: PLC0415

    model = ctranslate2.Translator(str(folder), device="cpu", inter_threads=1, intra_threads=1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    target = folder / "target.spm"
    written = (
        sentencepiece.SentencePieceProcessor(model_file=str(target)) if target.exists() else pieces
    )
    source_code, target_code = asked.get("source_code", ""), asked.get("target_code", "")

    def translate(data: bytes) -> str:
        paragraphs = data.decode().split("\n")[:MAX_PARAGRAPHS]
        return "\n".join(one(it) if it.strip() else "" for it in paragraphs)

    def one(text: str) -> str:
        tokens = pieces.encode(text, out_type=str)[:MAX_TOKENS]
        if source_code:
            tokens = [source_code, *tokens, "</s>"]
        (found,) = model.translate_batch(
            [tokens], target_prefix=[[target_code]] if target_code else None, beam_size=2,
            max_decoding_length=asked["max_tokens"], no_repeat_ngram_size=4,
        )  # fmt: skip
        made = found.hypotheses[0][1 if target_code else 0 :]
        return str(written.decode(made)).replace(BLANK, " ").strip()

    translate(b"warm-up")
    return translate


def load_transcriber(folder: Path, asked: dict[str, Any]) -> Callable[[bytes], str]:
    """Return what writes down what is said in a recording."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 - only what is asked for is loaded

    model = WhisperModel(
        str(folder), device="cpu", compute_type="default", cpu_threads=1, num_workers=1,
        local_files_only=True,
    )  # fmt: skip

    def listen(data: bytes) -> str:
        segments, _about = model.transcribe(
            io.BytesIO(data), language=asked["source_code"] or None, beam_size=1, vad_filter=False,
            condition_on_previous_text=False, max_new_tokens=asked["max_tokens"],
        )  # fmt: skip
        return "\n".join(it.text.strip() for it in segments)

    listen(_silence())
    return listen


def _silence() -> bytes:
    """Return a second of silence; hearing it loads everything that hearing needs."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * RATE))
    return made.getvalue()


LOADERS = {"translate": load_translator, "transcribe": load_transcriber}


def main() -> None:
    """Read what is asked, load the model, give up files, read the words, write what it makes."""
    asked = json.loads(sys.stdin.buffer.readline(MAX_LINE))
    limit_memory(asked["memory_bytes"])
    folder = Path(asked["folder"])
    check_files(folder, asked["files"])
    run = LOADERS[asked["use"]](folder, asked)
    give_up_files()
    made = run(sys.stdin.buffer.read(MAX_INPUT))
    sys.stdout.buffer.write(json.dumps({"text": made}).encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
