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
class SystemTexts:
    """Phrases the dispatcher says by itself."""

    controls: Mapping[str, Text]
    """Labels of the engine's controls: skip, why, back, done, keep."""
    labels: Sequence[Text]
    """Every label of every choice in every flow."""
    danger: Text
    bye: Text
    cleared: Text
    """What was deleted, and how what stays is."""
    stale_button: Text
    pressed_already: Text
    unsupported_content: Text
    received_contact: Text
    received_edit: Text
    file_too_large: Text
    no_files: Text
    """That no files are taken now: the disk is too full, or the chat sent too many today."""
    over_daily_limit: Text
    """That more was written today than is kept."""
    nothing_lost: Text
    same_passphrase: Text
    short_passphrase: Text
    recognised: Text
    """Said to a person who is known again."""
    introduced_by_partner: Text
    """By whose link somebody came: {partner}."""
    no_partner: Text
    """The same, of whoever came by none."""
    caseworker_joined: Text
    """Who writes now: {title} of {organisation}."""
    caseworker_changed: Text
    """The same, when the case went to a colleague."""
    caseworker_left: Text
    """That {title} has left, and the bot answers again."""
    caseworker_reads: Text
    """For a press on an old button while a caseworker holds the conversation."""
    titles: Mapping[str, Text]
    """What people are told a caseworker is, by code."""
    data_held: Mapping[str, Text]
    """What people are told is held of them, by kind."""
    case_progress: case_progress.ProgressTexts
    """What people are told about their case."""
    blanks: Callable[[Catalogue], Mapping[str, str]]
    """Returns what fills {organisation}, {contact}, {hours}, {keep_days}, {numbers}, {offices} and
    {organisations}."""
    find_alarms: Callable[[str], frozenset[str]]
    """Returns the codes of alarming words in what a person wrote."""
