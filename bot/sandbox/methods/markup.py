"""Formatted text: HTML and MarkdownV2 with the rules and errors of the Bot API."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from bot.sandbox.limits import utf16_length
from bot.sandbox.wire import bad_request

if TYPE_CHECKING:
    from bot.sandbox.call_log import ApiCall

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>|<|&[a-zA-Z]+;|&#\d+;|&#x[0-9a-fA-F]+;")
HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""", re.IGNORECASE)
SPOILER = re.compile(r"""\sclass\s*=\s*["']?tg-spoiler["']?\s*$""", re.IGNORECASE)
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-spoiler": "spoiler",
    "a": "text_link", "span": "spoiler",
}  # fmt: skip
MARKDOWN_MARKS = {
    "*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler",
    "`": "code", "```": "pre",
}  # fmt: skip
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def parse_formatting(call: ApiCall, text: str, field: str, entities: str) -> dict[str, Any]:
    """Return the text and entities of a message, with surrounding space trimmed."""
    mode = call.text("parse_mode").lower()
    if not mode or mode == "none":
        found = call.json_value(entities, "entities") or []
    elif mode == "html":
        text, found = _from_html(text)
    elif mode in {"markdownv2", "markdown"}:
        text, found = _from_markdown(text)
    else:
        raise bad_request("unsupported parse_mode")
    text = text.rstrip() if found else text.strip()
    content: dict[str, Any] = {field: text} if text else {}
    return content | ({entities: found} if found else {})


def _from_html(marked: str) -> tuple[str, list[dict[str, Any]]]:
    text, done = "", 0
    open_tags: list[tuple[str, dict[str, Any]]] = []
    entities: list[dict[str, Any]] = []
    for found in TAG.finditer(marked):
        text += marked[done : found.start()]
        done = found.end()
        closing, name, rest = found.group(1), (found.group(2) or "").lower(), found.group(3)
        offset = utf16_length(text)
        at = len(marked[: found.start()].encode("utf-8", "surrogatepass"))
        if found.group().startswith("&"):
            text += unescape(found.group())
        elif not name or name not in TAGS:
            raise _entity_error(f'Unsupported start tag "{name}" at byte offset {at}')
        elif not closing:
            open_tags.append((name, _open_tag(name, rest, offset, at)))
        elif not open_tags:
            raise _entity_error(f"Unexpected end tag at byte offset {at}")
        elif open_tags[-1][0] != name:
            expected = f'expected "</{open_tags[-1][0]}>", found "</{name}>"'
            raise _entity_error(f"Unmatched end tag at byte offset {at}, {expected}")
        else:
            _close_entity(open_tags.pop()[1], offset, entities)
    if open_tags:
        raise _entity_error(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return text + marked[done:], _sorted_entities(entities)


def _open_tag(name: str, rest: str, offset: int, at: int) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": TAGS[name], "offset": offset}
    if name == "span" and not SPOILER.search(rest):
        raise _entity_error(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if name == "a":
        href = HREF.search(rest)
        if href:
            entity["url"] = unescape(next(part for part in href.groups() if part is not None))
    return entity


def _from_markdown(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return plain text and its entities, by the rules of MarkdownV2 without links."""
    text, place = "", 0
    open_marks: list[tuple[str, dict[str, Any]]] = []
    entities: list[dict[str, Any]] = []
    while place < len(marked):
        character = marked[place]
        inside = open_marks[-1][0] if open_marks else ""
        if character == "\\" and place + 1 < len(marked):
            text += marked[place + 1]
            place += 2
            continue
        mark = next((m for m in ("```", "__", "||") if marked.startswith(m, place)), character)
        if inside in {"`", "```"} and mark != inside:
            mark = ""
        if mark in MARKDOWN_MARKS:
            if inside == mark:
                _close_entity(open_marks.pop()[1], utf16_length(text), entities)
            else:
                entity = {"type": MARKDOWN_MARKS[mark], "offset": utf16_length(text)}
                open_marks.append((mark, entity))
            place += len(mark)
            continue
        if mark and character in RESERVED:
            raise _entity_error(
                f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        text += character
        place += 1
    if open_marks:
        kind = open_marks[-1][1]["type"].capitalize()
        offset = open_marks[-1][1]["offset"]
        raise _entity_error(f"Can't find end of {kind} entity at byte offset {offset}")
    return text, _sorted_entities(entities)


def _entity_error(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _close_entity(entity: dict[str, Any], offset: int, entities: list[dict[str, Any]]) -> None:
    length = offset - entity["offset"]
    if length and not (entity["type"] == "text_link" and "url" not in entity):
        entities.append({**entity, "length": length})


def _sorted_entities(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
