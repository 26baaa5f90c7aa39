"""The phone page in a real browser, as a person meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.sandbox.sample_updates import sample_png, sample_wav

if TYPE_CHECKING:
    import httpx
    from playwright.async_api import Page

    from bot.sandbox import Phone, Sandbox

NARROW = {"width": 360, "height": 740}
KEYS = {"inline_keyboard": [[{"text": "1 Ya", "callback_data": "yes"}]]}
WORDS = {
    "id": "Ada orang lain yang bisa melihat layar ini?",
    "vi": "Có ai khác nhìn thấy màn hình này không?",
    "th": "ตอนนี้มีใครเห็นหน้าจอของคุณไหม",
    "fil": "May ibang tao ba na nakakakita ng screen na ito?",
    "zh-Hant": "現在有人看得到這個畫面嗎？",  # noqa: RUF001 - as Chinese is written
    "km": "តើមាននរណាមើលឃើញអេក្រង់នេះទេ?",
    "my": "ဤမျက်နှာပြင်ကို တစ်ယောက်ယောက် မြင်နိုင်ပါသလား။",
    "ja": "今、誰かがこの画面を見ることができますか。",
}
ROOM = {"km": (17, 1.8), "my": (17, 1.9), "zh-Hant": (16, 1.6), "ja": (16, 1.6)}
"""Pixels of type, and how many times that a line is high."""
TYPE = """e => {
  const style = getComputedStyle(e);
  return [parseFloat(style.fontSize), parseFloat(style.lineHeight)];
}"""
LOWEST = "keys => Math.min(...keys.map((key) => key.getBoundingClientRect().height))"
APPS = {"fil": "tl", "zh-Hant": "zh-hant"}
"""What Telegram's apps call a language when they call it otherwise."""


async def open_page(page: Page, base: str, path: str = "/") -> None:
    await page.goto(base + path)
    await page.wait_for_selector("body.ready")


async def say(raw: httpx.AsyncClient, phone: Phone, text: str, **more: Any) -> int:
    asked = {"chat_id": phone.id, "text": text, **more}
    answer = (await raw.post("sendMessage", json=asked)).json()
    return int(answer["result"]["message_id"])


async def call(raw: httpx.AsyncClient, method: str, **params: Any) -> None:
    assert (await raw.post(method, json=params)).json()["ok"]


async def test_a_phone_is_chosen_by_its_language(page: Page, base: str, sandbox: Sandbox) -> None:
    await open_page(page, base)
    await page.get_by_role("button", name="ไทย").click()
    await expect(page.get_by_role("region", name="Phone of Malee")).to_be_visible()
    await page.get_by_role("button", name="Add a phone").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Kuya")
    await page.get_by_role("dialog").get_by_role("button", name="Filipino").click()
    await expect(page.get_by_role("region", name="Phone of Kuya")).to_be_visible()
    assert [phone.language for phone in sandbox.phones.values()] == ["th", "tl"]


async def test_a_person_starts_presses_and_sees_edits_and_deletions(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone, raw: httpx.AsyncClient
) -> None:
    await open_page(page, base)
    await page.get_by_role("button", name="Mulai").click()
    await expect(page.get_by_role("log").get_by_text("/start")).to_be_visible()
    number = await say(raw, indonesian_person, "Apa kabar?", reply_markup=KEYS)
    key = page.get_by_role("button", name="1 Ya")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    press = sandbox.updates.pending()[-1]["callback_query"]
    assert press["data"] == "yes"
    await call(raw, "answerCallbackQuery", callback_query_id=press["id"], text="Terima kasih")
    await expect(page.get_by_role("status")).to_have_text("Terima kasih")
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await call(
        raw, "editMessageText", chat_id=indonesian_person.id, message_id=number, text="Baik."
    )
    bubble = page.locator(f'[data-message="{number}"]')
    await expect(bubble).to_contain_text("Baik.")
    await expect(bubble).not_to_contain_text("diedit")  # as on a phone: only what people wrote does
    await expect(page.get_by_role("button", name="1 Ya")).to_have_count(0)
    await call(raw, "deleteMessage", chat_id=indonesian_person.id, message_id=number)
    await expect(bubble).to_have_count(0)


async def test_an_alert_waits_for_its_ok(
    page: Page, base: str, indonesian_person: Phone, raw: httpx.AsyncClient
) -> None:
    indonesian_person.say("/start")
    await say(raw, indonesian_person, "?", reply_markup=KEYS)
    await open_page(page, base)
    query = indonesian_person.press()
    await call(
        raw, "answerCallbackQuery", callback_query_id=query, text="Hanya kamu", show_alert=True
    )
    await expect(page.get_by_role("dialog")).to_contain_text("Hanya kamu")
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_everything_can_be_done_without_a_mouse(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    await open_page(page, base, f"/phone/{indonesian_person.id}")
    await page.get_by_role("button", name="Mulai").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="Pesan").focus()
    await page.keyboard.type("baris satu")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("baris dua")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("baris dua")
    assert sandbox.updates.pending()[-1]["message"]["text"] == "baris satu\nbaris dua"
    await page.get_by_role("button", name="What to do with this message").last.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("lain")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("lain")
    assert sandbox.updates.pending()[-1]["edited_message"]["text"] == "lain"
    await expect(page.get_by_role("log")).to_contain_text("diedit")


async def test_a_person_deletes_replies_blocks_and_comes_back(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone, raw: httpx.AsyncClient
) -> None:
    indonesian_person.say("/start")
    await say(raw, indonesian_person, "satu")
    await open_page(page, base)
    tools = page.get_by_role("button", name="What to do with this message")
    await page.get_by_text("satu").hover()
    await tools.last.click()
    await page.get_by_role("menuitem", name="Reply").click()
    await page.get_by_role("textbox", name="Pesan").fill("dua")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".quote")).to_have_text("satu")
    await page.get_by_text("dua").hover()
    await tools.last.click()
    await page.get_by_role("menuitem", name="Delete for both").click()
    await expect(page.get_by_text("dua")).to_have_count(0)
    await page.get_by_role("button", name="More for the phone").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    await page.get_by_role("button", name="Buka blokir").click()
    await expect(page.get_by_role("textbox", name="Pesan")).to_be_visible()
    assert not indonesian_person.chat.is_blocked
    kinds = [list(update)[1] for update in sandbox.updates.pending()]
    assert kinds == ["message", "message", "my_chat_member", "my_chat_member"]


async def test_a_reply_keyboard_answers_and_shares_a_place(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone, raw: httpx.AsyncClient
) -> None:
    indonesian_person.say("/start")
    keyboard = {
        "keyboard": [
            [{"text": "Ya"}, {"text": "Tidak"}],
            [{"text": "Di sini", "request_location": True}],
        ]
    }
    await say(raw, indonesian_person, "?", reply_markup=keyboard)
    await open_page(page, base)
    await page.get_by_role("button", name="Tidak").click()
    await page.get_by_role("button", name="Di sini").click()
    await expect(page.locator(".place")).to_be_visible()
    answer, place = sandbox.updates.pending()[-2:]
    assert answer["message"]["text"] == "Tidak"
    assert "location" in place["message"]
    await say(raw, indonesian_person, "ok", reply_markup={"remove_keyboard": True})
    await expect(page.get_by_role("button", name="Tidak")).to_have_count(0)


async def test_photos_voices_files_and_the_rest_are_shown_and_sent(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    indonesian_person.send_photo(sample_png(), caption="kapal")
    indonesian_person.send_voice(sample_wav(), mime="audio/wav")
    indonesian_person.send_file(b"x", name="kontrak.pdf", size=1_234_567)
    indonesian_person.send_contact("+886900000000", "Kapten")
    indonesian_person.forward("kerja bagus")
    indonesian_person.send({"dice": {"emoji": "🎲", "value": 1}})
    await open_page(page, base)
    log = page.get_by_role("log")
    width = "document.querySelector('.photo').naturalWidth"
    await page.wait_for_function(f"{width} > 0")
    assert await page.evaluate(width) == 320
    for text in ("kontrak.pdf", "1.2 MB", "Kapten", "Forwarded from Somebody", "[dice]"):
        await expect(log).to_contain_text(text)
    await page.get_by_role("button", name="Play the voice note").click()
    await expect(page.locator(".wave .played").first).to_be_attached()
    await page.get_by_role("button", name="Open the photo").click()
    await page.keyboard.press("Escape")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach").click()
        await page.get_by_role("menuitem", name="Photo or file").click()
    files = [
        {"name": "a.png", "mimeType": "image/png", "buffer": sample_png(5)},
        {"name": "b.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
    ]
    await (await chooser.value).set_files(files)
    await expect(log).to_contain_text("b.pdf")
    photo, file = (update["message"] for update in sandbox.updates.pending()[-2:])
    stored = sandbox.world.files.get(photo["photo"][-1]["file_id"])
    assert stored is not None
    assert stored.data == sample_png(5)
    assert file["document"]["mime_type"] == "application/pdf"
    await page.get_by_role("button", name="Send a voice note").click()
    await expect(page.get_by_role("button", name="Play the voice note")).to_have_count(2)


async def test_user_text_is_never_interpreted_as_html(
    page: Page, base: str, sandbox: Sandbox, raw: httpx.AsyncClient
) -> None:
    attack = '<img src=x onerror="alert(1)"><b>bold</b>'
    phone = sandbox.add_phone(attack, language='"><script>')
    phone.say(attack)
    phone.send_file(b"x", name=attack)
    await say(raw, phone, attack, reply_markup={"keyboard": [[{"text": attack}]]})
    await say(raw, phone, attack, reply_markup={"inline_keyboard": [[
        {"text": attack, "callback_data": attack}]]})  # fmt: skip
    await call(raw, "setMyName", name=attack)
    await open_page(page, base)
    await expect(page.get_by_role("log")).to_contain_text(attack)
    assert await page.locator("img, b").count() == 0


async def test_the_bot_shows_that_it_writes_and_what_it_can_do(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone, raw: httpx.AsyncClient
) -> None:
    about = "Tulis dengan bahasamu."
    await call(raw, "setMyDescription", description=about, language_code="id")
    menu = [{"command": "help", "description": "Bantuan"}]
    await call(raw, "setMyCommands", commands=menu, language_code="id")
    await open_page(page, base)
    await expect(page.get_by_role("log")).to_have_text(about)
    indonesian_person.say("halo")
    await call(raw, "sendChatAction", chat_id=indonesian_person.id, action="typing")
    await expect(page.locator(".subtitle")).to_have_text("mengetik…")
    await say(raw, indonesian_person, "ya?")
    await expect(page.locator(".subtitle")).to_have_text("bot")
    await page.get_by_role("button", name="Commands of the bot").click()
    await page.get_by_role("menuitem", name="Bantuan").click()
    await expect(page.get_by_role("log")).to_contain_text("/help")
    assert sandbox.updates.pending()[-1]["message"]["text"] == "/help"


async def test_each_language_has_room_at_360_pixels(
    page: Page, base: str, sandbox: Sandbox, raw: httpx.AsyncClient
) -> None:
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for tag, words in WORDS.items():
        phone = sandbox.add_phone("Somebody", language=APPS.get(tag, tag))
        phone.say("/start " + "x" * 200)
        rows = [[{"text": words, "callback_data": "1"}], [{"text": "2", "callback_data": "2"}] * 3]
        await say(raw, phone, words * 4, reply_markup={"inline_keyboard": rows})
        await open_page(page, base, f"/phone/{phone.id}")
        assert await page.evaluate("document.scrollingElement.scrollWidth") == NARROW["width"]
        log = "document.querySelector('.log')"
        assert await page.evaluate(f"{log}.scrollWidth <= {log}.clientWidth")
        shown = page.locator(".theirs .words")
        assert await shown.get_attribute("lang") == tag
        size, height = await shown.evaluate(TYPE)
        least, lines = ROOM.get(tag, (16, 1.4))
        assert size >= least
        assert height / size >= lines - 0.001
        assert await page.locator(".key").evaluate_all(LOWEST) >= 44


async def test_several_phones_stand_side_by_side_and_apart(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    kit = sandbox.add_phone("Kit", language="en")
    await open_page(page, base)
    indonesian_person.say("from Sari")
    kit.say("from Kit")
    first = page.get_by_role("region", name="Phone of Sari")
    second = page.get_by_role("region", name="Phone of Kit")
    await expect(first).to_contain_text("from Sari")
    await expect(second).to_contain_text("from Kit")
    await expect(second).not_to_contain_text("from Sari")
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert await page.evaluate("document.scrollingElement.scrollWidth") == NARROW["width"]


async def test_it_is_dark_when_the_person_likes_it_dark(
    page: Page, base: str, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    ground = "getComputedStyle(document.querySelector('.bubble')).backgroundColor"
    await page.emulate_media(color_scheme="light")
    await open_page(page, base)
    light = await page.evaluate(ground)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    assert dark != light
    await page.get_by_role("button", name="Light or dark").click()
    assert await page.evaluate(ground) == light


async def test_troubles_are_ordered_from_the_pane(
    page: Page, base: str, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    await open_page(page, base)
    await page.get_by_role("button", name="Faults").click()
    pane = page.get_by_role("complementary", name="Faults")
    await pane.get_by_label("Whose calls").select_option("Sari")
    await pane.get_by_label("Which calls").select_option("sendMessage")
    await pane.get_by_role("button", name="Cut after it took effect").click()
    await expect(pane.get_by_role("listitem")).to_have_text("drop after · sendMessage · 1 left")
    (fault,) = sandbox.faults.pending()
    assert (fault.kind, fault.chat, fault.method) == (
        "drop_after",
        indonesian_person.id,
        "sendMessage",
    )
    await pane.get_by_role("button", name="for 30 s").click()
    await expect(pane.get_by_role("listitem")).to_have_count(2)
    await pane.get_by_role("button", name="Each update twice").click()
    before = sandbox.clock.seconds()
    await pane.get_by_role("button", name="25 h").click()
    await pane.get_by_label("Sample update").select_option("broken/no date")
    await pane.get_by_role("button", name="Send").click()
    await pane.get_by_role("button", name="Remove all faults").click()
    await expect(pane.get_by_role("listitem")).to_have_text("None")
    assert sandbox.clock.seconds() == before + 25 * 60 * 60
    assert "date" not in sandbox.updates.pending()[-1]["message"]
    await pane.get_by_role("button", name="Close the faults").click()
    await expect(pane).to_be_hidden()
