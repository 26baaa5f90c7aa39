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

from bot.cases.escape_text import escape_text
from bot.conversation import PlaceAnswer
from bot.hotline.referrals.model import CONTACT, DOT, LANGUAGE, OPEN_STAGES, ReferralStage
from bot.languages import LANGUAGES, catalogue
from bot.messages import Button, SendText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import FlowRegistry
    from bot.hotline.referrals.model import Referral, ReferralPart
    from bot.places.directory import Recipient
    from bot.text import Catalogue, Text

TICK = "\N{CHECK MARK} "
BUTTONS_PER_ROW = 4
"""Numbers beside each other."""
_TOKEN = re.compile(r"r([0-9a-f]{16})([0-9a-f]{12})([a-z])(\d{0,3})")


class ConsentAction(StrEnum):
    """What a button does: one letter of its token."""

    SHOW = "v"
    LATER = "l"
    STRIKE = "s"
    RESTORE = "k"
    AGREE = "a"
    DECLINE = "n"
    REVOKE = "b"


class ConsentReply(StrEnum):
    """What the person is shown next."""

    NOTHING = "nothing"
    """A line that vanishes is enough."""
    SCREEN = "screen"
    """What would be told, as it is now."""
    ANSWER = "answer"
    """A sentence; what was shown before is taken away."""


class ConsentPress(NamedTuple):
    """A button under a question of this kind."""

    referral: str
    seen_digest: str
    """The digest of what stood above it."""
    action: ConsentAction
    part_index: int
    """Of the part it strikes or restores."""


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """What came of a press."""

    referral: Referral
    """As it is now."""
    reply: ConsentReply
    text: Text | None = None
    """What is said: before the screen, alone, or in a line that vanishes."""
    changed: bool = False
    """Whether anything is to be stored."""


@dataclass(frozen=True, slots=True)
class ConsentTexts:
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


class ConsentDialog:
    """The person's side of passing something on."""

    def __init__(
        self,
        book: FlowRegistry,
        recipients: Mapping[str, Recipient],
        texts: ConsentTexts,
        *,
        exit_buttons: Mapping[str, Text] | None = None,
    ) -> None:
        """Take what is said and to whom anything may be told.

        Args:
            book: the flows, whose questions and choices are read in every language.
            recipients: by code.
            texts: what is said.
            exit_buttons: labels by token of what stands below every question: danger, stop.
        """
        self._book = book
        self._recipients = recipients
        self._texts = texts
        self._exit_labels = exit_buttons or {}

    # --- what is said -------------------------------------------------------------------------

    def question(self, referral: Referral, language: str, prefix: str) -> SendText:
        """Return the neutral first question: it shows nothing and names nobody."""
        words, read_in = self._texts, catalogue(language)
        rows = (
            (_button(referral, words.show.render(read_in), ConsentAction.SHOW),),
            (_button(referral, words.later.render(read_in), ConsentAction.LATER),),
            *self._exit_buttons(read_in),
        )
        return SendText(words.question.render(read_in), rows, prefix)

    def screen(
        self, referral: Referral, language: str, prefix: str, lead: Text | None = None
    ) -> SendText:
        """Return exactly what would be told and to whom, with what can be pressed.

        It may be longer than one message takes: cut it at blank lines, the buttons under the last.
        """
        words, read_in = self._texts, catalogue(language)
        to = self._recipients[referral.recipient]
        blanks = {"recipient": to.name.render(read_in), "about": to.about.render(read_in)}
        said = [lead.render(read_in)] if lead is not None else []
        said.append(words.screen.render(read_in, blanks))
        for place, part in enumerate(referral.parts):
            said.append(self._line(referral, place, part, read_in))
        if not referral.included_parts:
            said.append(words.empty.render(read_in))
        return SendText("\n\n".join(said), self._rows(referral, read_in), prefix)

    def answer(
        self, pressing: ConsentOutcome, language: str, prefix: str, told_at: str = ""
    ) -> SendText:
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
        text = pressing.text.render(catalogue(language), {"time": told_at})
        if pressing.referral.stage is not ReferralStage.AGREED:
            return SendText(text)
        return SendText(text, self._revoke_button(pressing.referral, language), prefix)

    def sent_notice(self, referral: Referral, language: str, prefix: str, at: str) -> SendText:
        """Return the sentence that it has been told, with the way back."""
        text = self._texts.sent.render(catalogue(language), {"time": at})
        return SendText(text, self._revoke_button(referral, language), prefix)

    def readable_parts(self, referral: Referral, language: str) -> list[tuple[str, str]]:
        """Return what is not struck, in any reader's language: for the desk, for the recipient."""
        read_in = catalogue(language)
        return [self._read_part(part, read_in) for part in referral.included_parts]

    # --- what is pressed ----------------------------------------------------------------------

    @staticmethod
    def parse_token(end: str) -> ConsentPress | None:
        """Return what a token's end stands for, None for none of ours.

        Whoever calls has checked that the token's beginning is vouched for in this chat.
        """
        found = _TOKEN.fullmatch(end)
        if found is None or found[3] not in set(ConsentAction):
            return None
        return ConsentPress(found[1], found[2], ConsentAction(found[3]), int(found[4] or 0))

    def press(self, referral: Referral, pressed: ConsentPress, now: int) -> ConsentOutcome:
        """Return what comes of a press: the referral as it is then, and what is shown."""
        if pressed.action is ConsentAction.REVOKE:
            return self._revoke(referral, now)
        if referral.stage not in OPEN_STAGES or referral.recipient not in self._recipients:
            return ConsentOutcome(referral, ConsentReply.NOTHING, self._texts.over)
        if pressed.action is ConsentAction.AGREE:
            return self._agree(referral, pressed, now)
        if pressed.action is ConsentAction.DECLINE:
            declined = referral.decline(now) or referral
            return ConsentOutcome(declined, ConsentReply.ANSWER, self._texts.declined, changed=True)
        if pressed.action is ConsentAction.LATER:
            return ConsentOutcome(referral, ConsentReply.NOTHING)
        return self._show(referral, pressed)

    @staticmethod
    def _show(referral: Referral, pressed: ConsentPress) -> ConsentOutcome:
        other = None
        if pressed.action is ConsentAction.STRIKE:
            other = referral.strike(pressed.part_index)
        elif pressed.action is ConsentAction.RESTORE:
            other = referral.restore(pressed.part_index)
        return ConsentOutcome(other or referral, ConsentReply.SCREEN, changed=other is not None)

    def _agree(self, referral: Referral, pressed: ConsentPress, now: int) -> ConsentOutcome:
        if referral.stage is ReferralStage.AGREED and pressed.seen_digest == referral.agreed_digest:
            return ConsentOutcome(referral, ConsentReply.ANSWER, self._texts.agreed)
        agreed = referral.agree(pressed.seen_digest, now)
        if agreed is None:
            return ConsentOutcome(referral, ConsentReply.SCREEN, self._texts.changed)
        return ConsentOutcome(agreed, ConsentReply.ANSWER, self._texts.agreed, changed=True)

    def _revoke(self, referral: Referral, now: int) -> ConsentOutcome:
        revoked = referral.revoke(now)
        if revoked is None:
            return ConsentOutcome(referral, ConsentReply.NOTHING, self._texts.over)
        late = revoked.sent_at is not None
        text = self._texts.revoked_late if late else self._texts.revoked
        return ConsentOutcome(revoked, ConsentReply.ANSWER, text, changed=True)

    # --- how it is shown ----------------------------------------------------------------------

    def _line(self, referral: Referral, place: int, part: ReferralPart, read_in: Catalogue) -> str:
        label, told = self._read_part(part, read_in)
        if place in referral.struck:
            return f"{place + 1} {label} ({self._texts.left_out.render(read_in)})"
        return f"{TICK}{place + 1} {label}: {told}"

    def _read_part(self, part: ReferralPart, read_in: Catalogue) -> tuple[str, str]:
        """Return what a part is called and what it says, in a language."""
        if part.code == CONTACT:
            return self._texts.contact.render(read_in), escape_text(str(part.answer))
        if part.code == LANGUAGE:
            known = LANGUAGES.get(str(part.answer))
            name = known.own_name if known else escape_text(str(part.answer))
            return self._texts.language.render(read_in), name
        question = self._book.question(*part.code.split(DOT, 1))
        if question is None:
            return part.code, escape_text(str(part.answer))
        said = [
            escape_text(it) if isinstance(it, str) else it.render(read_in)
            for it in question.describe(part.answer)
        ]
        if isinstance(part.answer, PlaceAnswer) and part.answer.latitude is not None:
            said.append(f"{part.answer.latitude}, {part.answer.longitude}")
        return question.short.render(read_in), ", ".join(said)

    def _rows(self, referral: Referral, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        numbers = [
            _button(referral, f"{place + 1}", ConsentAction.RESTORE, place)
            if place in referral.struck
            else _button(referral, f"{TICK}{place + 1}", ConsentAction.STRIKE, place)
            for place in range(len(referral.parts))
        ]
        rows = [
            tuple(numbers[at : at + BUTTONS_PER_ROW])
            for at in range(0, len(numbers), BUTTONS_PER_ROW)
        ]
        if referral.included_parts:
            rows.append(
                (_button(referral, self._texts.agree.render(read_in), ConsentAction.AGREE),)
            )
        rows.append(
            (_button(referral, self._texts.decline.render(read_in), ConsentAction.DECLINE),)
        )
        return (*rows, *self._exit_buttons(read_in))

    def _exit_buttons(self, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        row = tuple(
            Button(label.render(read_in), token) for token, label in self._exit_labels.items()
        )
        return (row,) if row else ()

    def _revoke_button(self, referral: Referral, language: str) -> tuple[tuple[Button, ...], ...]:
        label = self._texts.take_back.render(catalogue(language))
        return ((_button(referral, label, ConsentAction.REVOKE),),)


def _button(
    referral: Referral, label: str, action: ConsentAction, part_index: int | None = None
) -> Button:
    number = "" if part_index is None else str(part_index)
    return Button(label, f"r{referral.id}{referral.digest}{action}{number}")
