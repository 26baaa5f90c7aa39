"""What a partner reads of a referral: exactly the agreed parts, sealed to each member's key.

It is rendered when it is delivered, because the room knows no flows. A person's own words stay as
they were written. It names no case, no caseworker and no chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.hotline.referrals.model import CONTACT, LANGUAGE
from bot.languages import catalogue
from bot.partners.delivered import DeliveredPart, DeliveredReferral, copy_data
from bot.text import _, pgettext
from bot.vault.keys.member_keys import seal_to_member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.referrals.consent_dialog import ConsentDialog
    from bot.hotline.referrals.model import Referral
    from bot.partners.members import MemberKey

READ_IN = ("zh_Hant", "en")
"""The languages in which labels and chosen answers are rendered, as on the sheet on paper."""


_LABELS = {LANGUAGE: pgettext("column", "Language"), CONTACT: _("How to reach the person")}
_encode = msgspec.msgpack.Encoder().encode


def render_referral(
    referral: Referral, number: str, recipient: tuple[str, ...], consent: ConsentDialog
) -> DeliveredReferral:
    """Return the included parts of a referral, and nothing else of its case."""
    in_each = [_parts_in(referral, language, consent) for language in READ_IN]
    parts = tuple(
        DeliveredPart(
            tuple(dict.fromkeys(label for label, _answer in one)),
            tuple(dict.fromkeys(answer for _label, answer in one)),
        )
        for one in zip(*in_each, strict=True)
    )
    agreed_at = referral.answered_at or referral.offered_at
    return DeliveredReferral(number, recipient, agreed_at, parts)


def _parts_in(referral: Referral, language: str, consent: ConsentDialog) -> list[tuple[str, str]]:
    """Return each part with its label, those that answer no question with a label for staff."""
    staff = catalogue(language, "staff")
    read = zip(referral.included_parts, consent.readable_parts(referral, language), strict=True)
    return [
        (_LABELS[part.code].render(staff) if part.code in _LABELS else label, answer)
        for part, (label, answer) in read
    ]


def seal_for_members(
    content: DeliveredReferral, keys: Sequence[MemberKey]
) -> list[tuple[int, bytes]]:
    """Return the content sealed to each member, by the member's id."""
    data, plain = copy_data(content.number), _encode(content)
    return [(it.member_id, seal_to_member(it.member_id, it.public_key, data, plain)) for it in keys]
