"""The desk offers its source code to everyone who reaches it, as the licence asks (AGPL, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.harnesses.web_desk_harness import HttpBrowser, WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "https://example.org/haven"


@pytest.fixture(params=["", ADDRESS])
def web_desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WebDeskHarness]:
    made = WebDeskHarness(tmp_path, source=request.param)
    yield made
    made.close()


def test_strangers_and_staff_are_led_to_the_source_code(web_desk: WebDeskHarness) -> None:
    stranger, mei = HttpBrowser(web_desk), web_desk.worker().comes().browser
    assert 'href="/source"' in stranger.get("/signin").text
    assert 'href="/source"' in mei.get("/account").text
    settings = web_desk.home.settings
    for browser in (stranger, mei):
        page = browser.get("/source").text
        assert "GNU Affero General Public License" in page
        assert (f'href="{ADDRESS}"' in page) == (settings.source == ADDRESS)
        assert (f"ask: {settings.contact}" in page) == (settings.source == "")
