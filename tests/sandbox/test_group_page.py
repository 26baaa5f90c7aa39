"""The group page in a real browser, as a caseworker meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.sample_updates import sample_png

if TYPE_CHECKING:
    import httpx

    from bot.sandbox import Phone, Sandbox, SandboxGroup

KEYS = {"inline_keyboard": [[{"text": "Claim", "callback_data": "claim"}]]}
NARROW = {"width": 360, "height": 740}
OVERFLOW = """() => [document.scrollingElement, ...document.querySelectorAll('.log, .topics')]
  .filter((e) => e.scrollWidth > e.clientWidth).length"""


@pytest.fixture
def workers(sandbox: Sandbox) -> list[Phone]:
    return [sandbox.add_colleague("Mei"), sandbox.add_colleague("Jun")]


@pytest.fixture
def group(sandbox: Sandbox, workers: list[Phone]) -> SandboxGroup:
    group = sandbox.add_group("Night shift", forum=True)
    for worker in workers:
        group.add_member(worker)
    group.add_bot(workers[0], "administrator")
    sandbox.updates.clear()
    return group


async def opened(raw: httpx.AsyncClient, group: SandboxGroup, name: str) -> int:
    asked = {"chat_id": group.id, "name": name}
    answer = (await raw.post("createForumTopic", json=asked)).json()
    return int(answer["result"]["message_thread_id"])


async def call(raw: httpx.AsyncClient, method: str, **params: Any) -> None:
    assert (await raw.post(method, json=params)).json()["ok"]


async def said(
    raw: httpx.AsyncClient, group: SandboxGroup, thread: int, text: str, **more: Any
) -> int:
    asked = {"chat_id": group.id, "message_thread_id": thread, "text": text, **more}
    return int((await raw.post("sendMessage", json=asked)).json()["result"]["message_id"])


async def visit(page: Page, base: str, path: str = "/group") -> None:
    await page.goto(base + path)
    await page.wait_for_selector("body.ready")


async def test_without_a_group_the_page_says_where_one_comes_from(page: Page, base: str) -> None:
    await visit(page, base)
    await expect(page.get_by_role("heading", name="There is no group here")).to_be_visible()


async def test_topics_are_listed_opened_and_counted(
    page: Page, base: str, group: SandboxGroup, raw: httpx.AsyncClient
) -> None:
    await visit(page, base)
    await expect(page.get_by_role("log")).to_contain_text("No cases are waiting yet")
    thread = await opened(raw, group, "P0 \u00b7 K7M4Q2")
    await said(raw, group, thread, "K7M4Q2 waits", reply_markup=KEYS)
    topic = page.get_by_role("navigation").get_by_role("button", name="K7M4Q2")
    await expect(topic).to_contain_text("K7M4Q2 waits")
    await expect(topic.get_by_label("2 unread")).to_be_visible()
    await topic.click()
    await expect(topic).to_have_attribute("aria-current", "true")
    await expect(page.get_by_role("log")).to_contain_text("K7M4Q2 waits")
    await expect(topic.locator(".badge")).to_have_count(0)
    await call(
        raw, "editForumTopic", chat_id=group.id, message_thread_id=thread, name="P1 \u00b7 K"
    )
    await expect(page.get_by_role("heading", name="P1 \u00b7 K")).to_be_visible()
    await call(raw, "closeForumTopic", chat_id=group.id, message_thread_id=thread)
    await expect(page.locator(".room .subtitle")).to_have_text("closed")
    group.delete_topic(thread)
    await expect(page.get_by_role("heading", name="General")).to_be_visible()


async def test_the_chosen_colleague_writes_replies_and_presses(
    page: Page, base: str, sandbox: Sandbox, group: SandboxGroup, raw: httpx.AsyncClient
) -> None:
    _mei, jun = sandbox.colleagues.values()
    thread = await opened(raw, group, "K7")
    number = await said(raw, group, thread, "They took my passport", reply_markup=KEYS)
    await visit(page, base, f"/group?topic={thread}")
    await page.get_by_role("radio", name="Jun").check()
    bubble = page.locator(f'[data-message="{number}"]')
    await bubble.hover()
    await bubble.get_by_role("button", name="What to do with this message").click()
    await page.get_by_role("menuitem", name="Reply").click()
    await page.get_by_role("textbox", name="Message").fill("Thank you")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .quote")).to_have_text("They took my passport")
    message = sandbox.updates.pending()[-1]["message"]
    assert (message["from"]["id"], message["message_thread_id"]) == (jun.id, thread)
    assert message["reply_to_message"]["message_id"] == number
    key = page.get_by_role("button", name="Claim")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    press = sandbox.updates.pending()[-1]["callback_query"]
    assert press["from"]["id"] == jun.id
    await call(raw, "answerCallbackQuery", callback_query_id=press["id"])
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await page.get_by_role("radio", name="Mei").check()
    await expect(page.locator("article", has_text="Thank you")).to_contain_text("Jun")


async def test_a_reaction_stands_on_its_message_and_a_veiled_photo_is_shown_when_touched(
    page: Page, base: str, sandbox: Sandbox, group: SandboxGroup, raw: httpx.AsyncClient
) -> None:
    mei, _jun = sandbox.colleagues.values()
    number = group.say(mei, "sent?")["message_id"]
    handle = sandbox.world.files.store("photo", sample_png()).file_id
    await call(raw, "sendPhoto", chat_id=group.id, photo=handle, has_spoiler=True)
    await visit(page, base)
    reaction = [{"type": "emoji", "emoji": "\U0001f44d"}]
    await call(raw, "setMessageReaction", chat_id=group.id, message_id=number, reaction=reaction)
    await expect(page.locator(f'[data-message="{number}"] .sign')).to_have_text("\U0001f44d")
    photo = page.get_by_role("button", name="A blurred photo: show it")
    await photo.click()
    await expect(page.get_by_role("button", name="Open the photo")).to_be_visible()


async def test_commands_can_be_picked_and_a_long_day_is_written_without_a_mouse(
    page: Page, base: str, sandbox: Sandbox, group: SandboxGroup
) -> None:
    await visit(page, base)
    await page.get_by_role("button", name="Commands").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("/queue")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("/queue")
    assert sandbox.updates.pending()[-1]["message"]["text"] == "/queue"
    await page.get_by_role("button", name="More for this topic").click()
    async with page.expect_response(lambda it: it.request.method == "POST"):
        await page.get_by_role("menuitem", name="Remove the bot").click()
    await expect(page.get_by_role("menuitem")).to_have_count(0)
    assert group.state()["bot"] == "kicked"


async def test_a_narrow_screen_shows_the_list_or_a_topic(
    page: Page, base: str, group: SandboxGroup, raw: httpx.AsyncClient
) -> None:
    thread = await opened(raw, group, "P0 \u00b7 K7M4Q2 \u00b7 " + "long " * 20)
    await said(raw, group, thread, "word " * 100)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await visit(page, base)
    await expect(page.get_by_role("log")).to_be_hidden()
    assert await page.evaluate(OVERFLOW) == 0
    await page.get_by_role("button", name="K7M4Q2").click()
    await expect(page.get_by_role("log")).to_be_visible()
    assert await page.evaluate(OVERFLOW) == 0
    await page.get_by_role("button", name="All topics").click()
    await expect(page.get_by_role("navigation")).to_be_visible()


async def test_user_text_is_never_interpreted_as_html(
    page: Page, base: str, sandbox: Sandbox, raw: httpx.AsyncClient
) -> None:
    attack = '<img src=x onerror="alert(1)"><b>bold</b>'
    worker = sandbox.add_colleague(attack)
    group = sandbox.add_group(attack, forum=True)
    group.add_member(worker)
    group.add_bot(worker, "administrator")
    thread = await opened(raw, group, attack)
    group.say(worker, attack, thread=thread)
    await visit(page, base, f"/group?topic={thread}")
    await expect(page.get_by_role("log")).to_contain_text(attack)
    assert await page.locator("img, b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_can_be_read_by_day_and_by_night(
    page: Page, base: str, group: SandboxGroup, raw: httpx.AsyncClient, scheme: str
) -> None:
    thread = await opened(raw, group, "P0 \u00b7 K7M4Q2")
    await said(raw, group, thread, "words", reply_markup=KEYS)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await visit(page, base, f"/group?topic={thread}")
    await page.get_by_role("textbox", name="Message").fill("mine")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine")).to_be_visible()
    assert await page.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((it) => it / 255)
    .map((it) => (it <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4))
    .reduce((sum, it, at) => sum + it * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
      if (a > 0.8) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const shown = [...document.querySelectorAll(
    '.topic-name, .topic-last, .topic time, .sender, .words, .title, .subtitle, .person, .key span',
  )].filter((it) => it.offsetParent && it.textContent.trim());
  return shown.filter((it) => {
    const [one, other] = [light(channels(getComputedStyle(it).color)), light(behind(it))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < 4.5;
  }).map((it) => it.className + ': ' + it.textContent);
}"""
"""What stands too pale on what is behind it: under 4.5 to 1."""
