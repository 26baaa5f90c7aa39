"""Texts outside flows, and the labels of the buttons below every question.

The texts are in `flows/`, which this package may not import: `app` hands them over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.conversation import Say
    from bot.dispatch.rate_limit import Loss
    from bot.hotline.chat import case_progress
    from bot.text import Catalogue, Text


@dataclass(frozen=True)
class SystemTexts:
    """Texts the dispatcher sends by itself."""

    controls: Mapping[str, Text]
    """Labels of the engine's controls: skip, why, back, done, keep."""
    labels: Sequence[Text]
    """Every label of every choice in every flow."""
    danger: Text
    bye: Text
    cleared: Text
    """What was deleted, and how to delete what is left."""
    stale_button: Text
    pressed_already: Text
    not_kept: Mapping[Loss, Text]
    """What the person is told where something they sent is not kept."""
    received_contact: Text
    received_edit: Text
    other_language: Text
    """How to go on in another language: said in that language."""
    kept_too: Text
    """For words that no one has read: while a caseworker is offered, and while none is here."""
    question_stands: Text
    """In place of a long question of consent that was asked a moment ago."""
    told_already: Text
    """For a person who takes back that staff read what they write."""
    with_case: Text
    """For a message that answered no question and reached the case while a caseworker is here."""
    once_read: Mapping[Text, Text]
    """What is said, once staff read what the person writes, in place of what is true only before:
    that nothing is passed on without "Send"."""
    nothing_lost: Text
    same_passphrase: Text
    short_passphrase: Text
    sentence_as_passphrase: Text
    """For a passphrase as long as a sentence: it may have been meant for staff."""
    not_kept_here: Text
    """For what may be a passphrase where none is asked for: it may have been meant for staff."""
    until_they_write: Text
    """That we stay silent until the person writes, and how they see our answer then."""
    may_be_left_out: Text
    """For a no in place of a passphrase: the question can be answered later, or not at all."""
    join_words: Text
    """For a text that can be the code of a case: {words} to read aloud."""
    join_word_list: Sequence[Text]
    """The words, as many as `origins.join_codes.WORD_COUNT`."""
    recognised: Text
    """For a person who has been identified."""
    introduced_by_partner: Text
    """By whose link the person came: {partner}."""
    no_partner: Text
    """The same, without a link."""
    nobody_comes: Text
    """For a person in danger whom no caseworker can answer now."""
    danger_digits: Text
    """The digits alone, in one short line."""
    danger_numbers: Text
    """The phone numbers that answer in danger."""
    who_may_write: Text
    """For "Who is this?" before a caseworker is shown: true of every chat."""
    caseworker_joined: Text
    """Who writes now: {title} of {organisation}."""
    caseworker_changed: Text
    """The same, after a transfer to a colleague."""
    caseworker_left: Text
    """{title} has left, and the bot answers again."""
    caseworker_reads: Text
    """For a press on an old button during a takeover."""
    answers: Mapping[str, Sequence[Say]]
    """What is said to a question of the person, by what it is about: all that holds now."""
    titles: Mapping[str, Text]
    """Roles of caseworkers as people read them, by code."""
    ambulance: Text
    """Said once staff read of someone who is hurt: whom to call if it cannot wait."""
    data_held: Mapping[str, Text]
    """What is stored about a person, as they read it, by kind."""
    case_status: Text
    """How far a case has come: {trail}, made of `case_progress`."""
    case_progress: case_progress.ProgressTexts
    """How a case is getting on, as its person reads it."""
    blanks: Callable[[Catalogue], Mapping[str, str]]
    """Returns what fills {organisation}, {contact}, {hours}, {keep_days}, {numbers}, {offices} and
    {organisations}."""
    office_hours: Callable[[str, Catalogue], str]
    """Returns what fills {hours} for a person whose case is one of an office."""
    find_alarms: Callable[[str], frozenset[str]]
    """Returns the codes of alarming words in a text."""
    find_alarm_phrases: Callable[[str], frozenset[str]]
    """Returns the codes of alarming phrases, also where the whole text makes them ordinary."""
    find_alarms_in_clauses: Callable[[str], frozenset[str]]
    """Returns the codes of alarming words in each clause by itself."""
    find_question: Callable[[str, str], str | None]
    """Returns what a text in this language asks about, if it is one of the questions people ask."""
    likely_question: Callable[[str], str | None]
    """Returns the same by learnt examples, for a text that answers nothing."""
    plainly_asked: Callable[[str], str | None]
    """Returns the same for a text that alarms by examples alone, if nothing else is likely."""
    surely_asked: Callable[[str, str], str | None]
    """Returns the same for a text with alarming words, if it surely asks something."""
