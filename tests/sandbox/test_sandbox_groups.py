"""A group of caseworkers through the control API: topics, answers, reactions, every file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.sample_updates import sample_png

if TYPE_CHECKING:
    import httpx
    import telegram

    from bot.sandbox import Phone, Sandbox, SandboxGroup

LONG = "word " * 2000


@pytest.fixture
def mei(sandbox: Sandbox) -> Phone:
    return sandbox.add_colleague("Mei")


@pytest.fixture
def group(sandbox: Sandbox, mei: Phone) -> SandboxGroup:
    group = sandbox.add_group("Night shift", forum=True)
    group.add_member(mei)
    group.add_bot(mei, "administrator")
    sandbox.updates.clear()
    return group


def newest(sandbox: Sandbox) -> dict[str, Any]:
    """Return the update that came last, without its number."""
    update = dict(sandbox.updates.pending()[-1])
    del update["update_id"]
    return update


async def test_a_colleague_has_no_phone_on_the_page(
    sandbox: Sandbox, mei: Phone, group: SandboxGroup
) -> None:
    state = sandbox.state()
    assert state["phones"] == []
    assert [it["id"] for it in state["groups"]] == [group.id]
    assert state["groups"][0]["members"] == [{"id": mei.id, "name": "Mei"}]
    assert sandbox.find_account(mei.id) is mei
    assert sandbox.find_account(1) is None


async def test_a_colleague_writes_in_a_topic_and_replies(
    bot: telegram.Bot,
    sandbox: Sandbox,
    mei: Phone,
    group: SandboxGroup,
    control_api: httpx.AsyncClient,
) -> None:
    thread = (await bot.create_forum_topic(group.id, "K7")).message_thread_id
    said = await bot.send_message(group.id, "words", message_thread_id=thread)
    asked = {"as": mei.id, "text": "/say yes", "thread": thread, "reply_to": said.message_id}
    answer = (await control_api.post(f"groups/{group.id}/text", json=asked)).json()
    assert answer["reply_to_message"]["message_id"] == said.message_id
    message = newest(sandbox)["message"]
    assert (message["message_thread_id"], message["from"]["id"]) == (thread, mei.id)
    assert message["entities"][0]["type"] == "bot_command"
    plain = {"as": mei.id, "text": "a note", "thread": thread}
    root = (await control_api.post(f"groups/{group.id}/text", json=plain)).json()[
        "reply_to_message"
    ]
    assert root["message_id"] == thread


async def test_a_long_message_goes_in_pieces_of_which_only_the_first_answers(
    bot: telegram.Bot, sandbox: Sandbox, mei: Phone, group: SandboxGroup
) -> None:
    thread = (await bot.create_forum_topic(group.id, "K7")).message_thread_id
    said = await bot.send_message(group.id, "words", message_thread_id=thread)
    group.say(mei, LONG, thread=thread, reply_to=said.message_id)
    pieces = [it["message"] for it in sandbox.updates.pending()]
    assert "".join(it["text"] for it in pieces) == LONG
    answered = [it["reply_to_message"]["message_id"] for it in pieces]
    assert answered == [said.message_id] + [thread] * (len(pieces) - 1)


async def test_presses_and_edits_carry_their_author(
    bot: telegram.Bot,
    sandbox: Sandbox,
    mei: Phone,
    group: SandboxGroup,
    control_api: httpx.AsyncClient,
) -> None:
    thread = (await bot.create_forum_topic(group.id, "K7")).message_thread_id
    said = group.say(mei, "first", thread=thread)
    edit = {"as": mei.id, "message_id": said["message_id"], "text": "second"}
    await control_api.post(f"groups/{group.id}/edit", json=edit)
    assert newest(sandbox)["edited_message"]["text"] == "second"
    ours = await bot.send_message(group.id, "ours", message_thread_id=thread)
    stolen = {**edit, "message_id": ours.message_id}
    assert (await control_api.post(f"groups/{group.id}/edit", json=stolen)).status_code == 400
    press = {"as": mei.id, "message_id": ours.message_id, "data": "x"}
    await control_api.post(f"groups/{group.id}/press", json=press)
    query = newest(sandbox)["callback_query"]
    assert (query["from"]["id"], query["message"]["message_thread_id"]) == (mei.id, thread)


async def test_topics_closed_and_deleted_by_hand_are_so_for_the_bot(
    bot: telegram.Bot,
    sandbox: Sandbox,
    mei: Phone,
    group: SandboxGroup,
    control_api: httpx.AsyncClient,
) -> None:
    thread = (await bot.create_forum_topic(group.id, "K7")).message_thread_id
    with sandbox.events.subscribe() as heard:
        await control_api.post(f"groups/{group.id}/close", json={"as": mei.id, "thread": thread})
        assert (await heard.get()).kind == "topics"
    assert "forum_topic_closed" in newest(sandbox)["message"]
    assert group.state()["topics"][0]["is_closed"]
    await control_api.post(f"groups/{group.id}/reopen", json={"as": mei.id, "thread": thread})
    assert not group.state()["topics"][0]["is_closed"]
    await control_api.post(f"groups/{group.id}/delete", json={"as": mei.id, "thread": thread})
    assert group.messages(thread) == []
    assert group.state()["topics"] == []
    missing = {"as": mei.id, "thread": thread}
    assert (await control_api.post(f"groups/{group.id}/delete", json=missing)).status_code == 400


async def test_the_bot_is_thrown_out_and_let_in_again(
    sandbox: Sandbox, mei: Phone, group: SandboxGroup, control_api: httpx.AsyncClient
) -> None:
    await control_api.post(f"groups/{group.id}/kick", json={"as": mei.id})
    assert newest(sandbox)["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert group.state()["bot"] == "kicked"
    await control_api.post(f"groups/{group.id}/add_bot", json={"as": mei.id})
    assert group.state()["bot"] == "administrator"


@pytest.mark.parametrize("path", ["groups/1/text", "groups/x/text", "groups/{id}/nonsense"])
async def test_what_is_not_there_cannot_be_worked_in(
    mei: Phone, group: SandboxGroup, control_api: httpx.AsyncClient, path: str
) -> None:
    asked = {"as": mei.id, "text": "x"}
    assert (await control_api.post(path.format(id=group.id), json=asked)).status_code == 404
    nobody = {"as": 4711, "text": "x"}
    assert (await control_api.post(f"groups/{group.id}/text", json=nobody)).status_code == 404


async def test_a_reaction_of_the_bot_is_seen_and_taken_back(
    bot: telegram.Bot, mei: Phone, group: SandboxGroup
) -> None:
    number = group.say(mei, "hello")["message_id"]
    await bot.set_message_reaction(group.id, number, "\U0001f44d")
    assert group.state()["signs"] == {str(number): "\U0001f44d"}
    await bot.set_message_reaction(group.id, number, None)
    assert group.state()["signs"] == {}


async def test_files_are_passed_on_by_their_handle_pictures_veiled(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone, group: SandboxGroup
) -> None:
    thread = (await bot.create_forum_topic(group.id, "K7")).message_thread_id
    photo = indonesian_person.send_photo(sample_png())["photo"][-1]["file_id"]
    shown = await bot.send_photo(group.id, photo, message_thread_id=thread, has_spoiler=True)
    assert shown.has_media_spoiler
    for kind in ("video", "animation", "audio", "voice", "document", "video_note", "sticker"):
        handle = sandbox.world.files.store(kind, b"bytes").file_id
        await getattr(bot, f"send_{kind}")(group.id, handle, message_thread_id=thread)
        assert kind in group.messages(thread)[-1]


async def test_a_group_can_have_a_number_of_its_own(sandbox: Sandbox) -> None:
    assert sandbox.add_group("Other", forum=True, chat_id=-100_777).id == -100_777
