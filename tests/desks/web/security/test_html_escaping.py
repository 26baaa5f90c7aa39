"""Whatever somebody writes is text on every page: no element and no attribute comes of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from bot.cases.state_machine import Role
from bot.desks.web.app import ROUTES
from bot.desks.web.case.actions import CASE_ACTIONS, OWN_ACTIONS
from bot.desks.web.routes import CHECKED_BY_HANDLER
from bot.desks.web.templates import defang
from tests.support.drill_length import part_of
from tests.support.harnesses.web_desk_harness import fill_path
from tests.support.hostile_images import image_with_metadata

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/"
    "</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>\\x3e"
)
MARKUP = (
    "<script>alert(1)</script>",
    "</p></article><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><iframe srcdoc='<script>alert(1)</script>'>",
    POLYGLOT,
    "<form id=csrf action=//evil.example><input name=body><a id=root name=dataset>",
    "<style>@import'//evil.example'</style><link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "</textarea></select></title></noscript><details open ontoggle=alert(1)>",
)
"""Each of these is an element when it is not escaped: see the control."""
PLAIN = (
    "<!--><img src=x:x onerror=alert(1)>-->",
    "<x\x00y onclick=alert(1)>",
    "{{7*7}} {% include 'case.html' %} ${7*7} #{7*7} <%= 7*7 %>",
    '" autofocus onfocus=alert(1) x="',
    "' style=position:fixed x='",
    "javascript:alert(1) data:text/html,<b> vbscript:x",
    "&lt;b&gt;&#60;b&#62;&amp;lt;",
    "\u202e\u2066txt.exe\u2069\ufeff\U000e0041",
    "%3Cscript%3E \\u003cscript\\u003e \\x3cscript\\x3e",
    "https://evil.example/?a=1&b=<c> see www.evil.example",
)
BAD = (*MARKUP, *PLAIN)
GOOD = tuple(f"words {number}" for number in range(len(BAD)))


HERE = "aria-current"
"""Stands where somebody is, and nowhere else."""


class Shape(HTMLParser):
    """What a page is made of: its elements and the names of their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, tuple(name for name, _value in attrs if name != HERE)))
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in {"href", "src", "action", "data-picture"}
        ]

    handle_startendtag = handle_starttag


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return Shape(page).parts


def told(office: WebDeskHarness, mei: WebCaseworker, said: tuple[str, ...]) -> str:
    """Let somebody tell these words in every way there is; return the number of the case."""
    person = office.home.person("th")
    person.account["first_name"], person.account["language_code"] = said[0], said[1]
    person.account["username"] = said[2]
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says(said[0])
    person.presses("Send", "Any time")
    reference = office.newest()
    office.sends(
        reference, image_with_metadata("JPEG"), kind="photo", caption=said[1], name=said[2]
    )
    office.sends(reference, b"%PDF-", name=said[3], mime=said[4], caption=said[5])
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    for words in said:
        person.says(words)
        person.send_update(person.edit(f"{words}!"))
        mei.does(reference, "note", words=words)
        mei.does(reference, "say", words=words)
    mei.does(reference, "priority", code="0", words=said[1])
    with_whom = {"value.place": said[0], "value.companion": said[1], "value.interpreter": said[2]}
    when = {"code": "doctor", "value.at": "tomorrow 14:00"}
    mei.told(reference, "appointment", **when, **with_whom)
    offered = {"code": "offer.doctor", "value.provider": said[3]}
    mei.told(reference, "service", words=said[4], **offered)
    return reference


PAGES = ("", "/panes/head", "/panes/conversation", "/panes/write", "/panes/file", "/plan")


def test_what_people_and_colleagues_write_is_text_on_every_page(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    good, bad = told(web_desk, mei, GOOD), told(web_desk, mei, BAD)
    for page in PAGES:
        pages = [mei.browser.get(f"/cases/{it}{page}").text for it in (good, bad)]
        plain, nasty = (pages[0].replace(good, "NUMBER"), pages[1].replace(bad, "NUMBER"))
        assert shape(nasty) == shape(plain), page
        for address in Shape(nasty).addresses:
            assert address.startswith(("/", "#main")), address
    shown = mei.browser.get(f"/cases/{bad}").text
    assert "7*7" in shown  # it is there, and it is text
    assert "49" not in shown.partition("7*7")[0][-8:]
    # The field that changes a message has its words as they were sent; nothing there is a link.
    outside_fields = re.sub(r"<textarea.*?</textarea>", "", shown, flags=re.DOTALL)
    assert "evil.example" not in outside_fields
    assert "evil[.]example" in outside_fields


NAMES: dict[Role, tuple[str, ...]] = {
    Role.SUPERVISOR: ("/queue/all", "/audit", "/account", "glass", "/team", "/approvals",
                      "/audit/reads"),
    Role.ADMINISTRATOR: ("/staff",),
    Role.CASEWORKER: ("/queue/mine",),
}  # fmt: skip
"""Pages with names of colleagues, by who looks at them; glass is the case of a colleague."""


@pytest.mark.parametrize("role", NAMES)
def test_what_a_colleague_is_called_is_text_on_every_page(
    web_desk: WebDeskHarness, role: Role
) -> None:
    _person, reference = web_desk.add_person()
    found = []
    for jun_is in ("Jun", MARKUP[1]):
        looks = web_desk.worker(jun_is, role).comes()
        holder = web_desk.worker(jun_is)
        mine = web_desk.add_person()[1]
        holder.colleague.claims(web_desk.case(mine))
        shapes = {}
        for path in NAMES[role]:
            page = looks.browser.get(f"/cases/{mine}" if path == "glass" else path)
            assert page.status_code == 200, path
            shapes[path] = set(shape(page.text))
        found.append(shapes)
    assert found[1] == found[0]
    assert reference


ANSWERED: list[tuple[str, dict[str, str]]] = [
    ("/signin", {"who": "WORDS", "password": "x", "code": "1"}),
    ("/step-up", {"code": "WORDS", "back": "WORDS"}),
    ("/language", {"language": "WORDS", "back": "WORDS"}),
    ("/account/end", {"session": "WORDS"}),
]


@pytest.mark.parametrize(("path", "fields"), ANSWERED)
def test_what_a_form_says_back_is_text(
    web_desk: WebDeskHarness, path: str, fields: dict[str, str]
) -> None:
    mei = web_desk.worker()
    if path != "/signin":
        mei.comes()

    def shaped(words: str) -> Any:
        filled = {name: value.replace("WORDS", words) for name, value in fields.items()}
        return shape(mei.browser.post(path, filled, is_signed=path != "/signin").text)

    plain = shaped("words")
    for words in BAD:
        web_desk.home.advance_time(400)
        if path != "/signin":
            mei.comes()
        assert shaped(words) == plain, words


PLACES = ("/nowhere/", "/cases/", "/queue/", "/welcome/")


def test_the_address_itself_is_text(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    plain = shape(mei.browser.get("/nowhere/x").text)
    for words in BAD:
        for place in PLACES:
            said = mei.browser.get(
                f"{place}{quote(words)}?queue={quote(words)}&back={quote(words)}"
            )
            assert said.status_code == 404
            assert place == "/welcome/" or shape(said.text) == plain, words


def test_no_address_can_be_followed() -> None:
    for words in (
        "see https://evil.example/x",
        "\u770bwww.evil.example/x",
        "EVIL.Example",
        "ftp://a.b/c",
    ):
        shown = defang(words)
        assert "[.]" in shown
        assert "http:" not in shown
        assert "https:" not in shown
    assert defang("At 3.15 p.m. he came. I ran.") == "At 3.15 p.m. he came. I ran."


NO_ELEMENTS = {"iframe", "svg", "object", "embed", "base", "math", "style", "x", "script", "link"}
OURS = {
    "script": [{"type", "nonce", "src"}],
    "link": [{"rel", "href"}, {"rel", "href", "type"}],
    "svg": [{"class", "viewbox", "aria-hidden"}],
}


def strange(page: str) -> list[str]:
    """Return what stands on a page and is on none of ours."""
    found = Shape(page)
    parts = [
        f"{tag} {names}"
        for tag, names in found.parts
        if any(name.startswith("on") or name == "style" for name in names)
        or (tag in NO_ELEMENTS and set(names) not in OURS.get(tag, ()))
        or "http-equiv" in names
    ]
    return parts + [it for it in found.addresses if it.startswith("//") or it[:1] not in "/#"]


FILLED_IN = (MARKUP[2], MARKUP[1], POLYGLOT, PLAIN[3])
"""What every field is filled with. The first ends an attribute and begins an element."""
LEAD_OUT = {"/signout", "/account/end", "/account/passkeys/end"}


def fills_in(worker: WebCaseworker, reference: str, words: str) -> None:
    """Write the same into every field of every form there is."""
    csrf = worker.browser.csrf()
    for door in ROUTES:
        if not door.changes_state or door.path in LEAD_OUT:
            continue
        if door.fields == CHECKED_BY_HANDLER:
            for verb, form in (CASE_ACTIONS | OWN_ACTIONS).items():
                path = fill_path(door.path, reference, verb=verb.value)
                worker.browser.post(path, {"csrf": csrf, **dict.fromkeys(form.field_names, words)})
        else:
            path = fill_path(door.path, reference)
            worker.browser.post(path, {"csrf": csrf, **dict.fromkeys(door.fields or (), words)})


def test_what_is_filled_in_anywhere_is_text_everywhere(web_desk: WebDeskHarness) -> None:
    workers = [web_desk.worker("Mei"), web_desk.supervisor()]
    references = [web_desk.add_person()[1] for _worker in workers]
    for worker, reference in zip(workers, references, strict=True):
        worker.comes()
        worker.does(reference, "claim")
        worker.does(reference, "take_over")
        for words in part_of(FILLED_IN, 1):
            fills_in(worker, reference, words)
        if not worker.browser.csrf():
            worker.comes()
    read = [it.path for it in ROUTES if not it.changes_state and it.path != "/stream"]
    addresses = dict.fromkeys(fill_path(path, it) for path in read for it in references)
    for worker in workers:
        for address in addresses:
            page = worker.browser.get(address)
            if page.headers.get("content-type", "").startswith("text/plain"):
                assert page.headers["content-disposition"].startswith("attachment;")
                assert "sandbox" in page.headers["content-security-policy"]
            else:
                assert strange(page.text) == [], address


def test_what_is_strange_on_a_page_is_found() -> None:
    for words in (
        *MARKUP[:4],
        *FILLED_IN[:3],
        "<script src=/static/a.js>",
        "<link rel=x href=//a>",
    ):
        assert strange(f'<p title="a">{words}</p>')


@pytest.mark.parametrize("words", MARKUP)
def test_each_attack_creates_an_element_when_unescaped(words: str) -> None:
    """The control: the parser sees in each of them what a browser would."""
    assert shape(f'<p title="a">{words}</p>') != shape('<p title="a">words</p>')


@pytest.mark.parametrize("words", PLAIN[3:5])
def test_each_attack_creates_an_attribute_when_unescaped(words: str) -> None:
    quote = words[0]
    assert shape(f"<p title={quote}{words}{quote}>") != shape(f"<p title={quote}words{quote}>")
