"""A file of answers in TOML: an example with comments, and reading one."""

from __future__ import annotations

import json
import textwrap
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bot.errors import HavenError
from bot.private_file import others_may_use
from bot.setup.questions import QUESTIONS, SECTIONS, SetupQuestion

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 88
HEAD = """\
# Answers for: haven setup --answers THIS-FILE
# It holds secrets: chmod 0600, and delete it afterwards. Remove the # before what you answer; what
# stays commented has its default, or, once Haven is set up, stays as it is.
"""


def example_answers() -> str:
    """Return a file with every question as a comment."""
    return HEAD + "".join(
        f"\n# --- {title} ---\n\n{''.join(map(_example, questions))}"
        for title, questions in SECTIONS.items()
    )


def _example(question: SetupQuestion) -> str:
    needed = " Required." if question.is_needed else ""
    lines = textwrap.wrap(f"{question.text}. {question.help}{needed}", WIDTH)
    value = json.dumps(question.example or question.default)
    return "".join(f"# {it}\n" for it in lines) + f"# {question.key} = {value}\n\n"


def read_answers(path: Path) -> dict[str, str]:
    """Return the answers of a file by key.

    Raises:
        HavenError: it cannot be read, others can read it, or a key or a value is not understood.
    """
    try:
        if others_may_use(path):
            raise HavenError(f"others can read {path}, which holds secrets; chmod 0600 {path}")
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HavenError(f"{path} is no TOML: {error}") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise HavenError(f"{path} cannot be read: {why}") from None
    return {key: _as_text(path, key, value) for key, value in given.items()}


def _as_text(path: Path, key: str, value: Any) -> str:
    if key not in QUESTIONS:
        meant = get_close_matches(key, QUESTIONS, n=1)
        hint = f"did you mean {meant[0]}?" if meant else "haven setup --print-answers lists them"
        raise HavenError(f"{path}: {key} is no question of haven setup: {hint}")
    if isinstance(value, list) and all(isinstance(it, str) for it in value):
        return ",".join(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise HavenError(f'{path}: write {key} = "..."')
    return str(value)
