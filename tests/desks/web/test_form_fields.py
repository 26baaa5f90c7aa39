"""What pages ask for: no field is kept or read by a browser's own services, nothing is chosen yet.

Templates are looked at, not pages: so a field counts whoever sees it, and whenever.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bot.desks.web.templates import TEMPLATES_DIR

EVERY = sorted(TEMPLATES_DIR.glob("*.html"))
WRITTEN_IN = {"text", "search", "password", "tel", "email", "url", "number", "date", "time"}
KEPT_ON_PURPOSE = {"username", "current-password", "new-password", "one-time-code"}
"""What a caseworker's own password keeper fills in: theirs, and nothing of a person."""
LONG = 500
"""Characters from which on a field takes words that someone may paste."""
SHORT_VARIABLES = {"max_name", "longest", "limits[0]", "limits[1]", "max_words"}
"""Limits of templates that are shorter: names, codes, and a reason in the directory (300)."""
_VARIABLE = re.compile(r"\{\{ ([\w\[\]]+) \}\}")
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_SELECT = re.compile(r"<select\b[^>]*>(.*?)</select>", re.DOTALL)


class Fields(HTMLParser):
    """The fields of a template that words are written into, with their attributes."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(_JINJA.sub("", template))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_written_in = tag == "input" and given.get("type", "text") in WRITTEN_IN
        if is_written_in or tag == "textarea":
            self.found.append((given.get("name") or given.get("id", "?"), given))


def told_to_others(template: str) -> list[str]:
    """Return the fields of a template whose words a browser keeps, completes or sends away."""
    return [
        name
        for name, given in Fields(template).found
        if given.get("autocomplete") not in KEPT_ON_PURPOSE | {"off"}
        or given.get("spellcheck") != "false"
    ]


def cut_silently(template: str) -> list[str]:
    """Return the fields of a template for long words whose end a browser drops without a word."""
    return [
        name
        for name, given in Fields(_VARIABLE.sub(r"\1", template)).found
        if (limit := given.get("maxlength", "0")) not in SHORT_VARIABLES
        and (not limit.isdecimal() or int(limit) >= LONG)
        and given.get("type") != "password"
    ]


def chosen_by_nobody(template: str) -> list[str]:
    """Return the lists of a template in which something stands chosen that nobody chose."""
    return [
        inside[:60]
        for inside in (found[1].strip() for found in _SELECT.finditer(template))
        if not inside.startswith(("{{ no_choice() }}", '<option value="">'))
        and " selected{%" not in inside
    ]


def test_browsers_do_not_store_complete_or_spell_check_fields() -> None:
    found = {page.stem: told_to_others(page.read_text("utf-8")) for page in EVERY}
    assert len(found) > 30
    assert sum(len(Fields(page.read_text("utf-8")).found) for page in EVERY) > 20
    assert {page: fields for page, fields in found.items() if fields} == {}


def test_a_long_field_counts_what_is_pasted_and_cuts_nothing() -> None:
    found = {page.stem: cut_silently(page.read_text("utf-8")) for page in EVERY}
    assert {page: fields for page, fields in found.items() if fields} == {}
    assert sum("data-most" in page.read_text("utf-8") for page in EVERY) > 20


@pytest.mark.parametrize("limit", ["500", "12000", "{{ max_length }}"])
def test_a_field_that_cuts_what_is_pasted_is_found(limit: str) -> None:
    assert cut_silently(f'<textarea name="words" maxlength="{limit}"></textarea>') == ["words"]
    assert cut_silently('<input name="code" maxlength="{{ max_name }}">') == []


def test_nothing_is_chosen_before_a_caseworker_chooses_it() -> None:
    found = {page.stem: chosen_by_nobody(page.read_text("utf-8")) for page in EVERY}
    assert {page: lists for page, lists in found.items() if lists} == {}


def test_no_page_is_translated_by_a_browser() -> None:
    begins = {it.name for it in EVERY if "<html" in it.read_text("utf-8")}
    assert begins == {"base.html"}
    assert '<html lang="{{ request.locale.language | language_tag }}" translate="no">' in (
        TEMPLATES_DIR / "base.html"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    "field",
    [
        "<textarea name=words></textarea>",
        "<input name=words spellcheck=false>",
        "<input name=words autocomplete=off>",
        "<input name=words autocomplete=on spellcheck=false>",
        "<input name=words type=search autocomplete=name spellcheck=false>",
    ],
)
def test_a_field_that_tells_others_is_found(field: str) -> None:
    assert told_to_others(f"<form>{{% if x > 1 %}}{field}{{% endif %}}</form>") == ["words"]


def test_a_list_in_which_the_first_is_chosen_is_found() -> None:
    first = '<select name="to">{% for it in all %}<option>{{ it }}</option>{% endfor %}</select>'
    assert len(chosen_by_nobody(first)) == 1
    assert chosen_by_nobody(first.replace("{% for", "{{ no_choice() }}{% for", 1)) == []
