"""Calls in a browser: only it can read the sentence, and only known services are called."""

from __future__ import annotations

import pytest

from bot.channels.web_push import WebPush
from bot.errors import PushFailedError
from bot.hotline.on_call.push_services import is_push_service
from bot.vault.keys.push_key import PushKey
from tests.support.push_server import PushBrowser, push_service

WORDS = "Haven：有事情在等你。"  # noqa: RUF001 - Chinese punctuation
KEY = PushKey(bytes(range(32)))


def sender() -> WebPush:
    return WebPush(KEY, "admin@example.org", lambda _address: True)


def test_only_the_browser_reads_the_sentence() -> None:
    with push_service() as service:
        browser = PushBrowser(service.url)
        sender().send(browser.subscription, WORDS)
        (body,), (headers,) = service.bodies, service.headers
    assert WORDS.encode() not in body
    assert browser.reads(body) == WORDS
    assert headers["authorization"].startswith("vapid ")
    assert headers["authorization"].endswith(f"k={KEY.public}")
    assert headers["ttl"] == "300"
    assert headers["urgency"] == "high"


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 500])
def test_a_refusal_is_a_failure_and_names_no_address(status: int) -> None:
    with push_service(status) as service, pytest.raises(PushFailedError) as failed:
        sender().send(PushBrowser(service.url).subscription, WORDS)
    assert "127.0.0.1" not in str(failed.value)


def test_a_service_that_is_not_there_is_a_failure() -> None:
    with push_service() as service:
        browser = PushBrowser(service.url)
    with pytest.raises(PushFailedError):
        sender().send(browser.subscription, WORDS)


def test_no_other_address_is_called() -> None:
    with push_service() as service, pytest.raises(PushFailedError, match="not a known"):
        WebPush(KEY, "admin@example.org").send(PushBrowser(service.url).subscription, WORDS)
    assert service.bodies == []


@pytest.mark.parametrize(
    ("address", "is_known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com@evil.example/x", False),
        ("https://evil.example/fcm.googleapis.com", False),
        ("https://notify.windows.com.evil.example/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_what_counts_as_a_push_service(address: str, *, is_known: bool) -> None:
    assert is_push_service(address) is is_known


def test_the_key_is_the_same_for_the_same_seed_only() -> None:
    assert PushKey(bytes(range(32))).public == KEY.public
    assert PushKey(bytes(32)).public != KEY.public
