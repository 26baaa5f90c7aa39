"""Whoever is asked for consent reads all of it in their own language, names of places included."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.conversation import ChooseMany, FlowRegistry
from bot.conversation.questions.choice import ListQuestion
from bot.hotline.referrals.consent_dialog import (
    TICK,
    ConsentDialog,
    ConsentOutcome,
    ConsentReply,
)
from bot.hotline.referrals.model import CONTACT, LANGUAGE, Referral, ReferralPart, ReferralStage
from bot.languages import LANGUAGES, catalogue, use_catalogues
from bot.places.taiwan.recipients import NON_GOVERNMENT, RECIPIENTS
from bot.text import Text
from flows import ALL_FLOWS
from tests.support.content.pseudo_locale import (
    PseudoTranslations,
    has_lost_bracket,
    untranslated_parts,
)
from tests.support.people.referral_dialog import PREFIX, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.messages import SendText

TAG = "th"
"""Whose place the language nobody speaks takes."""
CHINESE = ("zh_Hant", "zh_Hans")
LETTERS = re.compile(r"[A-Za-z]{2,}")
PLAIN_VOWEL = re.compile(r"\w*[aeiouAEIOU]\w*")
LETTER = re.compile(r"[^\W\d_]")
BOOK = FlowRegistry(ALL_FLOWS)
SENT_FLOWS = ("report", "ask_for_help", "talk", "check_in")
NUMBER = "12345"
"""A time, or what else no language has: no letters."""
OWN_NAMES = tuple(it.own_name for it in LANGUAGES.values())
DIALOG = ConsentDialog(BOOK, RECIPIENTS, WORDS)


def parts() -> tuple[ReferralPart, ...]:
    """Return every answer with a code to what is asked in the flows that are sent, and more."""
    found = [ReferralPart(LANGUAGE, "vi"), ReferralPart(CONTACT, NUMBER)]
    for flow in SENT_FLOWS:
        for step, question in BOOK.compiled[flow].questions.items():
            if isinstance(question, ListQuestion) and "{" not in question.short.source:
                codes = tuple(question.codes)
                answers = [codes] if isinstance(question, ChooseMany) else list(codes)
                found += [ReferralPart(f"{flow}.{step}", it) for it in answers]
    return tuple(found)


PARTS = parts()


def screens(recipient: str, language: str, dialog: ConsentDialog = DIALOG) -> list[SendText]:
    """Return everything a person is shown on the way to each decision."""
    asked = Referral("1" * 16, "case", recipient, PARTS, "mei", 1, struck=frozenset({1}))
    nothing = replace(asked, struck=frozenset(range(len(PARTS))))
    agreed = replace(asked, stage=ReferralStage.AGREED)
    found = [
        dialog.question(asked, language, PREFIX), dialog.screen(asked, language, PREFIX),
        dialog.screen(nothing, language, PREFIX),
        dialog.spoken_screen(asked, language), dialog.spoken_screen(nothing, language),
        dialog.screen(asked, language, PREFIX, WORDS.changed),
        dialog.sent_notice(agreed, language, PREFIX, NUMBER, is_unread=False),
        dialog.sent_notice(agreed, language, PREFIX, NUMBER, is_unread=True),
    ]  # fmt: skip
    for text in (WORDS.agreed, WORDS.declined, WORDS.revoked, WORDS.revoked_late, WORDS.over):
        outcome = ConsentOutcome(agreed, ConsentReply.ANSWER, text)
        found.append(dialog.answer(outcome, language, PREFIX, NUMBER))
    return found


def read(recipient: str, language: str, dialog: ConsentDialog = DIALOG) -> list[str]:
    """Return every text and every label of those screens."""
    said = screens(recipient, language, dialog)
    labels = [button.label for it in said for row in it.rows for button in row]
    return [*(it.text for it in said), *labels]


def in_no_language(shown: str) -> str:
    """Return what of a text came from no catalogue, also where it fills a blank of a phrase.

    The language nobody speaks has an accent on each vowel.
    """
    whole = strip_names(shown)
    left = untranslated_parts(whole)
    return left if LETTER.search(left) else " ".join(PLAIN_VOWEL.findall(whole))


@pytest.fixture
def pseudo_language() -> Iterator[None]:
    use_catalogues({TAG: PseudoTranslations()})
    yield
    use_catalogues({})


@pytest.mark.usefixtures("pseudo_language")
@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_every_consent_text_is_a_phrase_of_a_catalogue(recipient: str) -> None:
    shown = read(recipient, TAG)
    assert len(PARTS) > 100
    assert len(shown) > len(PARTS)
    assert [left for it in shown if (left := in_no_language(it))] == []
    assert not any(has_lost_bracket(it.text) for it in screens(recipient, TAG))


@pytest.mark.usefixtures("pseudo_language")
def test_a_name_that_no_catalogue_has_is_detected() -> None:
    """The negative control: names of organisations were such texts."""
    alone = replace(RECIPIENTS["legal_aid"], name=Untranslated("Legal Aid Foundation"))
    dialog = ConsentDialog(BOOK, {"legal_aid": alone}, WORDS)
    assert any("Legal Aid" in in_no_language(it) for it in read("legal_aid", TAG, dialog))


class Untranslated(Text):
    """A text that reaches people as it stands in the source."""

    __slots__ = ()

    def render(self, *_given: object, **_named: object) -> str:
        return self.source


PRESS = {
    "en": "press", "id": "tekan", "vi": "nhấn", "th": "กด", "fil": "pindutin", "km": "ចុច",
    "my": "နှိပ်", "ja": "押", "zh_Hant": "按", "zh_Hans": "按",
}  # fmt: skip
"""By which word each language asks to press a button."""


def test_what_is_read_aloud_asks_to_say_a_number_and_never_to_press() -> None:
    assert PRESS.keys() == LANGUAGES.keys()
    asked = Referral("1" * 16, "case", "legal_aid", PARTS[:5], "mei", 1, struck=frozenset({1}))
    nothing = replace(asked, struck=frozenset(range(5)))
    for language, press in PRESS.items():
        for referral in (asked, nothing):
            spoken = DIALOG.spoken_screen(referral, language)
            assert press in DIALOG.screen(referral, language, PREFIX).text.lower(), language
            assert press not in spoken.text.lower(), language
            assert TICK not in spoken.text
            assert [it.partition(" ")[0] for it in spoken.text.split("\n\n")[1:6]] == [*"12345"]


@pytest.mark.parametrize("language", CHINESE)
@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_who_reads_chinese_reads_the_recipient_in_chinese(recipient: str, language: str) -> None:
    to = RECIPIENTS[recipient]
    for text in (to.name, to.about):
        assert not LETTERS.search(text.render(catalogue(language))), text.source
    assert to.name.render(catalogue(language)) in screens(recipient, language)[1].text


@pytest.mark.parametrize("language", [it for it in LANGUAGES if it not in {*CHINESE, "en"}])
@pytest.mark.parametrize("recipient", NON_GOVERNMENT)
def test_others_can_find_an_organisation_by_both_its_names(recipient: str, language: str) -> None:
    name = NON_GOVERNMENT[recipient].name
    english, _bracket, chinese = name.source.rstrip(")").partition(" (")
    shown = name.render(catalogue(language))
    assert english in shown
    assert chinese in shown


@pytest.mark.parametrize("language", CHINESE)
def test_no_english_word_is_left_in_what_a_chinese_reader_agrees_to(language: str) -> None:
    shown = {it for recipient in RECIPIENTS for it in read(recipient, language)}
    left = {word for it in shown for word in LETTERS.findall(strip_names(it))}
    assert left <= KNOWN_IN_CHINESE


def strip_names(line: str) -> str:
    for name in OWN_NAMES:
        line = line.replace(name, "")
    return line


KNOWN_IN_CHINESE = frozenset({"Telegram", "KTV"})
"""Latin words that people in Taiwan write too."""
