"""Safety sentences in the order in which they are recorded, and why some are not.

The rule: a message is a safety sentence if its remark for translators says so. All are recorded
except those in `NOT_RECORDED`. The order is that of the harm if a sentence is not understood: first
what may save a life now, last what can be read at leisure. Speakers begin at the top.
`tests/app/test_safety_sentences.py` fails if a safety sentence stands in neither table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.languages.po_files import REQUIRED_REVIEWERS, load_catalogue
from bot.languages.voice_files import recording_name, spoken_words
from bot.text import Text
from flows.information.after_decision import AfterDecision
from flows.information.being_questioned import BeingQuestioned
from flows.own_data.privacy import Privacy
from flows.requests.report import Report
from flows.start.return_check import ReturnCheck
from flows.start.stop import Stop
from flows.texts import hotline, organisation, phrasebook, phrases, questions, spoken
from flows.urgent.danger import DangerFlow
from flows.urgent.despair import Despair
from flows.urgent.story import Story

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.places.place import Place

TextOrPlaceLine = Text | str
"""A message, or the name of a sentence that each place words itself."""

RECORDING_ORDER: Mapping[str, Sequence[TextOrPlaceLine]] = {
    "Danger now": (
        "danger_line", "silent_line", "no_sim_line", "language_line", phrases.SAFE_QUESTION,
        DangerFlow.tell.prompt, hotline.NOBODY_CAN_ANSWER,
    ),
    "Despair and illness": (
        Despair.numbers.text, Despair.until_then.text, "ambulance_line", "young_line",
    ),
    "What staff are told": (
        Story.kept.text, Story.give.prompt, *DangerFlow.told.phrases(),
        *DangerFlow.not_told.phrases(),
    ),
    "Who reads, and what the law makes staff tell": (
        phrases.OPENING, phrases.PHONE_WARNING, phrases.CONSENT, Privacy.law.text,
        Privacy.law_police.text, phrases.PASS_ON_QUESTION,
    ),
    "Who sees the phone, clearing and erasing": (
        ReturnCheck.seen.prompt, ReturnCheck.careful.text, phrases.CONTACT_QUESTION,
        *Stop.goodbye_erased.phrases(), *Stop.goodbye_at_once.phrases(), *Stop.goodbye.phrases(),
    ),
    "Comfort, age, name and evidence": (
        Report.not_your_fault.text, phrases.YOUNG, phrases.OWN_AGE_QUESTION,
        phrases.CALL_ME_QUESTION, Report.evidence.prompt,
    ),
    "What the law says": (
        questions.NOT_SENT_OUT, questions.NO_PROMISE, AfterDecision.rules.prompt,
    ),
}  # fmt: skip
"""The messages to record, by subject, the most urgent first."""

NOT_RECORDED: Mapping[str, Sequence[TextOrPlaceLine]] = {
    "a name or a number stands inside, which differs from person to person": (
        hotline.CASEWORKER_JOINED, hotline.CASEWORKER_CHANGED, hotline.CASEWORKER_LEFT,
        organisation.FIRST, organisation.OFFICE_FIRST, organisation.POLICE_FIRST,
        AfterDecision.ends.prompt, BeingQuestioned.paper.prompt,
    ),
    "a notice at a button makes no sound": (hotline.PERSON_ANSWERS,),
    "a caseworker chooses it while writing": (phrasebook.PHRASES["not_back"].text,),
    "a voice message would stay in a chat that was just cleared": (phrases.CHAT_CLEARED,),
    "heard by a person nearby, it would say that staff were told": (phrases.TOLD_ALREADY,),
    "said in a rehearsal only": ("rehearsal_line",),
    "a caseworker reads it aloud on the phone": (spoken.OPENING, spoken.CONSENT),
    "the same words are recorded for danger": (Despair.tell.prompt,),
}  # fmt: skip
"""Safety sentences that have no recording, by the reason."""


@dataclass(frozen=True)
class SafetySentence:
    """One sentence to record in a language."""

    number: int
    subject: str
    text: Text
    english: str
    words: str
    """What the speaker says, in the language."""
    remark: str
    """For translators: what a word means here."""
    name: str
    """Of the recording, without extension."""
    is_draft: bool
    """Whether fewer native speakers than required have reviewed the words."""


def listed_texts(table: Mapping[str, Sequence[TextOrPlaceLine]], place: Place) -> list[Text]:
    """Return the messages of a table, with the sentences of a place."""
    return [
        place.sentences[it].text if isinstance(it, str) else it
        for texts in table.values()
        for it in texts
    ]


def safety_sentences(tag: str, place: Place) -> list[SafetySentence]:
    """Return the sentences to record in a language, those without a translation left out."""
    entries = {entry.key: entry for entry in load_catalogue(tag).entries}
    subjects = [subject for subject, texts in RECORDING_ORDER.items() for _text in texts]
    listed = zip(subjects, listed_texts(RECORDING_ORDER, place), strict=True)
    sentences: list[SafetySentence] = []
    for number, (subject, text) in enumerate(listed, start=1):
        entry = entries.get((text.context, text.source))
        if entry is None or not entry.is_translated:
            continue
        reviewers = {review.reviewer for review in entry.reviews}
        sentences.append(
            SafetySentence(
                number, subject, text, spoken_words(text.source), spoken_words(entry.forms[0]),
                entry.remarks, recording_name(text, entry.forms[0]),
                is_draft=len(reviewers) < REQUIRED_REVIEWERS,
            )
        )  # fmt: skip
    return sentences
