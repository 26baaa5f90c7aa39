"""A chat joins a case by a spoken code; whoever guesses learns nothing, and gains nothing."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, SECOND
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.hotline.origins.join_codes import (
    FIRST_DIGITS,
    WORD_COUNT,
    JoinCodes,
    check_digit,
    new_code,
    parse_code,
    spoken_code,
)
from flows.texts.spoken import WORDS
from tests.support.people.caseworker_driver import refusals
from tests.support.people.phone_call import case_by_phone

if TYPE_CHECKING:
    from bot.hotline.origins.join_codes import JoinRequest
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver

SCRIPTS = (
    "0123456789",
    "๐๑๒๓๔๕๖๗๘๙",
    "၀၁၂၃၄၅၆၇၈၉",
    "០១២៣៤៥៦៧៨៩",
    "0123456789",
    "〇一二三四五六七八九",
)
BETWEEN = ("", " ", "-", "\u2013", " - ", "\u200b", ".")


def code_for(mei: CaseworkerDriver, case: str) -> str:
    """Make a code and return its digits, as the caseworker reads them."""
    events = mei.run_command(Verb.MAKE_JOIN_CODE, case)
    (said,) = [it.values["code"] for it in events if "code" in it.values]
    return parse_code(said)


def requests_of(hotline: HotlineHarness, case: str) -> list[JoinRequest]:
    now = hotline.loop.now()
    return hotline.database.writer.run_sync(
        lambda work: JoinCodes(hotline.vault).requests(work, case, now)
    )


def wrong_code(code: str) -> str:
    """Return another code that is well formed."""
    digits = code[0] + str((int(code[1]) + 1) % 10) + code[2:-1]
    return digits + check_digit(digits)


@given(st.integers(), st.sampled_from(SCRIPTS), st.lists(st.sampled_from(BETWEEN), min_size=8))
def test_a_code_is_read_in_every_script_and_grouping(
    seed: int, script: str, between: list[str]
) -> None:
    generator = random.Random(seed)
    digits = generator.choice(FIRST_DIGITS) + "".join(generator.choices("0123456789", k=6))
    code = digits + check_digit(digits)
    typed = "".join(a + script[int(d)] for a, d in zip(between, code, strict=False))
    assert parse_code(typed) == code
    assert parse_code(f"{typed} please") == ""


@given(st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_or_a_swap_is_never_another_code(place: int, more: int) -> None:
    code = new_code()
    changed = str((int(code[place]) + more) % 10)
    assert parse_code(code[:place] + changed + code[place + 1 :]) == ""
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or parse_code(swapped) == ""
    assert parse_code(spoken_code(code)) == code


def test_dates_and_numbers_of_phones_are_no_codes() -> None:
    typed = ("2026-11-18", "18.11.2026", "02 2388 1234", "0912 345 678", "1955", "28281234")
    assert [it for it in typed if parse_code(it)] == []


def test_the_word_list_is_as_long_as_the_code_expects() -> None:
    assert len(WORDS) == WORD_COUNT


def test_a_chat_joins_before_a_language_is_chosen_once_its_words_were_heard(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    code = code_for(mei, case)
    person = hotline.person("vi")
    shown = person.says(f"{code[:4]}-{code[4:]}")
    (request,) = requests_of(hotline, case)
    words = [list(WORDS.values())[at].source for at in request.words]
    assert all(it.split()[0] in shown[0] for it in words)
    assert hotline.ask("SELECT address FROM cases") == [(None,)]  # nothing before it is confirmed
    assert refusals(mei.take_over(case))

    events = mei.run_command(Verb.CONFIRM_JOIN, case, code=str(request.id))
    assert EventKind.CHAT_JOINED in {it.kind for it in events}
    assert not refusals(mei.take_over(case))
    mei.says(case, "This is Mei from the phone.")
    person.presses(person.labels()[0])
    hotline.run(hotline.close_writer_idle(2.0))  # the neutral opener comes first, as in every chat
    assert "This is Mei from the phone." in person.last
    assert requests_of(hotline, case) == []
    again = hotline.person("vi")
    again.says(code)
    assert requests_of(hotline, case) == []  # one use


def test_a_wrong_code_is_answered_byte_for_byte_like_the_right_one(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    code = code_for(mei, case)
    codes, key = JoinCodes(hotline.vault), hotline.house.vault.chat_key

    def skeleton(language: str, written: str) -> tuple[list[str], str]:
        person = hotline.person(language)
        said = person.says(written)
        shown = codes.words(key(hotline.house.inbox.bot, person.id), written)
        for at in shown:
            picture = list(WORDS.values())[at].source.split()[0]
            assert said[0].count(picture) == 1
        second = said[0].splitlines()
        return [*second[:1], *second[2:], *said[1:]], second[1]

    for language in ("en", "vi", "my"):
        right, wrong = skeleton(language, code), skeleton(language, wrong_code(code))
        assert right[0] == wrong[0]
    assert len(requests_of(hotline, case)) == 3


def test_too_many_tries_are_answered_alike_and_not_looked_up(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    code = code_for(mei, case)
    guesser = hotline.person("en")
    said = {len(guesser.says(wrong_code(code))) for _each in range(5)}
    assert len(guesser.says(code)) in said
    assert requests_of(hotline, case) == []
    hotline.advance_time(DAY / SECOND + 1)
    code = code_for(mei, case)
    guesser.says(code)
    assert len(requests_of(hotline, case)) == 1


def test_one_who_overheard_the_code_shows_other_words_and_is_seen(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    code = code_for(mei, case)
    abuser, person = hotline.person("en"), hotline.person("vi")
    abuser.says(code)
    person.says(code)
    first, second = requests_of(hotline, case)
    assert first.words != second.words
    mei.run_command(Verb.CONFIRM_JOIN, case, code=str(second.id))
    mei.take_over(case)
    mei.says(case, "Only for you")
    person.presses(person.labels()[0])
    hotline.run(hotline.close_writer_idle(2.0))
    assert "Only for you" in person.last
    assert not any("Only for you" in it for it in abuser.texts)


def test_a_code_ends_after_a_day_with_a_new_one_and_when_it_is_ended(
    hotline: HotlineHarness,
) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    old = code_for(mei, case)
    newer = code_for(mei, case)
    hotline.person().says(old)
    assert requests_of(hotline, case) == []
    mei.run_command(Verb.END_JOIN_CODE, case)
    hotline.person().says(newer)
    assert requests_of(hotline, case) == []
    last = code_for(mei, case)
    hotline.advance_time(DAY / SECOND + 1)
    hotline.person().says(last)
    assert requests_of(hotline, case) == []


def test_a_phone_that_has_been_quiet_cannot_be_confirmed(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    hotline.person().says(code_for(mei, case))
    (request,) = requests_of(hotline, case)
    hotline.advance_time(HOUR / SECOND)
    assert refusals(mei.run_command(Verb.CONFIRM_JOIN, case, code=str(request.id)))
    assert hotline.ask("SELECT address FROM cases") == [(None,)]


def test_a_code_in_the_middle_of_a_question_answers_nothing(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    person = hotline.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person")
    asked = person.last
    person.says(code_for(mei, case))
    assert person.last == asked
    (request,) = requests_of(hotline, case)
    mei.run_command(Verb.CONFIRM_JOIN, case, code=str(request.id))
    assert len(hotline.ask("SELECT id FROM cases")) == 1


def test_codes_phones_and_tries_are_deleted_after_a_day(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    hotline.person().says(code_for(mei, case))
    now = hotline.loop.now() + DAY + SECOND
    hotline.database.writer.run_sync(lambda work: JoinCodes.expire(work, now))
    for table in ("join_codes", "join_requests", "join_tries"):
        assert hotline.ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our names


def test_a_code_is_stored_only_as_a_keyed_digest(hotline: HotlineHarness) -> None:
    mei = hotline.colleague()
    case = case_by_phone(mei)
    code = code_for(mei, case)
    hotline.person().says(code)
    hotline.close()
    folder = hotline.settings.data
    held = b"".join(it.read_bytes() for it in folder.rglob("*") if it.is_file())
    hotline.open()
    assert code.encode() not in held
