"""Words are found in everything somebody may open, and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures
from bot.errors import QueryTooShortError
from bot.hotline.commands.types import Verb
from bot.hotline.search.match import (
    EXCERPT_BEFORE,
    MAX_EXCERPT,
    MatchSource,
    excerpt_around,
    query_terms,
)
from bot.hotline.search.search import (
    BATCH_ROWS,
    EVERYTHING,
    Search,
    SearchProgress,
    SearchScope,
)
from bot.text import fold_accents
from bot.vault.erasure.erase import ErasureReason
from tests.support.database.key_store_fixtures import empty_keyring
from tests.support.database_fixtures import on_both_databases
from tests.support.dispatch_inspection import send_report, start_report
from tests.support.harnesses.hotline_harness import ALWAYS, KEEPER, VAULT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.search.search import SearchResult
    from bot.vault.keys.keyring import Keyring

SENT = "Chủ giữ hộ chiếu của tôi từ tháng ba"
WRITTEN = "Hộ chiếu ở trong tủ"
SAID = "Who has your passport, hộ chiếu?"
NOTED = "She says the passport (ho chieu) is locked away."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def looks(
    home: HotlineHarness, words: str, keyring: Keyring = KEEPER, most: int = 99
) -> SearchResult:
    found: SearchResult = home.run(Search(home.database, VAULT).find(words, keyring, most))
    return found


def talked(home: HotlineHarness) -> str:
    """Let somebody send a report and talk with a caseworker, who writes a note; return the case."""
    person = home.person()
    start_report(person, until="what")
    person.says(SENT)
    send_report(person)
    ((case,),) = home.ask("SELECT id FROM cases")
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    person.says(WRITTEN)
    mei.says(case, SAID)
    mei.run_command(Verb.NOTE, case, text=NOTED)
    return str(case)


@pytest.mark.parametrize("has_thread", [True, False])
@on_both_databases
def test_only_the_cases_of_a_scope_are_opened_and_the_progress_counts_their_rows(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_thread: bool
) -> None:
    monkeypatch.setattr("bot.hotline.search.search.POOL_THRESHOLD", 1)
    monkeypatch.setattr("bot.hotline.search.search.BATCH_CASES", 1)
    home = HotlineHarness(tmp_path, hours=ALWAYS, kind=kind)
    cases = []
    for _person in range(3):
        person = home.person()
        start_report(person, until="what")
        person.says(SENT)
        send_report(person)
        cases.append(str(home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id")[0][0]))
        home.advance_time(60)

    def found_in(scope: SearchScope) -> tuple[set[str], int]:
        progress, search = SearchProgress(), Search(home.database, VAULT)
        found = home.run(search.find("ho chieu", KEEPER, scope=scope, progress=progress))
        assert progress.items == progress.total == found.items > 0
        return {hit.case for hit in found.hits}, found.cases

    assert found_in(SearchScope(cases[:2], has_thread=has_thread)) == (set(cases[:2]), 2)
    assert found_in(EVERYTHING) == (set(cases), 3)
    home.close()


@on_both_databases
def test_words_are_found_wherever_they_stand_whatever_their_accents(
    kind: str, tmp_path: Path
) -> None:
    home = HotlineHarness(tmp_path, hours=ALWAYS, kind=kind)
    talked(home)
    for sought in ("hộ chiếu", "HO CHIEU", "  ho chieu "):
        found = looks(home, sought)
        assert {hit.source: hit.excerpt for hit in found.hits} == {
            MatchSource.SENT: SENT,
            MatchSource.PERSON: WRITTEN,
            MatchSource.CASEWORKER: SAID,
            MatchSource.NOTE: NOTED,
        }
        assert (found.cases, found.closed, found.unreadable) == (1, 0, 0)
    assert [hit.at for hit in found.hits] == sorted((hit.at for hit in found.hits), reverse=True)
    assert looks(home, '"chieu ho"').hits == ()
    home.close()


def test_every_word_must_stand_in_the_case_in_any_order(hotline: HotlineHarness) -> None:
    case = talked(hotline)
    for words in ("chieu ho", "locked TỦ", "ba tu passport", "「ho chieu」 tu"):  # in four texts
        assert {hit.case for hit in looks(hotline, words).hits} == {case}
    for words in ("locked bicycle", '"locked passport"', "“chieu ho” tu"):
        assert looks(hotline, words).hits == ()


def test_words_that_stand_in_two_cases_only_together_are_not_found(home: HotlineHarness) -> None:
    for words in ("Who keeps the papers?", "When is the office open?"):
        person = home.person()
        start_report(person, until="what")
        person.says(words)
        send_report(person)
    assert len(looks(home, "papers").hits) == len(looks(home, "office").hits) == 1
    assert looks(home, "papers office").hits == ()


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("meiyu chen", ("meiyu", "chen")),
        ('"chen meiyu" ship', ("chen meiyu", "ship")),
        ("“chen  meiyu", ("chen", "meiyu")),
        ("0912 345 678", ("0912 345 678",)),
        ('""', ('""',)),
    ],
)
def test_a_query_is_cut_into_words_and_sequences(query: str, terms: tuple[str, ...]) -> None:
    assert query_terms(query) == terms


def test_search_without_keys_finds_nothing(hotline: HotlineHarness) -> None:
    """The negative control: it is the keys that find."""
    talked(hotline)
    found = looks(hotline, "ho chieu", empty_keyring(VAULT))
    assert (found.hits, found.items, found.cases, found.closed) == ((), 0, 0, 1)


def test_what_was_altered_is_counted_and_stops_nothing(hotline: HotlineHarness) -> None:
    talked(hotline)
    hotline.ask(
        "UPDATE exchanges SET sealed = (SELECT sealed FROM exchanges WHERE side = 'note') "
        "WHERE side = 'person' RETURNING id"
    )
    found = looks(hotline, "ho chieu")
    assert MatchSource.PERSON not in {hit.source for hit in found.hits}
    assert found.unreadable >= 1
    assert len(found.hits) == 3


def test_what_was_erased_is_not_found(hotline: HotlineHarness) -> None:
    case = talked(hotline)
    erasures = build_erasures(hotline.settings, VAULT)
    left = hotline.run(
        erasures.erase(
            hotline.database, case, ErasureReason.WITHDRAWN, "operator", hotline.loop.now()
        )
    )
    assert left == ()
    assert looks(hotline, "ho chieu").items == 0


def test_more_than_is_opened_in_one_go_is_read_to_the_end(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.hotline.search.search.BATCH_ROWS", 1)
    talked(hotline)
    assert len(looks(hotline, "ho chieu").hits) == 4
    assert len(looks(hotline, "ho chieu", most=2).hits) == 2
    assert BATCH_ROWS > 1


@pytest.mark.parametrize("words", ["", " ", "a", " \u200b "])
def test_too_little_is_refused(hotline: HotlineHarness, words: str) -> None:
    with pytest.raises(QueryTooShortError, match="2 characters or more"):
        looks(hotline, words)


def test_what_stands_around_is_one_line_of_bounded_length() -> None:
    text = "x" * 300 + " kunci\n\u202egudang " + "y" * 300
    shown = excerpt_around(text, fold_accents("kunci"))
    assert "kunci" in shown
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert len(shown) <= MAX_EXCERPT + 2
    assert shown.index("kunci") <= EXCERPT_BEFORE + 2
    assert excerpt_around(text, "nowhere") == ""


@pytest.mark.parametrize(
    "query", ["0912345678", "0912 345 678", "+886912345678", "886-912-345-678", "345678"]
)
def test_a_telephone_number_is_found_however_it_is_written(query: str) -> None:
    for text in ("call 0912 345 678 at night", "+886 912-345-678", "0912345678"):
        assert excerpt_around(text, query) == text
    assert excerpt_around("in 2026, 12 people", query) == ""
