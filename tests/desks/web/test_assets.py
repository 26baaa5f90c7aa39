"""Scripts and styles: one file for a page, asked for once, and its modules fit into one scope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.desks.web.assets import DESK_SCRIPT, STATIC_DIR, load_static_files, static_path
from bot.desks.web.script_bundle import ScriptBundleError, bundle_script

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

LEAF = "export const root = 1;\nconst own = 2;\nexport function show() {}\n"
MIDDLE = """import { root } from "./leaf.js";
import { end } from "./desk.js";
export let begun = root;
"""
ENTRY = """import { begun } from "./middle.js";
import { show } from "./leaf.js";
export function end() {}
show(begun);
"""


def bundled(**changed: str) -> str:
    sources = {"leaf.js": LEAF, "middle.js": MIDDLE, "desk.js": ENTRY}
    sources |= {f"{name}.js": source for name, source in changed.items()}
    return bundle_script("desk.js", sources.__getitem__)


def test_each_module_stands_once_after_what_it_imports_in_a_circle_too() -> None:
    script = bundled()
    places = [script.index(it) for it in ("const root", "let begun = root", "show(begun)")]
    assert places == sorted(places)
    assert script.count("function show") == 1
    assert "import" not in script
    assert "export" not in script


@pytest.mark.parametrize(
    "leaf",
    [
        LEAF + "const begun = 3;\n",
        LEAF + "export default 4;\n",
        LEAF + 'import * as all from "./middle.js";\n',
    ],
    ids=["a name twice", "a default", "a star"],
)
def test_modules_that_do_not_fit_into_one_scope_are_refused(leaf: str) -> None:
    with pytest.raises(ScriptBundleError):
        bundled(leaf=leaf)


def test_every_module_of_the_desk_is_in_its_script() -> None:
    script = load_static_files()[DESK_SCRIPT].data.decode()
    alone = {"passkeys.js", "print.js", "push.js", "push_worker.js", DESK_SCRIPT}
    for path in STATIC_DIR.glob("*.js"):
        if path.name not in alone:
            first = re.search(r"^export (.*)$", path.read_text("utf-8"), re.MULTILINE)
            assert first is not None, path.name
            assert first[1] in script, path.name


def test_a_file_that_is_named_by_its_content_is_asked_for_once(web_desk: WebDeskHarness) -> None:
    browser = web_desk.worker().browser
    for name in ("base.css", "desk.css", DESK_SCRIPT):
        kept = browser.get(static_path(name))
        assert "immutable" in kept.headers["cache-control"]
        assert kept.content == load_static_files()[name].data


@pytest.mark.parametrize("path", ["/static/desk.css", "/static/desk.css?v=0123456789abcdef"])
def test_a_file_named_otherwise_is_asked_for_each_time(web_desk: WebDeskHarness, path: str) -> None:
    assert web_desk.worker().browser.get(path).headers["cache-control"] == "no-cache"


def test_a_page_asks_for_no_more_than_three_files(web_desk: WebDeskHarness) -> None:
    """On a slow connection each file costs seconds."""
    mei = web_desk.worker().comes()
    page = mei.browser.get("/queue/waiting").text
    asked = re.findall(r'(?:rel="stylesheet" href|src)="([^"]+)"', page)
    assert sorted(asked) == sorted(map(static_path, ("base.css", "desk.css", DESK_SCRIPT)))
