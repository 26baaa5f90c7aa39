"""Every flow is written down as a conversation, and in every language what most people come for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.languages import FALLBACK, LANGUAGES
from flows import ALL_FLOWS
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSCRIPTS = TESTS / "transcripts"
COME_FOR = ("report", "ask_for_help", "talk")


def language_of(text: str) -> str:
    """Return the language that the head of a transcript names."""
    found = re.search(r"^# language: (\S+)$", text, re.MULTILINE)
    return found[1] if found else FALLBACK


def written() -> Iterator[tuple[str, str]]:
    """Yield folder and language of every transcript that comes to an end."""
    for path in TRANSCRIPTS.glob("*/*.chat"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"^== \w+", text, re.MULTILINE):
            yield path.parent.name, language_of(text)


WRITTEN = frozenset(written())


def lacking(there: frozenset[tuple[str, str]]) -> list[str]:
    """Return which flow is nowhere written down to its end, and in which language."""
    flows = {flow for flow, _language in there}
    found = [flow.name for flow in ALL_FLOWS if flow.name not in flows]
    return found + [
        f"{flow} in {tag}" for flow in COME_FOR for tag in LANGUAGES if (flow, tag) not in there
    ]


def test_every_flow_and_every_language_has_transcripts() -> None:
    assert lacking(WRITTEN) == []


@pytest.mark.parametrize(("flow", "tag"), [("check_in", FALLBACK), ("talk", "km")])
def test_one_that_is_missing_would_be_found(flow: str, tag: str) -> None:
    left = frozenset(it for it in WRITTEN if it[0] != flow or (it[1] != tag and flow != "check_in"))
    assert lacking(left) == [flow if flow == "check_in" else f"{flow} in {tag}"]
