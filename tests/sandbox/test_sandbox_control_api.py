"""The hands of people and tests over HTTP, and who may use them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from bot.sandbox import TOKEN, Sandbox, serve
from bot.sandbox.control_api import PHONE_ACTIONS
from bot.sandbox.sample_updates import sample_png
from bot.sandbox.server import build_app

if TYPE_CHECKING:
    from bot.sandbox import Phone


async def test_a_phone_is_added_and_speaks(
    control_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    added = (await control_api.post("phones", json={"name": "Malee S.", "language": "th"})).json()
    assert (added["name"], added["language"], added["messages"]) == ("Malee S.", "th", [])
    said = await control_api.post(f"phones/{added['id']}/text", json={"text": "สวัสดี"})
    assert said.json()["text"] == "สวัสดี"
    assert (await control_api.get(f"phones/{added['id']}/messages")).json() == [said.json()]
    assert [phone["id"] for phone in (await control_api.get("phones")).json()] == [added["id"]]
    assert (await control_api.get(f"phones/{added['id']}")).json()["messages"] == [said.json()]
    assert len(sandbox.updates) == 1


async def test_every_person_action_works(
    control_api: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    number = indonesian_person.say("/start")["message_id"]
    asked: dict[str, dict[str, Any]] = {
        "text": {"text": "x", "reply_to": number},
        "press": {"message_id": number, "data": "x"},
        "edit": {"message_id": number, "text": "y"},
        "location": {"latitude": 1, "longitude": 2},
        "contact": {"number": "110"},
        "forward": {"text": "x"},
        "react": {"message_id": number, "emoji": ["👍"]},
        "file": {"size": 21 << 20, "name": "film.mp4"},
        "send": {"content": {"dice": {"emoji": "🎲", "value": 1}}},
        "delete": {"message_id": number},
    }
    for deed in PHONE_ACTIONS:
        answer = await control_api.post(
            f"phones/{indonesian_person.id}/{deed}", json=asked.get(deed, {})
        )
        assert answer.status_code == 200, deed
    assert indonesian_person.chat.is_deactivated
    kinds = [list(update)[1] for update in sandbox.updates.pending()]
    assert kinds.count("my_chat_member") == 2
    assert kinds.count("message") >= 10


@pytest.mark.parametrize("deed", ["photo", "voice", "file"])
async def test_bytes_are_sent_as_they_are(
    control_api: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone, deed: str
) -> None:
    data = sample_png()
    sent = await control_api.post(
        f"phones/{indonesian_person.id}/{deed}?name=a.png",
        content=data,
        headers={"content-type": "image/png"},
    )
    about = (
        sent.json()["photo"][-1]
        if deed == "photo"
        else sent.json()["document" if deed == "file" else deed]
    )
    shown = await control_api.get(f"files/{about['file_id']}")
    assert shown.content == data
    assert (await control_api.get("files/none")).status_code == 404


async def test_a_made_up_photo_is_the_jpeg_that_a_photo_is_in_telegram(
    control_api: httpx.AsyncClient, indonesian_person: Phone
) -> None:
    sent = await control_api.post(f"phones/{indonesian_person.id}/photo", json={})
    shown = await control_api.get(f"files/{sent.json()['photo'][-1]['file_id']}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"


async def test_an_impossible_action_says_why(
    control_api: httpx.AsyncClient, indonesian_person: Phone
) -> None:
    missing = await control_api.post(f"phones/{indonesian_person.id}/press", json={"label": "Ya"})
    assert (missing.status_code, missing.json()["error"]) == (
        400,
        "the bot has said nothing in this chat",
    )
    assert (
        await control_api.post(f"phones/{indonesian_person.id}/text", json={})
    ).status_code == 400
    assert (
        await control_api.post(f"phones/{indonesian_person.id}/fly", json={})
    ).status_code == 404
    assert (await control_api.post("phones/1/text", json={"text": "x"})).status_code == 404
    assert (await control_api.get("phones/1")).status_code == 404


async def test_troubles_are_ordered_listed_and_called_off(
    control_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    ordered = await control_api.post("faults", json={"kind": "slow", "seconds": 3, "times": 2})
    assert ordered.json()[0]["kind"] == "slow"
    for trouble in ("twice", "again", "backwards", "webhook"):
        assert (await control_api.post("faults", json={"kind": trouble})).status_code == 200
    assert (sandbox.updates.twice, sandbox.updates.again, sandbox.updates.backwards) == (1, 1, 1)
    assert sandbox.updates.webhook
    for wrong in ({"kind": "earthquake"}, {"kind": "slow", "colour": 1}):
        assert (await control_api.post("faults", json=wrong)).status_code == 400
    assert len((await control_api.get("faults")).json()) == 1
    assert (await control_api.delete("faults")).json() == []
    assert sandbox.faults.pending() == []
    assert (sandbox.updates.twice, sandbox.updates.webhook) == (0, "")


async def test_time_passes_on_order(control_api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = sandbox.clock.seconds()
    assert (await control_api.post("clock", json={"seconds": 151})).json() == {"now": before + 151}
    assert sandbox.clock.monotonic() == 151


async def test_any_update_can_be_injected(control_api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    numbered = (await control_api.post("updates", json={"hologram": {}})).json()["update_id"]
    await control_api.post("updates", content=b"[not json")
    assert sandbox.updates.take_batch(0)[1].raw == b"[not json"
    sandbox.updates.take_batch(numbered + 2)
    names = (await control_api.get("samples")).json()
    assert set(names) == {"kinds", "contents", "variants", "broken"}
    for of, name in (("kinds", "poll"), ("broken", "no date"), ("variants", "lone surrogate")):
        assert name in names[of]
        assert (
            await control_api.post("samples", json={"collection": of, "name": name})
        ).status_code == 200
    assert (
        await control_api.post("samples", json={"collection": "kinds", "name": "x"})
    ).status_code == 400
    assert len((await control_api.get("updates")).json()) == 3


async def test_the_journal_can_be_read(
    control_api: httpx.AsyncClient, raw: httpx.AsyncClient, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    await raw.post("sendMessage", json={"chat_id": indonesian_person.id, "text": "x"})
    await raw.get("getMe")
    told = (await control_api.get("calls", params={"method": "sendMessage"})).json()
    assert [(call["method"], call["code"]) for call in told] == [("sendMessage", 200)]
    assert len((await control_api.get("calls")).json()) == 2


async def test_who_listens_hears_the_state_first_and_then_what_changes(
    control_api: httpx.AsyncClient, sandbox: Sandbox, indonesian_person: Phone
) -> None:
    indonesian_person.say("/start")
    async with control_api.stream("GET", "events") as stream:
        lines = (line async for line in stream.aiter_lines() if line)
        chat, kind, state = json.loads((await anext(lines)).removeprefix("data: "))
        assert (chat, kind) == (0, "state")
        assert state["phones"][0]["messages"][0]["text"] == "/start"
        message = indonesian_person.say("hello")
        indonesian_person.edit(message["message_id"], "hello!")
        indonesian_person.delete(message["message_id"])
        sandbox.add_phone("Kit")
        sandbox.jump(1)
        heard = [json.loads((await anext(lines)).removeprefix("data: ")) for _ in range(5)]
    assert [kind for _, kind, _ in heard] == ["message", "edited", "deleted", "phone", "clock"]
    assert heard[0][0] == indonesian_person.id


async def test_pages_of_other_sites_may_not_ask(base: str, control_api: httpx.AsyncClient) -> None:
    for headers in (
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"host": "rebound.example.org"},
    ):
        assert (await control_api.get("state", headers=headers)).status_code == 403
        assert (await control_api.post("phones", json={}, headers=headers)).status_code == 403
    assert (await control_api.get("state", headers={"origin": base})).status_code == 200


async def test_the_page_allows_itself_nothing_from_elsewhere(
    base: str, control_api: httpx.AsyncClient
) -> None:
    for path in ("/", "/phone/5000000001", "/pages/phones.js", "/pages/style.css"):
        answer = await control_api.get(base + path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert (await control_api.get(f"{base}/pages/../app.py")).status_code == 404
    assert (await control_api.get(f"{base}/favicon.ico")).status_code == 204


async def test_a_port_that_is_taken_is_said_at_once(base: str) -> None:
    port = int(base.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        async with serve(Sandbox(), port=port):
            pass


async def test_it_runs_without_a_port_as_well(sandbox: Sandbox) -> None:
    transport = httpx.ASGITransport(build_app(sandbox))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.get(f"/bot{TOKEN}/getMe")).json()["ok"]
        assert (await client.get("/sandbox/phones")).json() == []
        sandbox.faults.add("drop_before")
        with pytest.raises(ConnectionError):
            await client.get(f"/bot{TOKEN}/getMe")
