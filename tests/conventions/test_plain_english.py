"""Plain English in docstrings, comments, messages, staff texts, pages and documentation.

The words below were this code base's private language. Each has a plain word that the field uses:
see the glossary in `bot/README.md`. What people in need read is in `messages.pot` and is left out.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from tests.support.content.catalogue_files import template
from tests.support.source_tree import (
    comments_in,
    docstrings_in,
    modules,
    name_of,
    nodes_of,
    project_files,
    strings_in,
    text_of,
    tree_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conventions.conftest import RuleCheck

PRIVATE = (
    "who(?:m?ever)", "somebody", "nobody", "anybody", "anew", "beside", "of ours", "of theirs",
    "sittings?", "tongues?", "deeds?", "locksmith", "parcels?", "clocks? of the law",
    "(?:puts?|putting) aside", "lets? go", "letting go", "shred(?:s|ded|ding)?",
    "tid(?:y|ies|ied|ying)", "make-believe", "(?:the|our|whole|this) house", "an? house(?= )",
    r"(?:an?|the|her|his|their|this|that|every|each|erasure) wish(?:es)?",
)  # fmt: skip
"""Patterns of words that say something only to those who wrote them."""
FOUND = re.compile(rf"(?<![\w.-])(?:{'|'.join(PRIVATE)})(?![\w-])", re.IGNORECASE)
QUOTED = re.compile(r"``[^`]+``|`[^`\n]+`")
"""Names of code, which may keep a stored value."""
SPACE = re.compile(r"\s+")
CODE = re.compile(r"\S*")
PAGES = {".html", ".css", ".js"}
LOGS = {"debug", "info", "warning", "error", "exception", "critical"}
FEWEST_FILES, FEWEST_TEXTS = 300, 5000


def private_words(text: str) -> list[str]:
    """Return the private words of a text, names in backquotes left out."""
    plain = SPACE.sub(" ", QUOTED.sub(" ", text))
    return [it.group().lower() for it in FOUND.finditer(plain)]


@cache
def people_read() -> frozenset[str]:
    """Return the sentences people in need read; the flows' own words are for another day."""
    found: set[str] = set()
    for message in template("messages"):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        found |= {str(it) for it in ids}
    return frozenset(found)


def log_events(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the name of every log event."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr in LOGS and isinstance(first, ast.Constant):
                yield node.lineno, re.sub("[._]", " ", str(first.value))


def prose_of(tree: ast.AST, source: str, *, strings: bool) -> Iterator[tuple[int, str]]:
    """Yield what a Python file says in sentences; its strings only where `strings` asks for them.

    A string without a space is a code, which may be stored somewhere.
    """
    yield from comments_in(source)
    yield from docstrings_in(tree)
    yield from log_events(tree)
    if strings:
        documented = set(docstrings_in(tree))
        for line, text in strings_in(tree):
            is_code = CODE.fullmatch(text) is not None
            if not is_code and text not in people_read() and (line, text) not in documented:
                yield line, text


def prose() -> Iterator[tuple[str, str]]:
    """Yield every text that is held to plain English, and where it is."""
    for path in modules():
        name = name_of(path)
        strings = name.startswith("bot/")
        for line, text in prose_of(tree_of(path), text_of(path), strings=strings):
            yield f"{name}:{line}", text
    for path in project_files():
        is_page = path.suffix in PAGES and name_of(path).startswith("bot/")
        if is_page or path.suffix == ".md":
            yield from lines_of(path)
    for message in template("staff"):
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            yield f"locales/staff.pot: {text[:60]}", text


def lines_of(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text_of(path).splitlines(), 1):
        yield f"{name_of(path)}:{number}", line


def test_no_private_word_is_left_in_prose(check_rule: RuleCheck) -> None:
    texts = list(prose())
    assert len(modules()) > FEWEST_FILES
    assert len(texts) > FEWEST_TEXTS
    kinds = {where.partition(":")[0].rpartition(".")[2] for where, _ in texts}
    assert kinds >= {"py", "html", "css", "js", "md", "pot"}
    found = [f"{where}: {word}" for where, text in texts for word in private_words(text)]
    check_rule("private words", found)


# --- Controls --------------------------------------------------------------------------------


def test_a_private_word_is_found_wherever_it_stands() -> None:
    source = (
        '"""What somebody\nsent."""\n\nX = 1  # put there anew\n"""Whoever it was."""\n'
        'raise Wrong("nobody has it")\nlog.info("letter.shredded")\nCODE = "nobody"\n'
    )
    found = list(prose_of(ast.parse(source), source, strings=True))
    words = sorted(word for _, text in found for word in private_words(text))
    assert words == ["anew", "nobody", "shredded", "somebody", "whoever"]
    found = list(prose_of(ast.parse(source), source, strings=False))
    assert "nobody" not in {word for _, text in found for word in private_words(text)}


def test_ordinary_words_and_quoted_names_are_not_found() -> None:
    plain = ("besides", "`nobody` is the stored code", "a safe house", "if you wish", "indeed",
             "the household", "she wishes to", "untidy", "a word", "in the word list")  # fmt: skip
    assert [text for text in plain if private_words(text)] == []


def test_every_private_word_is_found_across_a_line_break() -> None:
    said = ("whoever", "whomever", "Somebody's", "put\n    aside", "clocks\nof the law", "of ours",
            "the house", "an erasure wish", "lets go", "tidied", "their wishes")  # fmt: skip
    assert [text for text in said if not private_words(text)] == []
