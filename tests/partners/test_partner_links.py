"""A partner's link: the language of the first question, a name for whoever asks, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from bot.partners.partners import CODE, Campaigns, NewCampaign, Partners, parse_code
from bot.vault import AuditLog
from bot.vault.audit.log import OPERATOR
from flows.texts import organisation
from tests.support.content.catalogue_files import read_in
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.partner_links import LINK, OTHER_LINK, create_links, partner_name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

LOCKED = 40
"""Signs of a message that a locked screen shows."""
HOSTILE = (
    "abc", "AAAAAAAAAAAAAAAA", LINK + "A", LINK[:-1], "' OR 1=1 --", "../../etc/passwd",
    "{x.__class__}", "A" * 4000, "\u202eABCDEFGHIJKLMNOP", "\uff21" * 16, "\U0001f480" * 16,
    "1" * 16, "-" * 64, LINK + "\n/danger",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    create_links(home, {LINK: "vi"})
    yield home
    home.close()


def hello(person: ChatPerson, payload: str = "") -> list[str]:
    return person.says(f"/start {payload}".strip())


def who(person: ChatPerson, tongue: str = "en") -> str:
    words = read_in(tongue)
    person.presses(LANGUAGES_OWN[tongue])
    return person.presses(label(words, "Who are you?"))[-2]


LANGUAGES_OWN = {"en": "English", "vi": "Tiếng Việt"}


def label(words: object, of: str) -> str:
    return words.pgettext("button", of)  # type: ignore[attr-defined, no-any-return]


def begins_in(home: HotlineHarness, tongue: str) -> str:
    fresh = home.person(tongue)
    return hello(fresh)[0]


# --- The language -----------------------------------------------------------------------------


def test_the_first_question_is_asked_in_the_links_language(home: HotlineHarness) -> None:
    person = home.person("en")
    assert hello(person, LINK) == [begins_in(home, "vi")]
    assert begins_in(home, "vi") != begins_in(home, "en")  # the control
    assert len(person.labels()) >= len(LANGUAGES)  # and every other can be chosen


def test_a_code_that_was_typed_in_small_letters_is_the_same(home: HotlineHarness) -> None:
    assert hello(home.person("en"), LINK.lower()) == [begins_in(home, "vi")]


def test_a_language_that_is_not_offered_is_not_spoken(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, offered=("en", "id"))
    create_links(home, {LINK: "vi"})
    assert hello(home.person("id"), LINK) == [begins_in(home, "id")]
    home.close()


def test_a_link_does_not_change_the_language_of_unsent_answers(home: HotlineHarness) -> None:
    person, other = home.person(), home.person()
    for each, start in ((person, f"/start {LINK}"), (other, "/start")):
        each.says("/start")
        each.presses("English", "Tell what happened", "About me")
        assert each.says(start)
    assert person.texts == other.texts


# --- What means nothing -------------------------------------------------------------------------


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_code_that_means_nothing_begins_like_any_chat(home: HotlineHarness, payload: str) -> None:
    assert hello(home.person("id"), payload) == [begins_in(home, "id")]
    assert home.ask("SELECT * FROM campaign_counts") == []
    assert home.ask("SELECT id FROM inbox WHERE state = 'quarantined'") == []


def test_a_revoked_link_begins_like_any_chat_and_names_no_partner(home: HotlineHarness) -> None:
    early = home.person("en")
    hello(early, LINK)
    revoke = Campaigns(AuditLog(home.vault)).revoke
    home.database.writer.run_sync(lambda work: revoke(work, LINK, OPERATOR, home.loop.now()))
    assert hello(home.person("id"), LINK) == [begins_in(home, "id")]
    assert partner_name_of(LINK) not in who(early)


def test_all_links_of_a_disabled_partner_end_at_once(home: HotlineHarness) -> None:
    disable = Partners(AuditLog(home.vault)).disable
    ((partner,),) = home.ask("SELECT id FROM partners")
    home.database.writer.run_sync(lambda work: disable(work, partner, OPERATOR, home.loop.now()))
    assert hello(home.person("id"), LINK) == [begins_in(home, "id")]


def test_what_cannot_be_a_code_is_not_even_looked_up() -> None:
    assert [it for it in HOSTILE if parse_code(it)] == ["AAAAAAAAAAAAAAAA"]  # has the shape: forged


# --- The partner's name -------------------------------------------------------------------------


def test_a_partner_is_named_only_when_asked(home: HotlineHarness) -> None:
    person = home.person("en")
    hello(person, LINK)
    before = list(person.texts)
    assert partner_name_of(LINK) in who(person)
    assert not [text for text in before if partner_name_of(LINK) in text]
    person.presses("Talk to a person", "I am safe here")
    assert [partner_name_of(LINK) in text for text in person.texts].count(True) == 1


def test_a_chat_without_a_link_names_no_partner(home: HotlineHarness) -> None:
    person = home.person("en")
    hello(person)
    assert who(person) == organisation.NO_PARTNER_LINK.source


def test_a_new_session_knows_no_link(home: HotlineHarness) -> None:
    """Whoever takes the phone later does not learn through whom somebody came."""
    person = home.person("en")
    hello(person, LINK)
    home.advance_time(31 * 60)
    hello(person)
    assert partner_name_of(LINK) not in who(person)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_locked_screen_never_shows_the_partners_name(tag: str) -> None:
    assert organisation.PARTNER_LINK_USED.render(read_in(tag)).index("{partner}") >= LOCKED


# --- The code -----------------------------------------------------------------------------------


def test_codes_are_random_and_of_sixteen_signs(home: HotlineHarness) -> None:
    def make(work: object) -> list[str]:
        add = Campaigns(AuditLog(home.vault)).add
        names = [f"campaign {number}" for number in range(50)]
        partner, now = partner_name_of(LINK), home.loop.now()
        new = [NewCampaign(name, partner, "id") for name in names]
        return [add(work, it, OPERATOR, now).code for it in new]  # type: ignore[arg-type]

    codes = home.database.writer.run_sync(make)
    assert len(set(codes)) == 50
    assert all(CODE.fullmatch(code) for code in codes)
    assert {sign for code in codes for sign in code} > set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_another_link_asks_in_its_language(home: HotlineHarness) -> None:
    create_links(home, {OTHER_LINK: "th"})
    person = home.person("en")
    hello(person, LINK)
    assert hello(person, OTHER_LINK) == [begins_in(home, "th")]
    assert partner_name_of(OTHER_LINK) in who(person)
