"""Everything answers to a key, every key stands in the sheet, and what stands there happens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.offices import OfficePlan
from bot.cases.reference import ALPHABET, LENGTH
from bot.cases.state_machine import Role
from bot.desks.web.assets import STATIC_DIR
from bot.desks.web.shortcuts import DROP, KEY_ACTIONS, PRESS, SHORTCUTS, Shortcut, shortcuts_for
from bot.desks.web.templates import TEMPLATES_DIR

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

EVERY = [key for keys in SHORTCUTS.values() for key in keys]
_BUTTONS = re.compile(r'data-key="([^"{]+)"|action\(ref, "\w+", pgettext\([^)]*\), "(.)"')
_DROP = re.compile(
    r'<details class="more" name="more" id="([^"]+)"(?:\{\{ " open" if \w+[^}]*\}\})?>'
    r'<summary(?: aria-keyshortcuts="(.)")?>'
)
_ROW = re.compile(r'data-keys="([^"]+)" data-action="(\w+)" data-target="([^"]*)"')


def buttons(text: str) -> set[str]:
    """Return the keys that buttons of a template name."""
    return {one or other for one, other in _BUTTONS.findall(text)}


def drops(text: str) -> dict[str, str]:
    """Return the forms that drop down in a template, and the key each says it has."""
    return dict(_DROP.findall(text))


def named_in_pages() -> set[str]:
    return {it for page in TEMPLATES_DIR.glob("*.html") for it in buttons(page.read_text("utf-8"))}


def test_every_button_with_a_key_is_in_the_sheet_and_every_key_has_its_button() -> None:
    pressed = {key.target for key in EVERY if key.action == PRESS}
    assert pressed == named_in_pages()


def test_a_button_that_is_in_no_sheet_would_be_seen() -> None:
    assert buttons('<button data-key="q">') - {key.target for key in EVERY} == {"q"}
    assert buttons('{{ action(ref, "claim", pgettext("desk button", "Claim"), "c", True) }}') == {
        "c"
    }


def test_every_form_of_a_cases_head_has_its_key_but_what_cannot_be_undone() -> None:
    found: dict[str, str] = {}
    for page in TEMPLATES_DIR.glob("*.html"):
        found |= drops(page.read_text("utf-8"))
    assert {it: key for it, key in found.items() if key} == {
        key.target: key.keys for key in EVERY if key.action == DROP
    }
    cannot_be_undone = {"more-confirm", "more-erase", "more-erase-withdrawn", "more-keep"}
    assert {it for it, key in found.items() if not key} == cannot_be_undone


def test_a_form_without_a_key_is_seen() -> None:
    opens = '<details class="more" name="more" id="more-x"><summary'
    assert drops(f"{opens}>") == {"more-x": ""}
    open_again = opens.replace("><", '{{ " open" if erasing | default("") }}><')
    assert drops(f"{open_again}>") == {"more-x": ""}  # what a second factor interrupted
    assert drops(f'{opens} aria-keyshortcuts="x">') == {"more-x": "x"}
    every = "".join(page.read_text("utf-8") for page in TEMPLATES_DIR.glob("*.html"))
    assert every.count('details class="more"') == len(drops(every))


def test_no_key_does_two_things_and_none_hides_another() -> None:
    keys = [key.keys for key in EVERY]
    assert len(set(keys)) == len(keys)
    begun = {it.split()[0] for it in keys if " " in it and not it.startswith("Ctrl ")}
    assert begun.isdisjoint(keys)


def test_the_script_knows_every_act() -> None:
    script = (STATIC_DIR / "commands.js").read_text("utf-8")
    table = script.partition("const DOES = {")[2].partition("\n};")[0]
    known = set(re.findall(r"^  (\w+)[:,]", table, re.MULTILINE))
    assert known == KEY_ACTIONS
    assert {key.action for key in EVERY} - {""} == KEY_ACTIONS


def test_the_command_bar_knows_the_form_of_a_case_number() -> None:
    script = (STATIC_DIR / "command_bar.js").read_text("utf-8")
    assert f"/^[{ALPHABET}]{{{LENGTH}}}$/" in script


@pytest.mark.parametrize("role", list(Role))
def test_listed_shortcuts_work_for_the_role(web_desk: WebDeskHarness, role: Role) -> None:
    who = web_desk.worker("Wu", role).comes()
    page = who.browser.get("/account").text
    shown = {keys: (act, of) for keys, act, of in _ROW.findall(page)}
    assert shown.keys() == {
        it.keys for _name, keys in shortcuts_for(role, OfficePlan()) for it in keys if it.action
    }
    for act, of in shown.values():
        if act == "go":
            assert who.browser.get(of).status_code == 200, of


def test_the_sheet_says_what_stands_in_the_table(web_desk: WebDeskHarness) -> None:
    page = web_desk.worker().comes().browser.get("/queue/mine").text
    key: Shortcut = next(it for it in EVERY if it.keys == "n")
    assert f"<dt><kbd>n</kbd></dt><dd>{key.label.source}</dd>" in page
    assert 'data-cases="Go to case {number}"' in page
