"""The dialog that asks a person what may be told to whom: its screens and its buttons. Pure.

First comes a neutral question, which anyone who holds the phone may see; then, if the person wants
to look, exactly what would be told, with a tick for each part. The screen is deleted afterwards,
like every list of answers. Each button carries a digest of the content it was shown under, so that
pressing "agree" under an old screen consents to nothing: the person is shown the new one instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.escape_text import escape_text
from bot.conversation import FlowRegistry, PlaceAnswer
from bot.conversation.replies import ALSO_WRITTEN
from bot.hotline.referrals.model import (
    ALSO,
    CONTACT,
    DOT,
    LANGUAGE,
    OPEN_STAGES,
    Referral,
    ReferralPart,
    ReferralStage,
)
from bot.languages import LANGUAGES, catalogue
from bot.messages import Button, SendText
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.places.directory import Recipient
    from bot.text import Catalogue, Text

TICK = "\N{CHECK MARK} "
BUTTONS_PER_ROW = 4
"""Number buttons in one row."""
_TOKEN = re.compile(r"r([0-9a-f]{16})([0-9a-f]{12})([a-z])(\d{0,3})")


class ConsentAction(StrEnum):
    """What a button does, as one letter of its token."""

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
    """Nothing, or a toast."""
    SCREEN = "screen"
    """The current content."""
    ANSWER = "answer"
    """A sentence; earlier screens are deleted."""


class ConsentPress(NamedTuple):
    """A press of one of these buttons."""

    referral: str
    seen_digest: str
    """The digest of the content above it."""
    action: ConsentAction
    part_index: int
    """The index of the part to strike or restore."""


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """The result of a press."""

    referral: Referral
    reply: ConsentReply
    text: Text | None = None
    """The sentence before the screen, alone, or as a toast."""
    changed: bool = False
    """Whether the referral has to be stored."""
    told_at: int | None = None
    """When the recipient read it, or was told, if that is not `referral.sent_at`."""


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """The texts; see `flows.texts.hotline.REFERRAL`."""

    question: Text
    show: Text
    later: Text
    screen: Text
    spoken_screen: Text
    left_out: Text
    agree: Text
    decline: Text
    changed: Text
    empty: Text
    spoken_empty: Text
    agreed: Text
    take_back: Text
    declined: Text
    revoked: Text
    revoked_late: Text
    revoked_unread: Text
    revoked_read: Text
    over: Text
    sent: Text
    delivered: Text
    """It lies with the recipient, where no one has read it yet."""
    contact: Text
    language: Text


class ConsentDialog:
    """The person's side of a referral."""

    def __init__(
        self, book: FlowRegistry, recipients: Mapping[str, Recipient], texts: ConsentTexts, *,
        exit_buttons: Mapping[str, Text] | None = None,
    ) -> None:  # fmt: skip
        """Take the flows and their questions, and the labels, by token, of danger and stop."""
        self._book, self._recipients, self._texts = book, recipients, texts
        self._exit_labels = exit_buttons or {}

    def question(self, referral: Referral, language: str, prefix: str) -> SendText:
        """Return the neutral first question, without content or names."""
        words, read_in = self._texts, catalogue(language)
        rows = (
            (_button(_seen(referral), words.show.render(read_in), ConsentAction.SHOW),),
            (_button(_seen(referral), words.later.render(read_in), ConsentAction.LATER),),
            *self._exit_buttons(read_in),
        )
        return SendText(words.question.render(read_in), rows, prefix)

    def screen(
        self, referral: Referral, language: str, prefix: str, lead: Text | None = None
    ) -> SendText:
        """Return exactly what would be told and to whom, with the buttons.

        If it is longer than one message, split it at blank lines, with the buttons under the last.
        """
        words, read_in = self._texts, catalogue(language)
        lines = [lead.render(read_in)] if lead is not None else []
        lines.append(words.screen.render(read_in, self._recipient(referral, read_in)))
        lines += [self._line(referral, *part, read_in) for part in enumerate(referral.parts)]
        if not referral.included_parts:
            lines.append(words.empty.render(read_in))
        return SendText("\n\n".join(lines), self._rows(referral, read_in), prefix)

    def spoken_screen(self, referral: Referral, language: str) -> SendText:
        """Return the same as it is read aloud to a person who has no chat: nothing is pressed."""
        words, read_in = self._texts, catalogue(language)
        lines = [words.spoken_screen.render(read_in, self._recipient(referral, read_in))]
        lines += [
            self._line(referral, *part, read_in).removeprefix(TICK)
            for part in enumerate(referral.parts)
        ]
        if not referral.included_parts:
            lines.append(words.spoken_empty.render(read_in))
        return SendText("\n\n".join(lines), self._rows(referral, read_in))

    def _recipient(self, referral: Referral, read_in: Catalogue) -> dict[str, str]:
        to = self._recipients[referral.recipient]
        return {"recipient": to.name.render(read_in), "about": to.about.render(read_in)}

    def answer(
        self, outcome: ConsentOutcome, language: str, prefix: str, sent_at: str = ""
    ) -> SendText:
        """Return the sentence after a decision, with a button to revoke a consent.

        `sent_at` is when the recipient was told, for a person who revokes afterwards.

        Raises:
            ValueError: the outcome has no text.
        """
        if outcome.text is None:
            raise ValueError("an outcome without a text")
        text = outcome.text.render(catalogue(language), {"time": sent_at})
        if outcome.referral.stage is not ReferralStage.AGREED:
            return SendText(text)
        return SendText(text, self._revoke_button(outcome.referral, language), prefix)

    def sent_notice(
        self, referral: Referral, language: str, prefix: str, at: str, *, is_unread: bool
    ) -> SendText:
        """Return the sentence that the recipient was told, with a button to revoke.

        Of what lies unread in the recipient's room it says so, and not that they were told.
        """
        notice = self._texts.delivered if is_unread else self._texts.sent
        text = notice.render(catalogue(language), {"time": at})
        return SendText(text, self._revoke_button(referral, language), prefix)

    def revocation_text(self, *, is_read: bool) -> Text:
        """Return what a person reads who takes back what was delivered to a partner's room."""
        return self._texts.revoked_read if is_read else self._texts.revoked_unread

    def readable_parts(self, referral: Referral, language: str) -> list[tuple[str, str]]:
        """Return the included parts in a reader's language, for the desk or the recipient."""
        read_in = catalogue(language)
        return [self._read_part(part, read_in) for part in referral.included_parts]

    @staticmethod
    def parse_token(end: str) -> ConsentPress | None:
        """Return the press of a token's end; None for another button's.

        The caller has authenticated the token's prefix for this chat.
        """
        found = _TOKEN.fullmatch(end)
        if found is None or found[3] not in set(ConsentAction):
            return None
        return ConsentPress(found[1], found[2], ConsentAction(found[3]), int(found[4] or 0))

    def action_of_label(self, typed: str, language: str) -> ConsentAction | None:
        """Return what the button does whose words were typed; None for any other text.

        To agree takes the button: it carries the digest of what the person saw.
        """
        words, read_in, meant = self._texts, catalogue(language), fold(typed)
        labels = {
            ConsentAction.SHOW: words.show, ConsentAction.LATER: words.later,
            ConsentAction.DECLINE: words.decline, ConsentAction.REVOKE: words.take_back,
        }  # fmt: skip
        known = (it for it, label in labels.items() if fold(label.render(read_in)) == meant)
        return next(known, None)

    def press(self, referral: Referral, pressed: ConsentPress, now: int) -> ConsentOutcome:
        """Return the outcome of a press: the changed referral, and what is shown."""
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

    def _line(self, referral: Referral, index: int, part: ReferralPart, read_in: Catalogue) -> str:
        label, answer = self._read_part(part, read_in)
        if index in referral.struck:
            return f"{index + 1} {label} ({self._texts.left_out.render(read_in)})"
        return f"{TICK}{index + 1} {label}: {answer}"

    def _read_part(self, part: ReferralPart, read_in: Catalogue) -> tuple[str, str]:
        """Return the label and the answer of a part, in a language."""
        if part.code == CONTACT:
            return self._texts.contact.render(read_in), escape_text(str(part.answer))
        if part.code == LANGUAGE:
            known = LANGUAGES.get(str(part.answer))
            name = known.own_name if known else escape_text(str(part.answer))
            return self._texts.language.render(read_in), name
        flow, step = part.code.split(DOT, 1)
        if flow == ALSO:
            return ALSO_WRITTEN.render(read_in), escape_text(str(part.answer))
        question = self._book.question(flow, step)
        if question is None:
            return part.code, escape_text(str(part.answer))
        answers = [
            escape_text(it) if isinstance(it, str) else it.render(read_in)
            for it in question.describe(part.answer)
        ]
        if isinstance(part.answer, PlaceAnswer) and part.answer.latitude is not None:
            answers.append(f"{part.answer.latitude}, {part.answer.longitude}")
        return question.short.render(read_in), ", ".join(answers)

    def _rows(self, referral: Referral, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        seen = _seen(referral)  # of all the parts: once for the screen, not for each button
        numbers = [
            _button(seen, f"{index + 1}", ConsentAction.RESTORE, index)
            if index in referral.struck
            else _button(seen, f"{TICK}{index + 1}", ConsentAction.STRIKE, index)
            for index in range(len(referral.parts))
        ]
        starts = range(0, len(numbers), BUTTONS_PER_ROW)
        rows = [tuple(numbers[at : at + BUTTONS_PER_ROW]) for at in starts]
        agree, decline = self._texts.agree.render(read_in), self._texts.decline.render(read_in)
        if referral.included_parts:
            rows.append((_button(seen, agree, ConsentAction.AGREE),))
        rows.append((_button(seen, decline, ConsentAction.DECLINE),))
        return (*rows, *self._exit_buttons(read_in))

    def _exit_buttons(self, read_in: Catalogue) -> tuple[tuple[Button, ...], ...]:
        row = tuple(Button(it.render(read_in), token) for token, it in self._exit_labels.items())
        return (row,) if row else ()

    def _revoke_button(self, referral: Referral, language: str) -> tuple[tuple[Button, ...], ...]:
        label = self._texts.take_back.render(catalogue(language))
        return ((_button(_seen(referral), label, ConsentAction.REVOKE),),)


def _seen(referral: Referral) -> str:
    """Return how each token begins under a content: what is agreed to is what was seen."""
    return f"r{referral.id}{referral.digest}"


def _button(seen: str, label: str, action: ConsentAction, part_index: int | None = None) -> Button:
    number = "" if part_index is None else str(part_index)
    return Button(label, f"{seen}{action}{number}")
