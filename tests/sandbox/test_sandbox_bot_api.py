"""What the Bot API takes and how it refuses, through python-telegram-bot's own client."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from bot.sandbox import BOT_ID, TOKEN, Sandbox
from bot.sandbox.call_log import ApiCall
from bot.sandbox.methods import METHODS
from bot.sandbox.wire import BotApiError, encode
from tests.support.telegram.bot_api_oracle import methods

if TYPE_CHECKING:
    from bot.sandbox import Phone

HOURS = 60 * 60
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("1 Ya", callback_data="yes")]])


async def test_the_bot_knows_itself(bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (BOT_ID, True, "haven_sandbox_bot")


@pytest.mark.parametrize(
    ("token", "code", "description"),
    [("1:another", 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
)
async def test_a_wrong_token_gets_nothing(
    base: str, token: str, code: int, description: str
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{base}/bot{token}/getMe")
    assert answer.json() == {"ok": False, "error_code": code, "description": description}
    assert answer.status_code == code


async def test_an_unknown_method_is_named(raw: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await raw.get("sendTelepathy")
    assert answer.status_code == 404
    assert answer.json()["description"] == "Not Found: method sendTelepathy not found"
    assert sandbox.calls.complaints == ["sendTelepathy: no such method"]
    sandbox.calls.complaints.clear()


async def test_a_method_we_do_not_answer_says_so(raw: httpx.AsyncClient) -> None:
    answer = await raw.post("sendDice", json={"chat_id": 1})
    assert answer.status_code == 501
    assert answer.json()["description"] == "Not Implemented: the sandbox does not answer sendDice"


@pytest.mark.parametrize("how", ["query", "json", "data", "files"])
async def test_parameters_may_come_in_every_way_the_api_reads(
    raw: httpx.AsyncClient, indonesian_person: Phone, how: str
) -> None:
    indonesian_person.say("/start")
    params = {"chat_id": str(indonesian_person.id), "text": "สวัสดี & <b>"}
    if how == "query":
        answer = await raw.get("SENDMESSAGE", params=params)
    elif how == "files":
        answer = await raw.post("sendMessage", files={k: (None, v) for k, v in params.items()})
    else:
        answer = await raw.request("POST", "sendMessage", **{how: params})
    assert answer.json()["result"]["text"] == "สวัสดี & <b>"
    assert indonesian_person.bot_texts() == ["สวัสดี & <b>"]


async def test_what_the_bot_says_appears_on_the_phone(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sent = await bot.send_message(
        indonesian_person.id, "Halo 🙂", reply_markup=KEYS, protect_content=True
    )
    assert indonesian_person.bot_texts() == ["Halo 🙂"]
    assert indonesian_person.button_labels() == ["1 Ya"]
    assert sent.has_protected_content
    assert sent.message_id == indonesian_person.last_bot_message()["message_id"]
    assert sent.chat.id == indonesian_person.id


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("x" * 4097, "Message is too long"),
        ("🙂" * 2049, "Message is too long"),
    ],
)
async def test_a_text_telegram_would_not_take_is_refused(
    bot: telegram.Bot, indonesian_person: Phone, text: str, refusal: str
) -> None:
    indonesian_person.say("/start")
    with pytest.raises(BadRequest, match=f"^{refusal}$"):
        await bot.send_message(indonesian_person.id, text)
    assert indonesian_person.bot_texts() == []


@pytest.mark.parametrize("text", ["x" * 4096, "🙂" * 2048, "ก" * 4096])
async def test_4096_units_are_one_message(
    bot: telegram.Bot, indonesian_person: Phone, text: str
) -> None:
    indonesian_person.say("/start")
    assert (await bot.send_message(indonesian_person.id, text)).text == text


async def test_a_lone_surrogate_is_no_text(
    raw: httpx.AsyncClient, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    body = b'{"chat_id":%d,"text":"\\ud83d"}' % indonesian_person.id
    answer = await raw.post(
        "sendMessage", content=body, headers={"content-type": "application/json"}
    )
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_a_body_that_is_no_json_is_refused(raw: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    for body in (b"{", b"[]"):
        answer = await raw.post("sendMessage", content=body, headers=headers)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        ({"inline_keyboard": [[{"text": "x", "callback_data": "é" * 33}]]}, "BUTTON_DATA_INVALID"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]},
            "inline keyboard button text must be non-empty",
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        ({"inline_keyboard": [{}]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [[{"text": "x", "url": "no"}]]}, "BUTTON_URL_INVALID"),
        (
            {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101},
            "REPLY_MARKUP_TOO_LONG",
        ),
        (
            {"keyboard": [[7]]},
            "can't parse keyboard button: KeyboardButton must be a String or an Object",
        ),
        ([], "object expected as reply markup"),
    ],
)
async def test_a_keyboard_telegram_would_not_take_is_refused(
    raw: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone, markup: Any, refusal: str
) -> None:
    indonesian_person.say("/start")
    answer = await raw.post(
        "sendMessage", json={"chat_id": indonesian_person.id, "text": "x", "reply_markup": markup}
    )
    assert answer.json()["description"] == f"Bad Request: {refusal}"
    sandbox.calls.complaints.clear()


async def test_64_bytes_stand_on_a_button(bot: telegram.Bot, indonesian_person: Phone) -> None:
    indonesian_person.say("/start")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 32)]])
    await bot.send_message(indonesian_person.id, "x", reply_markup=keys)
    indonesian_person.press()
    assert (await bot.get_updates())[-1].callback_query.data == "é" * 32


@pytest.mark.parametrize(
    ("mode", "text", "reason"),
    [
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "a < b", 'Unsupported start tag "" at byte offset 2'),
        ("HTML", "<marquee>x</marquee>", 'Unsupported start tag "marquee" at byte offset 0'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        (
            "HTML",
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("MarkdownV2", "1. x", "Character '.' is reserved and must be escaped"),
        ("MarkdownV2", "*x", "Can't find end of Bold entity at byte offset 0"),
    ],
)
async def test_text_that_is_badly_marked_up_is_refused(
    raw: httpx.AsyncClient, indonesian_person: Phone, mode: str, text: str, reason: str
) -> None:
    indonesian_person.say("/start")
    asked = {"chat_id": indonesian_person.id, "text": text, "parse_mode": mode}
    answer = (await raw.post("sendMessage", json=asked)).json()
    assert answer["description"].startswith(f"Bad Request: can't parse entities: {reason}")


async def test_markup_becomes_entities(bot: telegram.Bot, indonesian_person: Phone) -> None:
    indonesian_person.say("/start")
    html = 'ก🙂 <b>a &lt;<i>b</i></b> <a href="https://e.org/?a=1&amp;b=2">c</a>'
    message = await bot.send_message(indonesian_person.id, html, parse_mode="HTML")
    assert message.text == "ก🙂 a <b c"
    found = {e.type: (e.offset, e.length, e.url) for e in message.entities}
    assert found == {
        "bold": (4, 4, None),
        "italic": (7, 1, None),
        "text_link": (9, 1, "https://e.org/?a=1&b=2"),
    }
    marked = await bot.send_message(
        indonesian_person.id, r"*a _b_* `1.` \.", parse_mode="MarkdownV2"
    )
    assert marked.text == "a b 1. ."
    assert [e.type for e in marked.entities] == ["bold", "italic", "code"]


async def test_text_without_a_parse_mode_is_never_interpreted(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    assert (await bot.send_message(indonesian_person.id, "<b>&amp; *x")).text == "<b>&amp; *x"


async def test_who_never_wrote_cannot_be_written_to(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    for chat in (indonesian_person.id, 42):
        with pytest.raises(BadRequest, match=r"^Chat not found$"):
            await bot.send_message(chat, "hello?")


async def test_who_blocked_the_bot_gets_nothing_until_they_write(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    indonesian_person.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(indonesian_person.id, "hello?")
    told = (await bot.get_updates())[-1].my_chat_member
    assert (told.old_chat_member.status, told.new_chat_member.status) == ("member", "kicked")
    indonesian_person.say("I am back")
    told = (await bot.get_updates())[-2].my_chat_member
    assert (told.old_chat_member.status, told.new_chat_member.status) == ("kicked", "member")
    assert await bot.send_message(indonesian_person.id, "hello")


async def test_a_deleted_account_is_deactivated(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    indonesian_person.delete_account()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(indonesian_person.id, "hello?")


async def test_a_message_can_be_put_in_other_words(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    sent = await bot.send_message(indonesian_person.id, "one", reply_markup=KEYS)
    edited = await sent.edit_text("two")
    assert indonesian_person.bot_texts() == ["two"]
    assert (edited.reply_markup, edited.edit_date is None) == (None, False)
    await sent.edit_reply_markup(KEYS)
    assert indonesian_person.button_labels() == ["1 Ya"]
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message"):
        await sent.edit_text("two", reply_markup=KEYS)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(KEYS)


async def test_only_own_messages_that_exist_can_be_edited(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    own = indonesian_person.say("mine")
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await bot.edit_message_text("x", indonesian_person.id, own["message_id"])
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await bot.edit_message_text("x", indonesian_person.id, 4711)


async def test_both_sides_of_a_private_chat_can_be_deleted_for_48_hours(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    mine = indonesian_person.say("mine")
    ours = await bot.send_message(indonesian_person.id, "ours")
    sandbox.jump(48 * HOURS - 1)
    await bot.delete_message(indonesian_person.id, mine["message_id"])
    await ours.delete()
    assert indonesian_person.messages() == []
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await ours.delete()


async def test_after_48_hours_a_message_stays_for_ever(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    mine = indonesian_person.say("mine")
    ours = await bot.send_message(indonesian_person.id, "ours")
    sandbox.jump(48 * HOURS)
    for number in (mine["message_id"], ours.message_id):
        with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
            await bot.delete_message(indonesian_person.id, number)


async def test_many_are_deleted_at_once_and_missing_ones_skipped(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    old = indonesian_person.say("old")["message_id"]
    sandbox.jump(48 * HOURS)
    fresh = [indonesian_person.say(str(number))["message_id"] for number in range(100)]
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_messages(indonesian_person.id, [old, *fresh[:50]])
    assert len(indonesian_person.messages()) == 101
    assert await bot.delete_messages(indonesian_person.id, [*fresh[:99], 999_999])
    assert len(indonesian_person.messages()) == 2
    with pytest.raises(BadRequest, match=r"^Too many message identifiers specified$"):
        await bot.delete_messages(indonesian_person.id, list(range(1, 102)))


async def test_a_press_is_answered_once_and_in_time(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    message = await bot.send_message(indonesian_person.id, "?", reply_markup=KEYS)
    query = indonesian_person.press(label="1 Ya")
    heard = (await bot.get_updates())[-1].callback_query
    assert (heard.id, heard.data, heard.message) == (query, "yes", message)
    await heard.answer("Terima kasih")
    assert [toast["text"] for toast in indonesian_person.toasts] == ["Terima kasih"]
    late = indonesian_person.press()
    sandbox.jump(151)
    for stale in (query, late, "17"):
        with pytest.raises(BadRequest, match=r"^Query is too old and response timeout expired"):
            await bot.answer_callback_query(stale)
    with pytest.raises(BadRequest, match=r"(?i)MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(indonesian_person.press(), "x" * 201)


async def test_a_reply_names_its_message(bot: telegram.Bot, indonesian_person: Phone) -> None:
    asked = indonesian_person.say("what?")
    reply = await bot.send_message(
        indonesian_person.id, "this", reply_to_message_id=asked["message_id"]
    )
    assert reply.reply_to_message.text == "what?"
    with pytest.raises(BadRequest, match=r"^Message to be replied not found$"):
        await bot.send_message(indonesian_person.id, "x", reply_to_message_id=4711)
    lenient = await bot.send_message(
        indonesian_person.id, "x", reply_to_message_id=4711, allow_sending_without_reply=True
    )
    assert lenient.reply_to_message is None


async def test_words_can_be_copied_and_forwarded_unless_protected(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    kit = sandbox.add_phone("Kit", language="en")
    kit.say("/start")
    asked = indonesian_person.say("from Sari")
    assert (await bot.copy_message(kit.id, indonesian_person.id, asked["message_id"])).message_id
    assert "forward_origin" not in kit.last_bot_message()
    forwarded = await bot.forward_message(kit.id, indonesian_person.id, asked["message_id"])
    assert forwarded.forward_origin.sender_user.id == indonesian_person.id
    secret = await bot.send_message(indonesian_person.id, "secret", protect_content=True)
    with pytest.raises(BadRequest, match=r"^Message can't be copied$"):
        await secret.copy(kit.id)
    with pytest.raises(BadRequest, match=r"^Message to forward not found$"):
        await bot.forward_message(kit.id, indonesian_person.id, 4711)


async def test_a_reply_keyboard_stands_until_it_is_removed(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    keys = telegram.ReplyKeyboardMarkup([["a", "b"]], one_time_keyboard=False)
    await bot.send_message(indonesian_person.id, "?", reply_markup=keys)
    assert indonesian_person.chat.keyboard["keyboard"] == [[{"text": "a"}, {"text": "b"}]]
    indonesian_person.say("a")
    assert indonesian_person.chat.keyboard is not None
    await bot.send_message(indonesian_person.id, "ok", reply_markup=telegram.ReplyKeyboardRemove())
    assert indonesian_person.chat.keyboard is None


async def test_a_one_time_keyboard_goes_with_the_answer(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    keys = telegram.ReplyKeyboardMarkup([["a"]], one_time_keyboard=True)
    await bot.send_message(indonesian_person.id, "?", reply_markup=keys)
    indonesian_person.say("a")
    assert indonesian_person.chat.keyboard is None


async def test_menus_and_descriptions_are_kept_by_language(
    bot: telegram.Bot, sandbox: Sandbox
) -> None:
    await bot.set_my_commands([("help", "Bantuan")], language_code="id")
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_description("What I do")
    await bot.set_my_short_description("In short")
    await bot.set_my_name("Haven")
    await bot.set_my_name("Rumah", language_code="id")
    assert (await bot.get_my_commands(language_code="id"))[0].description == "Bantuan"
    assert (await bot.get_my_description("id")).description == "What I do"
    assert (await bot.get_my_name("id")).name == "Rumah"
    seen = sandbox.world.profile_state()
    assert seen["commands"][""] == [{"command": "help", "description": "Help"}]
    assert seen["name"] == {"": "Haven", "id": "Rumah"}
    await bot.delete_my_commands(language_code="id")
    assert await bot.get_my_commands(language_code="id") == ()


@pytest.mark.parametrize(
    ("commands", "refusal"),
    [
        ([("Help me", "x")], "BOT_COMMAND_INVALID"),
        ([("help", "")], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("help", "x")] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_a_menu_telegram_would_not_take_is_refused(
    raw: httpx.AsyncClient, commands: list[tuple[str, str]], refusal: str
) -> None:
    menu = [{"command": name, "description": about} for name, about in commands]
    answer = await raw.post("setMyCommands", json={"commands": menu})
    assert answer.json()["description"] == f"Bad Request: {refusal}"


async def test_a_chat_and_its_person_can_be_looked_up(
    bot: telegram.Bot, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    assert (await bot.get_chat(indonesian_person.id)).first_name == "Sari"
    assert (
        await bot.get_chat_member(indonesian_person.id, indonesian_person.id)
    ).user.id == indonesian_person.id
    with pytest.raises(BadRequest, match="no administrators in the private chat"):
        await bot.get_chat_administrators(indonesian_person.id)


async def test_a_reaction_and_a_typing_sign_reach_the_phone(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    message = indonesian_person.say("hello")
    with sandbox.events.subscribe() as seen:
        await bot.send_chat_action(indonesian_person.id, "typing")
        await bot.set_message_reaction(indonesian_person.id, message["message_id"], "👍")
    assert [seen.get_nowait()[:2] for _ in range(2)] == [
        (indonesian_person.id, "typing"),
        (indonesian_person.id, "reaction"),
    ]
    with pytest.raises(BadRequest, match=r"^Wrong parameter action in request$"):
        await bot.send_chat_action(indonesian_person.id, "dancing")


async def test_every_call_is_written_down(
    bot: telegram.Bot, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    await bot.send_message(indonesian_person.id, "one")
    with pytest.raises(BadRequest):
        await bot.send_message(4711, "two")
    sent, refused = sandbox.calls.of("sendmessage")
    assert (sent.code, sent.params["text"], sent.result["text"]) == (200, "one", "one")
    assert (refused.code, refused.description) == (400, "Bad Request: chat not found")
    sandbox.calls.clear()
    assert len(sandbox.calls) == 0


async def test_the_token_is_shaped_like_a_real_one(bot: telegram.Bot) -> None:
    number, _, secret = TOKEN.partition(":")
    assert (int(number), len(secret)) == (BOT_ID, 35)
    assert await bot.log_out()


STRANGE: list[Any] = [
    True, 0, 1, -5, 2**63, 1.5, "", "x", "5000000001", "[]", "{}", "[1]", "x" * 5000, "\ud83d",
    "attach://x", [], {}, [1], ["a"], [{}], [[]], {"a": 1}, {"message_id": "q"}, {"type": []},
    {"inline_keyboard": [[{"text": "a", "callback_data": "\ud83d"}]]},
    {"keyboard": [[{"text": "\ud83d"}]]}, [{"command": "a", "description": None}],
]  # fmt: skip


def test_no_call_however_strange_is_more_than_refused() -> None:
    assert len(METHODS) > 40
    for method in sorted(METHODS):
        call_strangely(method)


def call_strangely(method: str) -> None:
    """Call a method with fields of the wrong kind; any error but a refusal is raised."""
    dice = random.Random(method)
    fields = list(methods()[method].model_fields)
    for _ in range(300):
        sandbox = Sandbox()
        phone, group = sandbox.add_phone(), sandbox.add_group(forum=True)
        phone.say("/start")
        group.add_bot(phone, "administrator")
        params = {field: dice.choice(STRANGE) for field in fields if dice.random() < 0.6}
        params["chat_id"] = dice.choice([phone.id, group.id])
        with contextlib.suppress(BotApiError):
            encode(METHODS[method](sandbox.world, ApiCall(method, params, 0)))
