"""Transcripts as tests: every `.chat` file under `tests/transcripts/<flow>/` is replayed.

    # A person who is not safe hears whom to call before any other question.
    # flow: report            (else the name of the folder)
    # language: id            (else en)
    # known: staffed, sent    (else nothing)

    bot: Are you safe where you are right now?
         [1 I am safe] [2 I am not safe]
      > I am not safe
    == tell_now

A person's line is a button's label, its number, or words; `/skip /back /why /done /keep /clear`
for the controls, `/help /danger /stop ...` for what can be typed anywhere; `<photo> caption`,
`<voice>`, `<document lease.pdf>`, `<location 25.03,121.56>`. What a deployment says of itself,
such as `{hours}`, stays a blank; what is true of Taiwan is filled in. Every file is replayed a
second time with a restart between any two lines.

`pytest --update-transcripts` writes what is said now into the files, so that a change of wording
is reviewed as a difference; comments and the person's lines stay.
"""

from __future__ import annotations

import difflib
import gettext
import io
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot import languages
from bot.conversation import pack, unpack
from bot.conversation.registry import FlowRegistry
from bot.conversation.tools.text_session import TextSession
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from bot.text import FilledCatalogue
from flows import ALL_FLOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _pytest._code.code import TerminalRepr

    from bot.text import Catalogue

PERSON = "  >"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write what is said now into tests/transcripts",
    )


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    if file_path.suffix == ".chat":
        return Transcript.from_parent(parent, path=file_path)
    return None


class Transcript(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield Replay.from_parent(self, name=self.path.stem, restarts=False)
        yield Replay.from_parent(self, name=f"{self.path.stem}-restarts", restarts=True)


class TranscriptMismatch(Exception):
    """What is said is not what is written."""


class Replay(pytest.Item):
    """Speak the person's lines to the real engine and compare what is said back."""

    def __init__(self, *, restarts: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.restarts = restarts

    def runtest(self) -> None:
        text = self.path.read_text(encoding="utf-8")
        said = self._replayed(text, restarts=self.restarts)
        if self.config.getoption("--update-transcripts"):
            if not self.restarts:
                self._write(said)
                return
            text = self._replayed(text, restarts=False)  # the file may be written just now
        if difference := differences(text, said):
            raise TranscriptMismatch(difference)

    def _replayed(self, text: str, *, restarts: bool) -> str:
        return replay(text, self.path.parent.name, book=all_flows(), restarts=restarts)

    def _write(self, said: str) -> None:
        """Put a new file in the old one's place at once: another process may be reading it."""
        new = self.path.with_suffix(".new")
        new.write_text(said, encoding="utf-8")
        new.replace(self.path)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str | TerminalRepr:
        if isinstance(excinfo.value, TranscriptMismatch | ValueError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"transcript: {self.name}"


@cache
def all_flows() -> FlowRegistry:
    return FlowRegistry(ALL_FLOWS)


@cache
def catalogue(tag: str) -> Catalogue:
    """Return a catalogue as it is written now: compiled in memory where `run` has not yet."""
    source = languages.LOCALES / tag / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    if tag == languages.FALLBACK or (
        compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime
    ):
        return in_taiwan(languages.catalogue(tag))
    fresh = io.BytesIO()
    with source.open("rb") as written:
        write_mo(fresh, read_po(written, locale=tag))
    fresh.seek(0)
    return in_taiwan(gettext.GNUTranslations(fresh))


def in_taiwan(words: Catalogue) -> Catalogue:
    """Return a language as people in Taiwan read it; the numbers for danger stay a blank."""
    told = TAIWAN.blanks(words, VERIFIED_ON)
    return FilledCatalogue(words, {blank: told[blank] for blank in told.keys() - {"numbers"}})


def replay(
    text: str,
    folder: str,
    *,
    book: FlowRegistry,
    restarts: bool = False,
    read_in: Callable[[str], Catalogue] = catalogue,
) -> str:
    """Return the transcript with what the bot says now between the person's lines."""
    written = text.splitlines()
    top = list(takewhile(is_comment, written))
    session = text_session_for(header_of(top, folder), book, read_in)
    lines = [*top, *session.begin()]
    beside: list[str] = []
    for number, line in enumerate(written[len(top) :], len(top) + 1):
        if line.startswith(PERSON):
            if session.is_over:
                raise ValueError(f"line {number}: nothing is asked any more")
            if restarts:
                restart(session)
            lines += [*beside, line, *session.submit(line[len(PERSON) :].strip())]
            beside = []
        elif is_comment(line):
            beside.append(line)
        else:
            beside = list(filter(None, beside))
    return "\n".join([*lines, *filter(None, beside)]) + "\n"


def text_session_for(
    header: dict[str, str], book: FlowRegistry, read_in: Callable[[str], Catalogue]
) -> TextSession:
    if header["flow"] not in book.compiled:
        raise ValueError(f"there is no flow {header['flow']}: name one with `# flow:`")
    facts = (fact.strip() for fact in header["known"].split(","))
    return TextSession(
        book,
        header["flow"],
        read_in(header["language"]),
        facts=frozenset(filter(None, facts)),
        languages=read_in,
    )


def restart(session: TextSession) -> None:
    """Bring the conversation through what is stored, as a new process would find it."""
    stored = msgspec.msgpack.encode(pack(session.position))
    session.position = unpack(msgspec.msgpack.decode(stored), session.registry)


def header_of(lines: list[str], folder: str) -> dict[str, str]:
    header = {"flow": folder, "language": languages.FALLBACK, "known": ""}
    for line in lines:
        key, colon, value = line.lstrip("# ").partition(":")
        if colon and key.strip() in header:
            header[key.strip()] = value.strip()
    return header


def is_comment(line: str) -> bool:
    """Return whether a line is a remark, or empty."""
    return not line.strip() or line.startswith("#")


def differences(written: str, said: str) -> str:
    """Return what is written (-) and what is said (+) where they differ; remarks do not count."""
    before, after = (
        [line.rstrip() for line in text.splitlines() if not is_comment(line)]
        for text in (written, said)
    )
    return "\n".join(difflib.unified_diff(before, after, "written", "said", lineterm="", n=4))
