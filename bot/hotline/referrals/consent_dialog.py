"""Ask a person what may be told to whom: what they see, and what their presses mean. Pure.

First a neutral question, which whoever holds the phone may see; then, when the person wants to
look, exactly what would be told, with a tick for each part. The screen is to be taken away again,
like every list of answers. Each button carries a name of the content it was shown under, so that an
agreement pressed under an old screen agrees to nothing: the person is shown the new one instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.escape_text import visible
from bot.conversation import Where
from bot.hotline.referrals.model import CONTACT, DOT, LANGUAGE, OPEN, Stage
from bot.languages import LANGUAGES, catalogue
from bot.messages import Button, Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Book
    from bot.hotline.referrals.model import Part, Referral
    from bot.places.taiwan.recipients import Recipient
    from bot.text import Catalogue, Text

TICK = "\N{CHECK MARK} "
IN_A_ROW = 4
"""Numbers beside each other."""
_TOKEN = re.compile(r"r([0-9a-f]{16})([0-9a-f]{12})([a-z])(\d{0,3})")


class Deed(StrEnum):
    """What a button does: one letter of its token."""

    SHOW = "v"
    LATER = "l"
    STRIKE = "s"
    RESTORE = "k"
    AGREE = "a"
    DECLINE = "n"
    REVOKE = "b"


class Shows(StrEnum):
    """What the person is shown next."""

    NOTHING = "nothing"
    """A line that vanishes is enough."""
    SCREEN = "screen"
    """What would be told, as it is now."""
    ANSWER = "answer"
    """A sentence; what was shown before is taken away."""


class Pressed(NamedTuple):
    """A button under a question of this kind."""

    referral: str
    seen: str
    """The digest of what stood above it."""
    deed: Deed
    place: int
    """Of the part it strikes or restores."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """What came of a press."""

    referral: Referral
    """As it is now."""
    shows: Shows
    text: Text | None = None
    """What is said: before the screen, alone, or in a line that vanishes."""
    changed: bool = False
    """Whether anything is to be stored."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said; see `flows.hotline.REFERRAL`."""

    question: Text
    show: Text
    later: Text
    screen: Text
    left_out: Text
    agree: Text
    decline: Text
    changed: Text
    empty: Text
    agreed: Text
    take_back: Text
    declined: Text
    revoked: Text
    revoked_late: Text
    over: Text
    sent: Text
    contact: Text
    language: Text


class Consent:
    """The person's side of passing something on."""

    def __init__(
        self,
        book: Book,
        recipients: Mapping[str, Recipient],
        words: Words,
        *,
        below: Mapping[str, Text] | None = None,
    ) -> None:
        """Take what is said and to whom anything may be told.

        Args:
            book: the flows, whose questions and choices are read in every language.
            recipients: by code.
            words: what is said.
            below: labels by token of what stands below every question: danger, stop.
        """
        self._book = book
        self._recipients = recipients
        self._words = words
        self._below = below or {}

    # --- what is said -------------------------------------------------------------------------

    def question(self, referral: Referral, language: str, prefix: str) -> Say:
        """Return the neutral first question: it shows nothing and names nobody."""
        words, read_in = self._words, catalogue(language)
        rows = (
            (_button(referral, words.show.read_in(read_in), Deed.SHOW),),
            (_button(referral, words.later.read_in(read_in), Deed.LATER),),
            *self._ways_out(read_in),
        )
        return Say(words.question.read_in(read_in), rows, prefix)

    def screen(
        self, referral: Referral, language: str, prefix: str, lead: Text | None = None
    ) -> Say:
        """Return exactly what would be told and to whom, with what can be pressed.

        It may be longer than one message takes: cut it at blank lines, the buttons under the last.
        """
        words, read_in = self._words, catalogue(language)
        to = self._recipients[referral.recipient]
        blanks = {"recipient": to.name.read_in(read_in), "about": to.about.read_in(read_in)}
        said = [lead.read_in(read_in)] if lead is not None else []
        said.append(words.screen.read_in(read_in, blanks))
        for place, part in enumerate(referral.parts):
            said.append(self._line(referral, place, part, read_in))
        if not referral.kept:
            said.append(words.empty.read_in(read_in))
        return Say("\n\n".join(said), self._rows(referral, read_in), prefix)

    def answer(self, pressing: Pressing, language: str, prefix: str, told_at: str = "") -> Say:
        """Return what is said after a decision, with the way back where there is one.

        Args:
            pressing: what came of the press, with a text.
            language: the person's.
            prefix: what the tokens begin with.
            told_at: when it was told, for whoever takes it back afterwards.

        Raises:
            ValueError: there is nothing to say.
        """
        if pressing.text is None:
            raise ValueError("nothing to say")
        text = pressing.text.read_in(catalogue(language), {"time": told_at})
        if pressing.referral.stage is not Stage.AGREED:
            return Say(text)
        return Say(text, self._way_back(pressing.referral, language), prefix)

    def told(self, referral: Referral, language: str, prefix: str, at: str) -> Say:
        """Return the sentence that it has been told, with the way back."""
        text = self._words.sent.read_in(catalogue(language), {"time": at})
        return Say(text, self._way_back(referral, language), prefix)

    def contents(self, referral: Referral, language: str) -> list[tuple[str, str]]:
        """Return what is not struck, in any reader's language: for the desk, for the recipient."""
        read_in = catalogue(language)
        return [self._read(part, read_in) for part in referral.kept]

    # --- what is pressed ----------------------------------------------------------------------

    @staticmethod
    def read(end: str) -> Pressed | None:
        """Return what a token's end stands for, None for none of ours.

        Whoever calls has checked that the token's beginning is vouched for in this chat.
        """
        found = _TOKEN.fullmatch(end)
        if found is None or found[3] not in set(Deed):
            return None
        return Pressed(found[1], found[2], Deed(found[3]), int(found[4] or 0))

    def press(self, referral: Referral, pressed: Pressed, now: int) -> Pressing:
        """Return what comes of a press: the referral as it is then, and what is shown."""
        if pressed.deed is Deed.REVOKE:
            return self._revoke(referral, now)
        if referral.stage not in OPEN or referral.recipient not in self._recipients:
            return Pressing(referral, Shows.NOTHING, self._words.over)
        if pressed.deed is Deed.AGREE:
            return self._agree(referral, pressed, now)
        if pressed.deed is Deed.DECLINE:
            declined = referral.decline(now) or referral
            return Pressing(declined, Shows.ANSWER, self._words.declined, changed=True)
        if pressed.deed is Deed.LATER:
            return Pressing(referral, Shows.NOTHING)
        return self._look(referral, pressed)

    @staticmethod
    def _look(referral: Referral, pressed: Pressed) -> Pressing:
        other = None
        if pressed.deed is Deed.STRIKE:
            other = referral.strike(pressed.place)
        elif pressed.deed is Deed.RESTORE:
            other = referral.restore(pressed.place)
        return Pressing(other or referral, Shows.SCREEN, changed=other is not None)

    def _agree(self, referral: Referral, pressed: Pressed, now: int) -> Pressing:
        if referral.stage is Stage.AGREED and pressed.seen == referral.agreed:
            return Pressing(referral, Shows.ANSWER, self._words.agreed)
        agreed = referral.agree(pressed.seen, now)
        if agreed is None:
            return Pressing(referral, Shows.SCREEN, self._words.changed)
        return Pressing(agreed, Shows.ANSWER, self._words.agreed, changed=True)

    def _revoke(self, referral: Referral, now: int) -> Pressing:
        revoked = referral.revoke(now)
        if revoked is None:
            return Pressing(referral, Shows.NOTHING, self._words.over)
        late = revoked.sent_at is not None
        text = self._words.revoked_late if late else self._words.revoked
        return Pressing(revoked, Shows.ANSWER, text, changed=True)

    # --- how it is shown ----------------------------------------------------------------------

    def _line(self, referral: Referral, place: int, part: Part, read_in: Catalogue) -> str:
        label, told = self._read(part, read_in)
        if place in referral.struck:
            return f"{place + 1} {label} ({self._words.left_out.read_in(read_in)})"
        return f"{TICK}{place + 1} {label}: {told}"

    def _read(self, part: Part, read_in: Catalogue) -> tuple[str, str]:
        """Return what a part is called and what it says, in a language."""
        if part.code == CONTACT:
            return self._words.contact.read_in(read_in), visible(str(part.answer))
        if part.code == LANGUAGE:
            known = LANGUAGES.get(str(part.answer))
            name = known.own_name if known else visible(str(part.answer))
            return self._words.language.read_in(read_in), name
        question = self._book.question(*part.code.split(DOT, 1))
        if question is None:
            return part.code, visible(str(part.answer))
        said = [
            visible(it) if isinstance(it, str) else it.read_in(read_in)
            for it in question.told(part.answer)
        ]
        if isinstance(part.answer, Where) and part.answer.latitude is not None:
            said.append(f"{part.answer.latitude}, {part.answer.longitude}")
        return question.short.read_in(read_in), ", ".join(said)

    def _rows(self, referral: Referral, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        numbers = [
            _button(referral, f"{place + 1}", Deed.RESTORE, place)
            if place in referral.struck
            else _button(referral, f"{TICK}{place + 1}", Deed.STRIKE, place)
            for place in range(len(referral.parts))
        ]
        rows = [tuple(numbers[at : at + IN_A_ROW]) for at in range(0, len(numbers), IN_A_ROW)]
        if referral.kept:
            rows.append((_button(referral, self._words.agree.read_in(read_in), Deed.AGREE),))
        rows.append((_button(referral, self._words.decline.read_in(read_in), Deed.DECLINE),))
        return (*rows, *self._ways_out(read_in))

    def _ways_out(self, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        row = tuple(Button(label.read_in(read_in), token) for token, label in self._below.items())
        return (row,) if row else ()

    def _way_back(self, referral: Referral, language: str) -> tuple[tuple[Button, ...], ...]:
        label = self._words.take_back.read_in(catalogue(language))
        return ((_button(referral, label, Deed.REVOKE),),)


def _button(referral: Referral, label: str, deed: Deed, place: int | None = None) -> Button:
    number = "" if place is None else str(place)
    return Button(label, f"r{referral.id}{referral.digest}{deed}{number}")
