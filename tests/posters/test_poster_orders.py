"""An order that cannot be printed well is refused, and the answer names the fix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.documents.content import PrintFormat
from bot.errors import DocumentError, HavenError
from bot.languages import LANGUAGES
from bot.partners.names import NameRefusedError, check_name
from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.posters.content import build_content
from bot.posters.maker import PosterMaker
from bot.posters.order import (
    MOST_LANGUAGES,
    Openness,
    PosterChoice,
    PosterKind,
    PosterRefusedError,
    plan_order,
)
from tests.support.poster_harness import SENDER, campaign

if TYPE_CHECKING:
    from pathlib import Path

ALL = tuple(LANGUAGES)
BAD_NAMES = {
    "Harbour\u202eesuoH": "hidden signs",
    "Harbour\u200bHouse": "hidden signs",
    "Harbour\nHouse": "hidden signs",
    "Harbour\x1b[31m": "hidden signs",
    "Harbour\u2066House": "hidden signs",
    "": "1 to 40 characters",
    "H" * 41: "1 to 40 characters",
    "@other_bot": "no link",
    "write to t.me/other": "no link",
    "https://evil.example/": "no link",
    "haven-help.com": "no link",
    "\uff54.\uff4d\uff45/other": "no link",
    "tg://resolve?domain=x": "no link",
    "help@harbour": "no link",
}
GOOD_NAMES = ["Harbour House", "St. Mary's", "Dr. Wu & Co.", "希望之家", "ဆိပ်ကမ်း အိမ်", "No. 12"]


def test_names_that_would_mislead_readers_are_refused_with_the_fix() -> None:
    for name, why in BAD_NAMES.items():
        with pytest.raises(NameRefusedError, match=why):
            check_name(name)
    assert [check_name(f" {it} ") for it in GOOD_NAMES] == GOOD_NAMES


@pytest.mark.parametrize("name", [it for it in BAD_NAMES if it])
def test_such_a_name_is_refused_when_it_is_made_and_when_it_is_printed(name: str) -> None:
    with pytest.raises(NameRefusedError):
        Partners(audit=None).add(None, name, "wen", 0)  # type: ignore[arg-type]
    with pytest.raises(NameRefusedError):
        Campaigns(audit=None).add(None, NewCampaign(name, "Harbour House", "vi"), "wen", 0)  # type: ignore[arg-type]
    for stored in (campaign(partner=name), campaign(name=name)):
        with pytest.raises(NameRefusedError):
            plan_order([stored], PosterChoice())


async def test_a_name_that_was_stored_before_is_not_printed() -> None:
    order = replace(plan_order([campaign()], PosterChoice()), partner="t.me/other")
    with pytest.raises(NameRefusedError):
        await PosterMaker().make(order, SENDER)


def refusal(languages: tuple[str, ...], links: int, kind: PosterKind = PosterKind.A4) -> str:
    with pytest.raises(PosterRefusedError) as refused:
        plan_order([campaign(it) for it in ALL[:links]], PosterChoice(kind, languages=languages))
    return str(refused.value)


def test_what_does_not_go_together_is_refused_with_the_fix() -> None:
    assert "haven campaigns list" in refusal((), 0)
    assert "xx: no such language; there are id, vi" in refusal(("xx",), 1)
    assert "one link for each language, or one link for all" in refusal(("th",), 2)
    assert "take up to 4, or one link for all languages" in refusal((), 5)
    assert "take up to 4, or an A4 sheet" in refusal(ALL, 1, PosterKind.STICKER)
    two = [campaign("vi"), replace(campaign("vi"), code="B" * 16)]
    with pytest.raises(PosterRefusedError, match="one link for each language"):
        plan_order(two, PosterChoice())
    with pytest.raises(PosterRefusedError, match=r"revoked.*haven campaigns add"):
        plan_order([campaign(is_active=False)], PosterChoice())


def test_one_link_serves_all_languages_and_several_serve_their_own() -> None:
    for kind, most in MOST_LANGUAGES.items():
        order = plan_order([campaign("th")], PosterChoice(kind, languages=ALL[:most]))
        assert (order.languages, order.codes) == (ALL[:most], (campaign("th").code,))
    order = plan_order([campaign("vi"), campaign("id")], PosterChoice(languages=("id", "vi")))
    assert order.codes == (campaign("id").code, campaign("vi").code)
    other = plan_order([campaign("vi"), campaign("id", partner="Mission")], PosterChoice())
    assert other.partner == ""


def test_a_wrong_name_of_the_bot_is_refused() -> None:
    order = plan_order([campaign()], PosterChoice())
    for name in ("", "haven bot", "haven-bot", "t.me/haven_bot", "hаven_bot"):  # noqa: RUF001
        with pytest.raises(PosterRefusedError, match="no name of a bot"):
            build_content(order, replace(SENDER, username=name))


async def test_a_maker_makes_each_format_in_a_process_of_its_own(tmp_path: Path) -> None:
    for form, first in ((PrintFormat.PDF, b"%PDF-"), (PrintFormat.SVG, b"<svg ")):
        order = plan_order([campaign()], PosterChoice(PosterKind.TILE, Openness.OPEN, (), form))
        assert (await PosterMaker().make(order, SENDER)).startswith(first)
    with pytest.raises(DocumentError, match="apt-get install fonts-noto-core"):
        await PosterMaker([tmp_path / "nowhere"]).make(order, SENDER)
    unshown = replace(order, openness=Openness.OPEN, kind=PosterKind.A4, partner="Harbour 🧿")
    with pytest.raises(HavenError, match="a sign"):
        await PosterMaker().make(unshown, SENDER)
