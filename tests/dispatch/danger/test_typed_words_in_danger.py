"""Words typed in danger that press no button: what is asked again, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.dispatch_inspection import current_step, place_at, reachable_positions

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

TELL = ("danger", "tell")
GIVE = ("story", "give")
WHERE = ("urgent_details", "where")
YES = {"en": "yes please tell them", "th": "ได้ค่ะ", "fil": "sige sabihin nyo na", "id": "ya kak"}


def test_what_may_be_meant_as_an_answer_is_followed_by_the_question(
    sqlite_hotline: HotlineHarness,
) -> None:
    """Else "ok" comes after nine lines to a question that is no longer in sight."""
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()[GIVE], language="en")
    for typed, is_asked in (
        ("hmm dunno", True),
        ("i came to taiwan in march and i work in a small shop near the station", False),
        ("ok thanks", True),
    ):
        sqlite_hotline.advance_time(60)
        shown = len(person.texts)
        person.says(typed)
        said = person.texts[shown:]
        assert "We kept this too. No person has read it yet." in said, typed
        assert any("Our question above is still open" in it for it in said) is is_asked, typed


def test_nobody_in_danger_is_not_someone_in_danger(sqlite_hotline: HotlineHarness) -> None:
    """ "Bahaya" (danger) stands in it, and what denies it stands two words before."""
    for tag, typed in (
        ("id", "gak ada yg bahaya"),
        ("vi", "không có ai nguy hiểm"),
        ("fil", "walang nasa panganib"),
        ("en", "nobody here is in danger"),
        ("zh_Hant", "沒有人有危險"),
    ):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()["urgent_details", "safe"], language=tag)
        person.says(typed)
        assert not any("110" in it for it in person.texts[-3:]), typed


def test_what_is_asked_or_taken_back_is_no_place(sqlite_hotline: HotlineHarness) -> None:
    for tag, typed, answered, then in (
        ("en", "who reads this?", "read what you write here", WHERE),
        ("th", "ใครอ่านคะ", "", WHERE),
        ("fil", "wag muna pala", "/delete", ("afterwards", "what_now")),
        ("id", "ga jadi", "/delete", ("afterwards", "what_now")),
    ):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[TELL], language=tag)
        person.says(YES[tag])
        assert current_step(person) == WHERE, tag
        sqlite_hotline.advance_time(60)
        person.says(typed)
        assert current_step(person) == then, typed
        assert any(answered in it for it in person.texts[-3:]), typed


def test_thanks_are_no_place(sqlite_hotline: HotlineHarness) -> None:
    for tag, typed in (
        ("en", "ok thank you"),
        ("id", "makasih ya kak"),
        ("fil", "salamat po"),
        ("th", "ขอบคุณค่ะ"),
    ):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[TELL], language=tag)
        person.says(YES[tag])
        sqlite_hotline.advance_time(60)
        person.says(typed)
        assert current_step(person) == WHERE, typed


def test_a_late_yes_is_no_place(sqlite_hotline: HotlineHarness) -> None:
    for tag, typed in (
        ("en", "yes please"),
        ("id", "ya"),
        ("vi", "vâng ạ"),
        ("km", "ចាស"),
        ("zh_Hant", "好"),
    ):
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[TELL], language=tag)
        person.says(typed)
        sqlite_hotline.advance_time(60)
        person.says(typed)
        assert current_step(person) == WHERE, typed
    sqlite_hotline.advance_time(60)
    person.says("是德路五號")  # negative control: a street that begins like a yes
    assert current_step(person) == ("urgent_details", "hurt")


def test_thanks_are_no_danger(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()[GIVE], language="id")
    person.says("boleh, baca aja")
    assert current_step(person) == ("urgent_details", "safe")
    sqlite_hotline.advance_time(60)
    person.says("makasih ya kak")
    assert current_step(person) == ("urgent_details", "safe")


def test_a_place_with_thanks_is_a_place(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[TELL])
    person.says(YES["en"])
    sqlite_hotline.advance_time(60)
    person.says("no. 88 minsheng road taichung, thank you")
    assert current_step(person) == ("urgent_details", "hurt")
