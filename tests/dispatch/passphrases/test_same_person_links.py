"""A case is linked to earlier ones of its person once a passphrase proves it, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatch.passphrases.test_passphrases import LONG, SECOND_WORD, WORD, tries, with_words
from tests.support.dispatch_inspection import send_report

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson


def links(home: HotlineHarness) -> set[tuple[str, str, str]]:
    rows = home.ask("SELECT case_id, other_id, kind FROM case_links")
    return {(str(case), str(other), str(kind)) for case, other, kind in rows}


def newest(home: HotlineHarness) -> str:
    return str(home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id DESC LIMIT 1")[0][0])


def comes_back_with_another_case(home: HotlineHarness, person: ChatPerson) -> str:
    """Let somebody send another report in a new session; return the new case."""
    home.advance_time(LONG)
    person.says("/start")
    person.presses("English", "Tell what happened")
    send_report(person)
    return newest(home)


def test_a_passphrase_links_the_new_case_to_the_earlier_one(hotline: HotlineHarness) -> None:
    person, earlier = with_words(hotline)
    later = comes_back_with_another_case(hotline, person)
    assert later != earlier
    assert links(hotline) == set()  # the same chat alone proves nothing: a phone is passed on
    tries(person, WORD)
    assert links(hotline) == {(earlier, later, "person"), (later, earlier, "person")}
    rows = hotline.ask("SELECT actor, subject, detail FROM audit WHERE deed = 'link'")
    assert {tuple(row) for row in rows} == {
        ("person", earlier, later), ("person", later, earlier)
    }  # fmt: skip


def test_a_case_opened_after_the_proof_is_linked_as_well(hotline: HotlineHarness) -> None:
    person, earlier = with_words(hotline)
    hotline.advance_time(LONG)
    tries(person, WORD)
    person.presses("Tell something new", "About me")
    hotline.advance_time(1)
    send_report(person)
    later = newest(hotline)
    assert later != earlier
    assert links(hotline) == {(earlier, later, "person"), (later, earlier, "person")}


@pytest.mark.parametrize("word", ["wrong word", SECOND_WORD])
def test_a_wrong_or_duress_passphrase_links_nothing(hotline: HotlineHarness, word: str) -> None:
    person, _earlier = with_words(hotline)
    comes_back_with_another_case(hotline, person)
    tries(person, word)
    assert links(hotline) == set()


def test_a_link_of_staff_stays_as_it_is(hotline: HotlineHarness) -> None:
    person, earlier = with_words(hotline)
    later = comes_back_with_another_case(hotline, person)
    for case, other in ((earlier, later), (later, earlier)):
        hotline.ask(
            "INSERT INTO case_links (case_id, other_id, kind, by, at) "  # noqa: S608 - ours
            f"VALUES ('{case}', '{other}', 'linked', 'mei', 1) RETURNING id"
        )
    tries(person, WORD)
    assert {kind for _case, _other, kind in links(hotline)} == {"linked"}
