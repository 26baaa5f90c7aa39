"""What an installation learns from Telegram: whose token it is, which group, with which rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.telegram.installation import check_group, find_bot, recent_groups
from bot.errors import HavenError, SettingError
from bot.sandbox import TOKEN, Sandbox, serve
from bot.sandbox.state import ADMIN_RIGHTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.people import SandboxGroup


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Sandbox, str]]:
    sandbox = Sandbox()
    async with serve(sandbox) as address:
        yield sandbox, address


def group_with_bot(sandbox: Sandbox, status: str) -> SandboxGroup:
    group, mei = sandbox.add_group("Night shift", forum=True), sandbox.add_colleague("Mei")
    group.add_member(mei)
    group.add_bot(mei, status)
    return group


async def test_the_owner_of_a_token_is_named(telegram: tuple[Sandbox, str]) -> None:
    sandbox, address = telegram
    found = await find_bot(TOKEN, address)
    assert found.username == sandbox.world.me()["username"]
    with pytest.raises(SettingError, match="does not accept HAVEN_TELEGRAM_TOKEN"):
        await find_bot(f"{TOKEN[:-1]}x", address)


async def test_a_telegram_that_is_not_there_is_named() -> None:
    with pytest.raises(HavenError, match=r"does not answer at http://127\.0\.0\.1:9 \("):
        await find_bot(TOKEN, "http://127.0.0.1:9")


async def test_a_proxy_that_is_not_there_is_named_with_what_to_do(
    telegram: tuple[Sandbox, str],
) -> None:
    """Not with the advice to set a proxy; without it Telegram answers, which is the control."""
    _sandbox, address = telegram
    with pytest.raises(HavenError, match="through the proxy of HAVEN_TELEGRAM_PROXY") as refused:
        await find_bot(TOKEN, address, "http://127.0.0.1:9")
    assert "set HAVEN_TELEGRAM_PROXY" not in str(refused.value)
    assert await find_bot(TOKEN, address)


async def test_groups_the_bot_joined_are_found_and_no_update_is_confirmed(
    telegram: tuple[Sandbox, str],
) -> None:
    sandbox, address = telegram
    assert await recent_groups(TOKEN, address) == []
    group = group_with_bot(sandbox, "administrator")
    sandbox.add_phone("Sari").say("Help me")
    waiting = len(sandbox.updates)
    found = await recent_groups(TOKEN, address)
    assert [(it.id, it.title) for it in found] == [(group.id, "Night shift")]
    assert len(sandbox.updates) == waiting > 1


@pytest.mark.parametrize("status", ["administrator", "member"])
async def test_rights_in_the_group_are_checked(telegram: tuple[Sandbox, str], status: str) -> None:
    sandbox, address = telegram
    group = group_with_bot(sandbox, status)
    if status == "administrator":
        assert await check_group(TOKEN, address, group.id) == "Night shift"
        return
    with pytest.raises(SettingError, match="the bot is no administrator of the group; make it one"):
        await check_group(TOKEN, address, group.id)


async def test_rights_that_are_missing_are_named(
    telegram: tuple[Sandbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, address = telegram
    group = group_with_bot(sandbox, "administrator")
    monkeypatch.setitem(ADMIN_RIGHTS, "can_manage_topics", False)  # noqa: FBT003
    with pytest.raises(SettingError, match="the bot may not manage topics there; allow it"):
        await check_group(TOKEN, address, group.id)
