"""The content of a poster as data: every word on it, by language, and its QR codes.

How much is said depends on the sheet and on how many languages share it. What must never be left
out stands in all of them: the title, the exact name of the bot, what the bot never asks for, and
the numbers for danger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from bot.languages import LANGUAGES, catalogue
from bot.places.place import DANGER
from bot.posters import texts
from bot.posters.order import (
    Openness,
    PosterKind,
    PosterRefusal,
    PosterRefusedError,
    order_urls,
)
from bot.posters.qr_picture import qr_picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.places.place import Place
    from bot.posters.order import PosterOrder
    from bot.text import Catalogue, Text

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
"""Names that Telegram gives to bots."""
MOST_NUMBERS = 2
"""Who can come, and the number without a SIM card."""
REGIONS = {"zh_Hant": "tw", "zh_Hans": "cn"}


class Detail(StrEnum):
    """How much a sheet says in each language."""

    FULL = "full"
    SHORT = "short"
    """Title, what it is about, how to write, what we never ask for."""
    LINE = "line"
    """The title, that one can write, and what we never ask for."""


FULL_UP_TO: Mapping[PosterKind, int] = {PosterKind.A4: 2, PosterKind.A5: 1}
SHORT_UP_TO: Mapping[PosterKind, int] = {
    PosterKind.A4: 4, PosterKind.A5: 3, PosterKind.CARD: 10, PosterKind.TILE: 1,
    PosterKind.STICKER: 2,
}  # fmt: skip
"""Languages up to which a sheet has room for a detail; above that it is a line each."""


class PosterBlock(msgspec.Struct, frozen=True):
    """One language of a poster; what its detail leaves out is empty."""

    lang: str
    """Two or three letters, for screen readers, and for how letters are shaped."""
    region: str
    """For Chinese: two letters."""
    title: str
    points: tuple[str, ...] = ()
    invite: str = ""
    free: str = ""
    scan: str = ""
    answers: str = ""
    genuine_title: str = ""
    genuine: str = ""
    never: str = ""
    danger: str = ""
    danger_more: str = ""
    """How to call without a SIM card."""
    given_by: str = ""
    throw_away: str = ""

    def printed(self) -> tuple[str, ...]:
        """Return every text of it that is printed."""
        values = msgspec.structs.asdict(self)
        del values["lang"], values["region"], values["points"]
        return tuple(it for it in (*values.values(), *self.points) if it)


class PosterCode(msgspec.Struct, frozen=True):
    """One QR code, and its link as text."""

    svg: str
    url: str
    lines: tuple[str, ...]
    """The link, in lines that fit next to the code."""


class PosterContent(msgspec.Struct, frozen=True):
    """One sheet. The same content gives the same bytes."""

    title: str
    kind: str
    openness: str
    detail: str
    blocks: tuple[PosterBlock, ...]
    codes: tuple[PosterCode, ...]
    name: str
    """Of the bot, with its `@`."""
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PosterSender:
    """Whose poster it is, and where it hangs."""

    username: str
    """Of the bot, with or without `@`."""
    organisation: str
    place: Place
    today: date
    """Facts of the place are those of this day."""

    @property
    def name(self) -> str:
        """Return the name of the bot with its `@`.

        Raises:
            PosterRefusedError: Telegram gives no bot such a name.
        """
        bare = self.username.removeprefix("@")
        if not USERNAME.fullmatch(bare):
            raise PosterRefusedError(
                PosterRefusal.BOT,
                f"{bare!r} is no name of a bot: give it as Telegram shows it, e.g. haven_bot",
            )
        return f"@{bare}"


def build_content(order: PosterOrder, sender: PosterSender) -> PosterContent:
    """Return everything that stands on a sheet; raise PosterRefusedError for a wrong bot's name."""
    detail = choose_detail(order.kind, len(order.languages))
    blocks = tuple(_build_block(order, sender, it, detail) for it in order.languages)
    return PosterContent(
        f"{blocks[0].title} {sender.name}",
        order.kind, order.openness, detail, blocks,
        tuple(_build_code(it) for it in order_urls(order, sender.name)),
        sender.name, danger_numbers(sender),
    )  # fmt: skip


def choose_detail(kind: PosterKind, languages: int) -> Detail:
    """Return how much there is room for."""
    if languages <= FULL_UP_TO.get(kind, 0):
        return Detail.FULL
    return Detail.SHORT if languages <= SHORT_UP_TO[kind] else Detail.LINE


def danger_numbers(sender: PosterSender) -> tuple[str, ...]:
    """Return the numbers for danger that the place's data hold now."""
    entries = sender.place.numbers(DANGER, sender.today)
    return tuple(it.number for it in entries[:MOST_NUMBERS])


def _build_code(url: str) -> PosterCode:
    address, _question, code = url.removeprefix("https://").partition("?")
    return PosterCode(qr_picture(url), url, (address, f"?{code}"))


def _build_block(
    order: PosterOrder, sender: PosterSender, language: str, detail: Detail
) -> PosterBlock:
    words, is_open = catalogue(language), order.openness is Openness.OPEN

    def say(text: Text, **values: str) -> str:
        return text.render(words, values)

    is_card = order.kind is PosterKind.CARD
    block = PosterBlock(
        lang=_tag(language), region=REGIONS.get(language, ""),
        title=say(texts.FORCED if is_open else texts.QUESTIONS), never=say(texts.NEVER_ASKED),
        invite="" if is_card else say(texts.WRITE_TO_US if is_open else texts.ASK),
    )  # fmt: skip
    if detail is Detail.LINE:
        return block
    block = msgspec.structs.replace(
        block,
        points=tuple(say(it) for it in (texts.SIGNS if is_open else texts.TOPICS)),
        free=say(texts.FREE),
        throw_away=say(texts.THROW_AWAY) if is_open and is_card else "",
    )  # fmt: skip
    if detail is Detail.SHORT:
        return block
    return msgspec.structs.replace(
        block,
        scan=say(texts.SCAN), genuine_title=say(texts.REALLY_US),
        genuine=say(texts.EXACT_NAME, name=sender.name),
        answers=say(texts.WHO_ANSWERS, organisation=sender.organisation) if is_open else "",
        given_by=say(texts.GIVEN_BY, partner=order.partner) if is_open and order.partner else "",
        **_danger(words, sender, is_open=is_open),
    )  # fmt: skip


def _danger(words: Catalogue, sender: PosterSender, *, is_open: bool) -> dict[str, str]:
    entries = sender.place.numbers(DANGER, sender.today)[:MOST_NUMBERS]
    if not is_open:
        numbers = " · ".join(it.number for it in entries)
        return {"danger": texts.EMERGENCY.render(words, {"numbers": numbers})}
    first, *more = entries
    return {
        "danger": texts.DANGER.render(words, {"number": first.number}),
        "danger_more": more[0].line(words) if more else "",
    }


def _tag(language: str) -> str:
    """Return the language as screen readers know it: `zh` of `zh_Hant`, but `fil`."""
    return "fil" if language == "fil" else LANGUAGES[language].iso639_1
