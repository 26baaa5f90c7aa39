"""What people do on their phones and in groups, as the bot hears of it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.sandbox import BOT_ID, sample_updates
from bot.sandbox.limits import utf16_length
from bot.sandbox.sample_updates import sample_png

if TYPE_CHECKING:
    from bot.sandbox import Phone, Sandbox

NOW = 1_795_000_000


def check_with_aiogram(update: dict[str, Any]) -> None:
    import aiogram.types  # noqa: PLC0415 - it takes five seconds, and every worker imports this file

    aiogram.types.Update.model_validate(update)


def heard(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return every update that waits, each understood by both libraries."""
    updates = sandbox.updates.pending()
    for update in updates:
        check_with_aiogram(update)
        telegram.Update.de_json(copy.deepcopy(update), None)
    return updates


def test_words_carry_who_and_in_which_language(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("halo")
    sandbox.add_phone("Nobody", language="").say("hello")
    first, second = (update["message"]["from"] for update in heard(sandbox))
    assert (first["id"], first["language_code"]) == (indonesian_person.id, "id")
    assert "language_code" not in second


def test_commands_are_marked_in_utf16_units(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("🙂 /start abc and/or /help@haven_sandbox_bot")
    entities = heard(sandbox)[0]["message"]["entities"]
    assert [(e["offset"], e["length"]) for e in entities] == [(3, 6), (21, 23)]


@pytest.mark.parametrize("text", ["x" * 9000, "🙂" * 5000, "x" + "🙂" * 4000])
def test_an_app_cuts_what_is_too_long(
    sandbox: Sandbox, indonesian_person: Phone, text: str
) -> None:
    indonesian_person.say(text)
    pieces = [update["message"]["text"] for update in heard(sandbox)]
    assert "".join(pieces) == text
    assert all(utf16_length(piece) <= 4096 for piece in pieces)


def test_a_lone_surrogate_travels_as_its_escape(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.say("before \ud83d after")
    (update,) = sandbox.updates.take_batch(0)
    assert rb"\ud83d" in update.raw


def test_an_edit_tells_the_new_words(sandbox: Sandbox, indonesian_person: Phone) -> None:
    message = indonesian_person.say("pasport")
    indonesian_person.edit(message["message_id"], "passport")
    first, second = heard(sandbox)
    assert first["message"]["text"] == "pasport"
    assert second["edited_message"]["text"] == "passport"


def test_a_deletion_tells_the_bot_nothing(sandbox: Sandbox, indonesian_person: Phone) -> None:
    message = indonesian_person.say("gone")
    indonesian_person.delete(message["message_id"])
    assert len(heard(sandbox)) == 1
    assert indonesian_person.messages() == []


def test_an_album_shares_one_group(sandbox: Sandbox, indonesian_person: Phone) -> None:
    indonesian_person.send_album([sample_png(1), sample_png(2), sample_png(3)], caption="three")
    messages = [update["message"] for update in heard(sandbox)]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three", None, None]


def test_places_contacts_and_forwarded_words_arrive(
    sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.send_location(25.04, 121.53)
    indonesian_person.send_contact("+886900000000", "Captain")
    indonesian_person.forward("good job abroad")
    place, contact, forwarded = (update["message"] for update in heard(sandbox))
    assert place["location"]["latitude"] == 25.04
    assert contact["contact"]["first_name"] == "Captain"
    assert forwarded["forward_origin"]["type"] == "hidden_user"


def test_a_forged_press_arrives_as_any_other(sandbox: Sandbox, indonesian_person: Phone) -> None:
    message = indonesian_person.say("/start")
    indonesian_person.press(message["message_id"], data="v9.forged")
    assert heard(sandbox)[-1]["callback_query"]["data"] == "v9.forged"


@pytest.mark.parametrize("why", ["deleted", "old"])
def test_a_press_under_a_message_that_is_gone_or_old_shows_none(
    sandbox: Sandbox, indonesian_person: Phone, why: str
) -> None:
    message = indonesian_person.say("/start")
    if why == "deleted":
        indonesian_person.delete(message["message_id"])
    else:
        sandbox.jump(48 * 60 * 60 + 1)
    indonesian_person.press(message["message_id"], data="x")
    shown = sandbox.updates.pending()[-1]["callback_query"]["message"]
    assert (shown["message_id"], shown["date"]) == (message["message_id"], 0)
    assert "text" not in shown


def test_a_button_that_is_not_there_cannot_be_pressed(indonesian_person: Phone) -> None:
    message = indonesian_person.say("/start")
    with pytest.raises(LookupError, match="no such button"):
        indonesian_person.press(message["message_id"], label="Ya")
    with pytest.raises(LookupError, match="has said nothing"):
        indonesian_person.press()


# Groups


async def test_a_group_the_bot_leaves_hears_nothing_more(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    group = sandbox.add_group("Dock 7")
    group.add_bot(indonesian_person)
    told, joined = await bot.get_updates()
    assert told.my_chat_member.new_chat_member.status == "member"
    assert joined.message.new_chat_members[0].id == BOT_ID
    assert await bot.leave_chat(group.id)
    group.say(indonesian_person, "/help")
    assert len(await bot.get_updates(offset=joined.update_id + 1)) == 0
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(group.id, "hello?")


async def test_in_a_group_the_bot_hears_commands_unless_it_is_an_administrator(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    group = sandbox.add_group(supergroup=True)
    group.add_bot(indonesian_person)
    group.say(indonesian_person, "not for you")
    group.say(indonesian_person, "/help")
    group.add_bot(indonesian_person, "administrator")
    group.say(indonesian_person, "now for you")
    texts = [u.message.text for u in await bot.get_updates() if u.message and u.message.text]
    assert texts == ["/help", "now for you"]


async def test_a_group_that_became_a_supergroup_names_its_new_id(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    group = sandbox.add_group()
    group.add_bot(indonesian_person)
    new = group.upgrade(indonesian_person)
    with pytest.raises(ChatMigrated) as told:
        await bot.send_message(group.id, "hello")
    assert told.value.new_chat_id == new.id
    assert (await bot.send_message(new.id, "hello")).chat.type == "supergroup"
    away, here = (await bot.get_updates())[-2:]
    assert away.message.migrate_to_chat_id == new.id
    assert here.message.migrate_from_chat_id == group.id


async def test_who_is_in_a_group_can_be_asked(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    kit = sandbox.add_phone("Kit")
    group = sandbox.add_group(forum=True)
    group.add_member(indonesian_person, "creator")
    group.add_member(kit)
    group.add_bot(indonesian_person, "administrator")
    staff = await bot.get_chat_administrators(group.id)
    assert {member.user.id for member in staff} == {indonesian_person.id, BOT_ID}
    assert await bot.get_chat_member_count(group.id) == 3
    group.remove_member(kit)
    assert (await bot.get_chat_member(group.id, kit.id)).status == "left"
    with pytest.raises(BadRequest, match=r"^Member not found$"):
        await bot.get_chat_member(group.id, 4711)
    group.kick_bot(indonesian_person)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.get_chat(group.id)


async def test_a_topic_lives_closes_and_takes_its_messages_along(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    group = sandbox.add_group(forum=True)
    group.add_bot(indonesian_person, "administrator")
    topic = await bot.create_forum_topic(group.id, "K7-1204")
    thread = topic.message_thread_id
    sent = await bot.send_message(group.id, "notes", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)
    group.say(indonesian_person, "an answer", thread=thread)
    await bot.edit_forum_topic(group.id, thread, "K7-1204 closed")
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(group.id, thread, "K7-1204 closed")
    await bot.close_forum_topic(group.id, thread)
    await bot.reopen_forum_topic(group.id, thread)
    await bot.send_message(group.id, "in General", message_thread_id=1)
    sandbox.jump(72 * 60 * 60)
    await bot.delete_forum_topic(group.id, thread)
    assert group.messages(thread) == []
    assert group.messages()[-1]["text"] == "in General"
    with pytest.raises(BadRequest, match=r"^Message thread not found$"):
        await bot.send_message(group.id, "too late", message_thread_id=thread)
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_ID_INVALID"):
        await bot.delete_forum_topic(group.id, thread)


async def test_topics_need_a_forum_and_the_right(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    forum = sandbox.add_group(forum=True)
    forum.add_bot(indonesian_person)
    with pytest.raises(BadRequest, match=r"(?i)not enough rights"):
        await bot.create_forum_topic(forum.id, "x")
    forum.add_bot(indonesian_person, "administrator")
    forum.set_forum(on=False)
    for chat in (forum.id, indonesian_person.id):
        with pytest.raises(BadRequest, match=r"(?i)the chat is not a forum"):
            await bot.create_forum_topic(chat, "x")


async def test_a_private_chat_has_topics_when_the_bot_has(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    sandbox.world.has_private_topics = True
    indonesian_person.say("/start")
    topic = await bot.create_forum_topic(indonesian_person.id, "one talk")
    await bot.send_message(indonesian_person.id, "in it", message_thread_id=topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)only for supergroups"):
        await bot.close_forum_topic(indonesian_person.id, topic.message_thread_id)
    await bot.delete_forum_topic(indonesian_person.id, topic.message_thread_id)
    assert indonesian_person.bot_texts() == []


# Odd updates


def odd(sandbox: Sandbox, of: str) -> dict[str, Any]:
    return sample_updates.all_samples(sandbox.first_phone(), NOW)[of]


@pytest.mark.parametrize("of", ["kinds", "contents", "variants"])
def test_every_odd_update_is_one_both_libraries_know(sandbox: Sandbox, of: str) -> None:
    for name, update in odd(sandbox, of).items():
        whole = {"update_id": 1, **update}
        check_with_aiogram(copy.deepcopy(whole))
        parsed = telegram.Update.de_json(copy.deepcopy(whole), None)
        assert not parsed.api_kwargs, name
        assert getattr(parsed, next(iter(update))) is not None, name


def test_there_is_an_odd_update_of_every_kind(sandbox: Sandbox) -> None:
    assert set(odd(sandbox, "kinds")) == set(telegram.Update.ALL_TYPES)


async def test_a_broken_update_stops_a_library_that_reads_whole_batches(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    sandbox.updates.inject(odd(sandbox, "broken")["no date"])
    indonesian_person.say("good")
    with pytest.raises(KeyError):
        await bot.get_updates()


def test_every_broken_update_can_be_queued_and_confirmed(sandbox: Sandbox) -> None:
    for update in odd(sandbox, "broken").values():
        sandbox.updates.inject(update)
    batch = sandbox.updates.take_batch(0)
    assert len(batch) == len(odd(sandbox, "broken"))
    assert sandbox.updates.take_batch(batch[-1].update_id + 1) == []
