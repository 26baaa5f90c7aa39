"""Exports that fail: the page says beforehand what is missing, and keeps what was typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.exports.refused import DOCUMENTS_MISSING, TYPED_FOR

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = 'Order 115 "Chen" of 27 November'
ORDER = {"code": "order", "words": WORDS}
EXPORTS = {
    "bundle": ORDER, "case-file": {"words": WORDS},
    "htcds": {"code": "csv", "profile": "identified", "words": WORDS},
}  # fmt: skip
"""What is typed for each export, none of which can be made."""


def held(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    mei = office.worker().comes()
    _person, reference = office.add_person()
    mei.told(reference, "claim")
    return mei, reference


def form(page: str, path: str) -> str:
    (found,) = re.findall(rf'<form[^>]*action="{path}".*?</form>', page, re.DOTALL)
    return str(found)


def typed(worker: WebCaseworker, reference: str, export: str, page: str = "") -> bool:
    shown = worker.browser.get(f"/cases/{reference}{page}").text
    return f'value="{WORDS.replace(chr(34), "&#34;")}"' in form(
        shown, f"/cases/{reference}/{export}"
    )


@pytest.fixture
def without_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.documents.typesetter.importlib.util.find_spec", lambda _name: None)


@pytest.mark.usefixtures("without_documents")
def test_where_no_pdf_can_be_made_the_page_says_so_and_the_button_is_disabled(
    web_desk: WebDeskHarness,
) -> None:
    mei, reference = held(web_desk)
    page = mei.browser.get(f"/cases/{reference}").text
    for export in ("bundle", "case-file"):
        shown = form(page, f"/cases/{reference}/{export}")
        assert DOCUMENTS_MISSING.source in shown
        assert "<button disabled>" in shown
    assert "disabled>" not in form(page, f"/cases/{reference}/htcds")  # it needs no PDF
    assert "typst" not in page


def test_where_pdfs_can_be_made_nothing_is_disabled(web_desk: WebDeskHarness) -> None:
    mei, reference = held(web_desk)
    page = mei.browser.get(f"/cases/{reference}").text
    assert DOCUMENTS_MISSING.source not in page
    assert "<button disabled>" not in form(page, f"/cases/{reference}/bundle")


@pytest.mark.usefixtures("without_documents")
def test_no_second_factor_is_asked_for_what_cannot_be_made(web_desk: WebDeskHarness) -> None:
    mei, reference = held(web_desk)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = mei.browser.post(f"/cases/{reference}/bundle", ORDER)
    assert said.headers["location"] == f"/cases/{reference}#export"
    page = mei.browser.get(f"/cases/{reference}").text
    assert page.count(DOCUMENTS_MISSING.source) == 3  # it is said, and stands at both buttons
    assert "typst" not in page


@pytest.mark.usefixtures("without_documents")
@pytest.mark.parametrize("export", EXPORTS)
def test_what_was_typed_for_an_export_that_failed_stays(
    web_desk: WebDeskHarness, export: str
) -> None:
    mei, reference = held(web_desk)
    assert not typed(mei, reference, export)
    mei.browser.post(f"/cases/{reference}/{export}", EXPORTS[export])
    assert typed(mei, reference, export)
    assert typed(mei, reference, export, "/panes/file")  # the page fetches it again by itself
    other = web_desk.add_person()[1]
    mei.told(other, "claim")
    assert not typed(mei, other, export)
    web_desk.home.advance_time(TYPED_FOR / SECOND + 1)
    assert not typed(mei.comes(), reference, export)


def test_what_was_typed_is_gone_once_the_export_is_made(web_desk: WebDeskHarness) -> None:
    mei, reference = held(web_desk)
    mei.browser.post(f"/cases/{reference}/bundle", {"code": "because", "words": WORDS})
    assert typed(mei, reference, "bundle")
    assert mei.browser.post(f"/cases/{reference}/bundle", ORDER).status_code == 200
    assert not typed(mei, reference, "bundle")
