"""Texts about check-ins for staff."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import DAY, SECOND
from bot.text import Catalogue, _, pgettext

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.hotline.check_ins.model import CheckIn

CHECK_IN_MISSED = _(
    "{reference}: the right word did not come by {time}. The case says what the person wants "
    "done, where, and what they agreed to. Only staff are told of this."
)
DURESS_ANSWERED = _(
    "{reference}: the duress word came at the agreed hour: the person may be made to write. "
    "Nothing that staff write is sent to this chat now. The case says what the person wants done. "
    "Only staff are told of this."
)
# Translators: follows the line about the agreed hour; {time} e.g. 22:00.
QUESTION_AT = _("Time of the question: {time}.")
ANSWERED_IN_TIME = _("The right word came at {time}.")
# Translators: "contact" is the code that is typed for it.
MAY_BE_CONTACT = _(
    "The right word came at {time}. If that is contact as the law means it, enter it: contact."
)
ENDED_IN_CHAT = _("The agreed hour was ended in the chat.")
ENDED_BY_CASEWORKER = _(
    "{name} ended the agreed hour. The bot does not tell the person: tell them."
)
NO_CHECK_IN = _("No hour is agreed on in this case.")
END_CHECK_IN_FIRST = _(
    "An hour is agreed on with this person. Tell them that it ends, end it (/checkin end), then "
    "close the case."
)

NOT_ASKED_REASONS = {
    "only_they_write": pgettext("not asked", "the person wants to write first"),
    "no_hour": pgettext("not asked", "the hour is none of those the person allowed"),
    # Of a round that an earlier release began: now the person is asked then, too.
    "colleague_is_there": pgettext("not asked", "a colleague was in the chat"),
    "frozen": pgettext("not asked", "the duress word was written"),
    "no_chat": pgettext("not asked", "the chat is not known"),
    "away": pgettext("not asked", "the bot was not running"),
    "blocked": pgettext("not asked", "the person has blocked the bot"),
    "lost": pgettext("not asked", "the question did not arrive"),
}
"""Why no question was sent, or arrived."""
# Translators: follows the alert that a person did not answer; {why} is one of the above.
NOT_ASKED = _("We did not ask: {why}.")
PLANS = {
    "nothing": pgettext("plan", "only look at it"),
    "call": pgettext("plan", "call a number"),
    "tell": pgettext("plan", "tell an organisation"),
    "place": pgettext("plan", "a place needs help"),
}
"""The kinds of things a person wants done when their word does not come."""
# Translators: {hour} e.g. 21:00; {plan} e.g. call a number; {next} e.g. 2026-11-27 21:00
DAILY = _("Agreed hour: every day at {hour}. Without the right word: {plan}. Next: {next}.")
ONCE = _("Agreed hour: once, at {hour}. Without the right word: {plan}. Then: {next}.")


def check_in_line(it: CheckIn, words: Catalogue, zone: ZoneInfo) -> str:
    """Return a check-in as one line: what is agreed on, the question, and the right word."""
    plan = PLANS[it.plan].render(words) if it.plan in PLANS else it.plan
    next_at = _local_datetime(it.due_at, zone).strftime("%Y-%m-%d %H:%M")
    values = {"hour": f"{it.hour:02}:00", "plan": plan, "next": next_at}
    lines = [(DAILY if it.is_daily else ONCE).render(words, values)]
    if it.why:
        why = NOT_ASKED_REASONS.get(it.why, NOT_ASKED_REASONS["lost"])
        lines.append(NOT_ASKED.render(words, {"why": why.render(words)}))
    elif it.asked_at:
        lines.append(QUESTION_AT.render(words, {"time": time_text(it.asked_at, zone)}))
    if it.right_at > it.due_at - DAY:
        lines.append(ANSWERED_IN_TIME.render(words, {"time": time_text(it.right_at, zone)}))
    return " ".join(lines)


def check_in_json(it: CheckIn, zone: ZoneInfo) -> dict[str, object]:
    """Return a check-in as JSON."""
    agreed_at, next_at = (_local_datetime(at, zone).isoformat() for at in (it.agreed_at, it.due_at))
    return {
        "hour": it.hour, "daily": it.is_daily, "plan": it.plan, "agreed_at": agreed_at,
        "next_at": next_at, "not_asked": it.why or None,
        "right_word_at": _local_datetime(it.right_at, zone).isoformat() if it.right_at else None,
    }  # fmt: skip


def time_text(moment: int, zone: ZoneInfo) -> str:
    """Return the local time of a moment."""
    return _local_datetime(moment, zone).strftime("%H:%M")


def _local_datetime(moment: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, zone)
