"""What python-telegram-bot reads in an update, said as ours: the judge of our own reading."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import telegram

from bot.messages import File, Replied, Update, UpdateKind
from bot.text import quote_digest


def parse_with_library(what: dict[str, Any]) -> Update:
    """Say with the library's objects what we should have read."""
    theirs = telegram.Update.de_json(copy.deepcopy(what), None)
    if theirs.message or theirs.edited_message:
        return _message(theirs)
    if theirs.callback_query:
        return _press(theirs.update_id, theirs.callback_query)
    if theirs.my_chat_member:
        return _membership(theirs.update_id, theirs.my_chat_member)
    if theirs.message_reaction:
        return _reaction(theirs.update_id, theirs.message_reaction)
    names = [kind.value for kind in telegram.Update.ALL_TYPES if getattr(theirs, kind.value)]
    names += theirs.api_kwargs
    return Update(theirs.update_id, UpdateKind.IGNORED, detail=names[0])


def _person(user: telegram.User) -> dict[str, str]:
    return {
        "name": user.full_name,
        "username": user.username or "",
        "language": user.language_code or "",
    }


def _seconds(date: Any) -> int:
    return int(date.timestamp()) if date else 0


def _message(theirs: telegram.Update) -> Update:
    said_now = theirs.message or theirs.edited_message
    assert said_now
    number = theirs.update_id
    user = said_now.from_user
    if said_now.chat.type != "private":
        return Update(number, UpdateKind.GROUP, chat=said_now.chat.id)
    if user is None:
        return Update(number, UpdateKind.IGNORED, detail="no_sender")
    for note, is_so in (
        ("bot", user.is_bot),
        ("service_account", user.id == 777000),
        ("sender_chat", said_now.sender_chat is not None),
        ("business", said_now.business_connection_id or said_now.sender_business_bot),
    ):
        if is_so:
            return Update(number, UpdateKind.IGNORED, detail=note)
    kind, words, files = _content(said_now)
    place = said_now.venue.location if said_now.venue else said_now.location
    if kind is None:
        pytest.fail("the samples hold only contents we accept here")
    return Update(
        number,
        kind if theirs.message else UpdateKind.EDIT,
        chat=said_now.chat_id,
        message=said_now.message_id,
        text=words,
        sent_at=_seconds(said_now.edit_date) or _seconds(said_now.date),
        files=files,
        album=said_now.media_group_id or "",
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        forwarded_from=_origin(said_now.forward_origin),
        detail=_note(said_now),
        replied=_replied(said_now),
        **_person(user),
    )


def _replied(said_now: telegram.Message) -> Replied | None:
    reply, quote = said_now.reply_to_message, said_now.quote
    if reply is None or reply.chat_id != said_now.chat_id:
        return None
    is_of_bot = bool(reply.from_user and reply.from_user.is_bot)
    return Replied(
        reply.message_id,
        is_of_bot=is_of_bot,
        text=(reply.text or reply.caption or "") if is_of_bot else "",
        sent_at=_seconds(reply.date),
        part=(quote.position, len(quote.text.encode("utf-16-le", "surrogatepass")) // 2)
        if quote
        else None,
        part_digest=quote_digest(quote.text) if quote else -1,
    )


def _note(said_now: telegram.Message) -> str:
    if said_now.location and not said_now.venue:
        if said_now.location._live_period:
            return "live_location"
        return "live_location_stopped" if said_now.edit_date else ""
    return ""


def _content(  # noqa: PLR0911 - a list of cases
    said_now: telegram.Message,
) -> tuple[UpdateKind | None, str, tuple[File, ...]]:
    attached = said_now.venue or said_now.effective_attachment  # a venue comes with its location
    if said_now.text is not None:
        return UpdateKind.TEXT, _quoted(said_now) + said_now.text, ()
    if isinstance(attached, telegram.Venue):
        return UpdateKind.LOCATION, f"{attached.title}\n{attached.address}", ()
    if isinstance(attached, telegram.Location):
        return UpdateKind.LOCATION, "", ()
    if isinstance(attached, telegram.Contact):
        parts = (attached.first_name, attached.last_name, attached.phone_number)
        return UpdateKind.CONTACT, " ".join(part for part in parts if part), ()
    caption = said_now.caption or ""
    if said_now.photo:
        best = max(said_now.photo, key=lambda size: size.width * size.height)
        return UpdateKind.FILES, caption, (_file("photo", best),)
    if isinstance(attached, telegram.Sticker):
        return UpdateKind.FILES, attached.emoji or "", (_file("sticker", attached),)
    for name in ("animation", "video", "video_note", "voice", "audio", "document"):
        if (medium := getattr(said_now, name)) is not None:
            return UpdateKind.FILES, caption, (_file(name, medium),)
    return None, "", ()


def _file(kind: str, medium: Any) -> File:
    return File(
        medium.file_id,
        medium.file_unique_id,
        kind,
        medium.file_size or 0,
        getattr(medium, "file_name", None) or medium.api_kwargs.get("file_name", ""),
        getattr(medium, "mime_type", None) or medium.api_kwargs.get("mime_type", ""),
    )


def _quoted(said_now: telegram.Message) -> str:
    if not said_now.external_reply:
        return ""
    name = _origin(said_now.external_reply.origin)
    said = ": ".join(filter(None, (name, said_now.quote.text if said_now.quote else "")))
    return "".join(f"> {line}\n" for line in said.splitlines())


def _origin(origin: telegram.MessageOrigin | None) -> str:
    if isinstance(origin, telegram.MessageOriginUser):
        user = origin.sender_user
        return " ".join(filter(None, (user.full_name, user.name if user.username else None)))
    if isinstance(origin, telegram.MessageOriginHiddenUser):
        return origin.sender_user_name
    if isinstance(origin, (telegram.MessageOriginChat, telegram.MessageOriginChannel)):
        chat = origin.sender_chat if isinstance(origin, telegram.MessageOriginChat) else origin.chat
        link = f"@{chat.username}" if chat.username else None
        return " ".join(filter(None, (chat.title, link, origin.author_signature)))
    return ""


def _press(number: int, query: telegram.CallbackQuery) -> Update:
    on = query.message
    if on and on.chat.type != "private":
        return Update(number, UpdateKind.GROUP, chat=on.chat.id)
    if query.from_user.is_bot:
        return Update(number, UpdateKind.IGNORED, detail="bot")
    if query.inline_message_id or query.data is None:
        return Update(number, UpdateKind.IGNORED, detail="foreign_press")
    return Update(
        number,
        UpdateKind.PRESS,
        chat=on.chat.id if on else query.from_user.id,
        message=on.message_id if on else 0,
        text=query.data,
        press=query.id,
        **_person(query.from_user),
    )


def _membership(number: int, change: telegram.ChatMemberUpdated) -> Update:
    now = change.new_chat_member
    if change.chat.type != "private":
        is_in = now.status in {"creator", "administrator", "member"} or (
            isinstance(now, telegram.ChatMemberRestricted) and now.is_member
        )
        if is_in:
            return Update(number, UpdateKind.GROUP, chat=change.chat.id)
    elif now.status in {"kicked", "member"} and not change.from_user.is_bot:
        kind = UpdateKind.BLOCKED if now.status == "kicked" else UpdateKind.UNBLOCKED
        date = _seconds(change.date)
        person = _person(change.from_user)
        return Update(number, kind, chat=change.chat.id, sent_at=date, **person)
    return Update(number, UpdateKind.IGNORED, detail="my_chat_member")


def _reaction(number: int, reaction: telegram.MessageReactionUpdated) -> Update:
    if reaction.chat.type != "private":
        return Update(number, UpdateKind.GROUP, chat=reaction.chat.id)
    if reaction.user is None:
        return Update(number, UpdateKind.IGNORED, detail="message_reaction")
    return Update(
        number,
        UpdateKind.IGNORED,
        chat=reaction.chat.id,
        message=reaction.message_id,
        text="".join(getattr(kind, "emoji", "") for kind in reaction.new_reaction),
        sent_at=_seconds(reaction.date),
        detail="message_reaction",
        **_person(reaction.user),
    )
