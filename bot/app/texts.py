"""What a deployment says: the words of `flows/` with its own blanks, handed to lower floors."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot.app.phrase_list import beside_flows
from bot.cases.queries import Reader
from bot.clock import DAY, MINUTE
from bot.conversation import CONTROLS, Book
from bot.dispatch import callback_data
from bot.dispatch.effects import Setting
from bot.dispatch.privacy_notice import Notice
from bot.dispatch.rendering import Screens
from bot.dispatch.system_texts import Phrasing
from bot.errors import WrongSetting
from bot.hotline.chat import case_progress
from bot.hotline.chat.phrasebook import Phrasebook
from bot.hotline.referrals.consent_dialog import Consent, Words
from bot.hotline.staff.opening_hours import EVERY_DAY, Hours
from bot.languages import FALLBACK, LANGUAGES, LOCALES, STAFF_LANGUAGES, catalogue, compiled
from bot.languages import offer as speak
from bot.languages.availability import names_by, offered_by
from bot.languages.voice_files import recorded
from bot.log import log
from bot.places.registry import place_named
from bot.vault.backup.export_rows import KEPT
from flows import ALL, hotline, in_languages, office_hours, organisation, phrases
from flows.alarms import alarms
from flows.counties import COUNTIES
from flows.phrasebook import GROUPS, OFFICERS, PHRASES
from flows.privacy import Privacy
from flows.titles import TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.languages.availability import Offer
    from bot.languages.place_overrides import Key
    from bot.languages.voice_files import Voices
    from bot.places.place import Place
    from bot.places.taiwan.recipients import Recipient
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.text import Catalogue, Text
    from bot.vault import Vault

OFFICERS_KINDS = frozenset({"police", "immigration"})
"""Organisations whose people are officers: what they must do differs, and people are told."""
OFFICES_KINDS = OFFICERS_KINDS | {"labour"}
"""Organisations that are part of the government."""
WRITTEN_FOR = "taiwan"
"""The place the flows were written for; another says words of its own for what holds there."""
HERE_ALONE = re.compile(
    r"Taiwan|NT\$|(?<!\d)(?:110|112|113|119|1955|1990)(?!\d)"
    r"|Đài Loan|[台臺][灣湾]|ไต้หวัน|តៃវ៉ាន់|ថៃវ៉ាន់|ထိုင်ဝမ်"
)
"""What names it in any language, its money or its numbers."""
OF_THE_LAW = frozenset(
    {"my_rights", "my_situation", "for_someone", "being_questioned", "after_decision", "going_home"}
    | {"quiz", "what_to_keep"}
)
"""Flows whose sentences say what the law is, whether they name the country or not."""
_IN_WORDS = re.compile(r"[a-z]{3}")
"""What is more than a blank."""
HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1"})
"""Hosts of a database that are this machine."""
_IN_BRACKETS = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]$")
"""What stands on the door, behind a name: a list that is read on a phone leaves it out."""


def setting_of(  # noqa: PLR0913 - what is handed down to every turn
    settings: Settings,
    vault: Vault,
    *,
    rehearsal: bool,
    username: str,
    languages: Collection[str] = LANGUAGES.keys(),
    voices: Voices | None = None,
    has_room: Callable[[], bool] = lambda: True,
) -> Setting:
    """Return what every turn of this deployment needs.

    Raises:
        WrongSetting: the place has no words of its own for phrases that hold in Taiwan alone.
    """
    place_of(settings)
    phrasing, book = phrasing_of(settings), Book(in_languages(languages))
    screens = Screens(phrasing)

    def escrow() -> bool:
        return vault.has_escrow

    return Setting(
        book,
        screens,
        phrasing,
        vault,
        facts_of(settings, rehearsal=rehearsal, escrow=escrow),
        phrasebook_of(settings, phrasing),
        consent_of(settings, book, phrasing),
        notice_of(settings, screens, escrow=escrow),
        settings.zone,
        username,
        frozenset(languages),
        has_room=has_room,
        voices=voices or {},
    )


def recordings_of(languages: Collection[str], locales: Path = LOCALES) -> Voices:
    """Return which messages of the flows there is a recording of, as they are said now."""
    return recorded(messages(), languages, locales)


def messages() -> list[Text]:
    """Return every phrase of every flow."""
    return [text for flow in ALL for step in flow.steps for text in step.phrases()]


def bound() -> frozenset[Key]:
    """Return every phrase that holds in Taiwan alone: it says what its law says, or names it.

    A language may name it where English does not: a translator said whose government is meant.
    """
    spoken = [compiled(tag) for tag in LANGUAGES]
    found: set[Key] = set()
    for text, may_be_law in _phrases():
        says_law = may_be_law and text.context is None and _IN_WORDS.search(text.source)
        if says_law or any(HERE_ALONE.search(text.read_in(read_in)) for read_in in spoken):
            found.add((text.context, text.source))
    return frozenset(found)


def _phrases() -> Iterator[tuple[Text, bool]]:
    """Yield every phrase a person can read, and whether it may say what the law says."""
    for county in COUNTIES.values():
        yield county, True
    for flow in ALL:
        for step in flow.steps:
            yield from ((text, flow.name in OF_THE_LAW) for text in step.phrases())
    yield from ((text, False) for _where, text in beside_flows())


def place_of(settings: Settings) -> Place:
    """Return the place of a deployment, with its own words for what holds elsewhere.

    Raises:
        WrongSetting: there is no such place, or it lacks some of these words.
    """
    place = place_named(settings.place)
    if place.name != WRITTEN_FOR and (lacks := sorted(bound() - place.words.keys(), key=str)):
        raise WrongSetting(
            f"HAVEN_PLACE: {place.name} lacks words of its own for {len(lacks)} phrases that hold "
            f"in {WRITTEN_FOR} alone, e.g. “{lacks[0][1]}”"
        )
    return place


def notice_of(
    settings: Settings,
    screens: Screens | None = None,
    *,
    escrow: Callable[[], bool] = lambda: False,
) -> Notice:
    """Return what people are told of what is kept, as these settings make it true.

    Args:
        settings: of the deployment.
        screens: reads it in a language; made from the settings where none is given.
        escrow: tells whether there is a key of last resort: one can be made while Haven runs.
    """
    screens = screens or Screens(phrasing_of(settings))
    always = standing_facts(settings)
    return Notice(Privacy, lambda: with_escrow(always, is_there=escrow()), screens)


def phrasing_of(settings: Settings) -> Phrasing:
    """Return what is said when no flow is speaking, with this deployment's own blanks."""
    return Phrasing(
        controls=CONTROLS,
        labels=messages(),
        danger=phrases.DANGER,
        bye=phrases.BYE,
        cleared=phrases.CLEARED,
        stale=phrases.STALE,
        pressed_already=phrases.PRESSED_ALREADY,
        polite_no=phrases.POLITE_NO,
        received_contact=phrases.RECEIVED_CONTACT,
        received_change=phrases.RECEIVED_CHANGE,
        too_large=phrases.TOO_LARGE,
        no_files=phrases.NO_FILES,
        too_much=phrases.TOO_MUCH,
        nothing_lost=phrases.NOTHING_LOST,
        another_word=phrases.ANOTHER_WORD,
        too_short_a_word=phrases.TOO_SHORT_A_WORD,
        known_again=phrases.KNOWN_AGAIN,
        introduced=organisation.INTRODUCED,
        unintroduced=organisation.UNINTRODUCED,
        with_you=hotline.WITH_YOU,
        with_another=hotline.WITH_ANOTHER,
        has_left=hotline.HAS_LEFT,
        somebody_reads=hotline.SOMEBODY_READS,
        titles=TITLES,
        held=hotline.HELD_OF_YOU,
        trail=case_progress.Words(
            received=hotline.RECEIVED, read=hotline.READ, not_read=hotline.NOT_READ,
            responsible=hotline.RESPONSIBLE, nobody_yet=hotline.NOBODY_YET,
            try_by=hotline.TRY_BY, late=hotline.LATE, next=hotline.NEXT, titles=TITLES,
        ),
        blanks=lambda read_in: _blanks(settings, read_in),
        alarms=alarms,
    )  # fmt: skip


def _blanks(settings: Settings, read_in: Catalogue) -> Mapping[str, str]:
    place, today = place_named(settings.place), datetime.now(settings.zone).date()
    offered = [it for it in place.recipients.values() if it.is_offered(today)]
    return {
        **place.blanks(read_in, today),
        "offices": _names((it for it in offered if it.is_office), read_in),
        "organisations": _names((it for it in offered if not it.is_office), read_in),
        "organisation": settings.organisation,
        "contact": settings.contact,
        "hours": _hours_in_words(settings, read_in),
        "keep_days": str(settings.keep_days),
        "copy_days": str(max(KEPT.values()) // DAY),
    }


def phrasebook_of(settings: Settings, phrasing: Phrasing) -> Phrasebook:
    """Return what this organisation may say, danger and bye below its buttons."""
    ways_out = {callback_data.DANGER: phrasing.danger, callback_data.BYE: phrasing.bye}
    sentences = OFFICERS if _are_officers(settings) else PHRASES
    return Phrasebook(sentences, phrasing.blanks, groups=GROUPS, below=ways_out)


def _are_officers(settings: Settings) -> bool:
    return settings.organisation_kind in OFFICERS_KINDS


def consent_of(settings: Settings, book: Book, phrasing: Phrasing) -> Consent:
    """Return what asks people whether something may be told to others."""
    words = Words(**{each.name: hotline.REFERRAL[each.name] for each in fields(Words)})
    ways_out = {callback_data.DANGER: phrasing.danger, callback_data.BYE: phrasing.bye}
    return Consent(book, place_named(settings.place).recipients, words, below=ways_out)


def _hours_in_words(settings: Settings, read_in: Catalogue) -> str:
    """Return when people read, as a person reads it."""
    if not settings.hours:
        return office_hours.NO_HOURS.read_in(read_in)
    first, last = (
        office_hours.DAYS[int(day)].read_in(read_in) for day in settings.weekdays.split("-")
    )
    said = office_hours.EVERY_DAY if settings.days == EVERY_DAY else office_hours.SOME_DAYS
    words = said.read_in(read_in, {"first": first, "last": last, "span": settings.hours})
    return (
        office_hours.NOT_ON_HOLIDAYS.read_in(read_in, {"when": words})
        if settings.holidays
        else words
    )


def standing_facts(settings: Settings) -> frozenset[str]:
    """Return what holds in this deployment at any moment; people are told it by these names."""
    facts = {
        "police": _are_officers(settings),
        "office": settings.organisation_kind in OFFICES_KINDS,
        "elsewhere": _is_elsewhere(settings.database_url),
        f"desk_{settings.desk_mode}": bool(settings.desk_group),
        "backups": settings.backups is not None,
    }
    return frozenset(fact for fact, holds in facts.items() if holds)


def with_escrow(facts: frozenset[str], *, is_there: bool) -> frozenset[str]:
    """Return facts with the one no setting decides: whether there is a key of last resort."""
    return facts | {"escrow"} if is_there else facts


def _is_elsewhere(url: str | None) -> bool:
    """Tell whether a database stands on another machine; a socket is on this one."""
    host = make_url(url).host if url else None
    return host not in HERE and not str(host).startswith("/")


def _names(recipients: Iterable[Recipient], read_in: Catalogue) -> str:
    """Return whom something can be told, one a line."""
    return "\n".join(_IN_BRACKETS.sub("", it.name.read_in(read_in)) for it in recipients)


def profiles_of(settings: Settings, languages: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Return how the bot introduces itself, by language: at length, in short, by name."""
    found, names = {}, names_by(settings)
    for tag in languages:
        read_in = catalogue(tag)
        description = phrases.INTRODUCTION.read_in(read_in, _blanks(settings, read_in))
        short = phrases.IN_SHORT.read_in(read_in)
        found[tag] = (description, short, names.get(tag, ""))
    return found


def speak_as_offered(settings: Settings) -> Offer:
    """Say from now on what the checked catalogues say, in the words of this place."""
    offered = offered_by(settings)
    for tag, faults in offered.refused.items():
        log.warning("language_refused", language=tag, count=len(faults))
    speak(offered.checked, place_of(settings).words)
    return offered


def reader_of(
    settings: Settings, database: Database, vault: Vault, book: Book, language: str
) -> Reader:
    """Return what opens cases for somebody who reads a language; staff words may be English."""
    staff = language if language in STAFF_LANGUAGES else FALLBACK
    return Reader(
        database, vault, book, catalogue(language), catalogue(staff, "staff"),
        organisation=settings.organisation, law=place_named(settings.place).law,
    )  # fmt: skip


def facts_of(
    settings: Settings, *, rehearsal: bool = False, escrow: Callable[[], bool] = lambda: False
) -> Callable[[int], frozenset[str]]:
    """Return what is known at a moment: staffed, what the law says, and what always holds here."""
    always = standing_facts(settings) | ({"rehearsal"} if rehearsal else set())
    place = place_named(settings.place)
    hours = Hours.of(settings)

    @lru_cache(maxsize=2)
    def known_in(minute: int) -> frozenset[str]:
        staffed = {"staffed"} if hours.is_open(minute * MINUTE) else set()
        today = datetime.fromtimestamp(minute * 60, settings.zone).date()
        return frozenset(always | staffed | place.known(today))

    return lambda now: with_escrow(known_in(now // MINUTE), is_there=escrow())
