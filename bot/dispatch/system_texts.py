"""What is said when no flow is speaking, and what stands on the buttons below every question.

The words themselves stand in `flows/`, above this floor: `app` hands them down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.hotline.chat import case_progress
    from bot.text import Catalogue, Text


@dataclass(frozen=True)
class Phrasing:
    """Phrases the dispatcher says by itself."""

    controls: Mapping[str, Text]
    """Labels of the engine's controls: skip, why, back, done, keep."""
    labels: Sequence[Text]
    """Every label of every choice in every flow."""
    danger: Text
    bye: Text
    cleared: Text
    """What was deleted, and how what stays is."""
    stale: Text
    pressed_already: Text
    polite_no: Text
    received_contact: Text
    received_change: Text
    too_large: Text
    no_files: Text
    """That no files are taken now: the disk is too full, or the chat sent too many today."""
    too_much: Text
    """That more was written today than is kept."""
    nothing_lost: Text
    another_word: Text
    too_short_a_word: Text
    known_again: Text
    """Said to a person who is known again."""
    introduced: Text
    """By whose link somebody came: {partner}."""
    unintroduced: Text
    """The same, of whoever came by none."""
    with_you: Text
    """Who writes now: {title} of {organisation}."""
    with_another: Text
    """The same, when the case went to a colleague."""
    has_left: Text
    """That {title} has left, and the bot answers again."""
    somebody_reads: Text
    """For a press on an old button while a caseworker holds the conversation."""
    titles: Mapping[str, Text]
    """What people are told a caseworker is, by code."""
    held: Mapping[str, Text]
    """What people are told is held of them, by kind."""
    trail: case_progress.Words
    """What people are told about their case."""
    blanks: Callable[[Catalogue], Mapping[str, str]]
    """Returns what fills {organisation}, {contact}, {hours}, {keep_days}, {numbers}, {offices} and
    {organisations}."""
    alarms: Callable[[str], frozenset[str]]
    """Returns the codes of alarming words in what a person wrote."""
