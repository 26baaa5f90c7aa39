"""E-mail for on-call: what a mail server is given, and what counts as not sent."""

from __future__ import annotations

import pytest

from bot.channels.smtp import SmtpServer
from bot.errors import EmailFailedError, SettingError
from bot.settings import load_settings
from tests.support.smtp_server import Mailbox, smtp_server


def server_of(mail: Mailbox) -> SmtpServer:
    found = SmtpServer.from_settings(
        load_settings(smtp_url=mail.url, smtp_from="haven@example.org")
    )
    assert found is not None
    return found


def test_a_letter_is_one_sentence_with_its_addresses() -> None:
    with smtp_server() as mail:
        server_of(mail).send("mei@example.org", "有事情")
        (letter,) = mail.letters
    assert (letter["From"], letter["To"]) == ("haven@example.org", "mei@example.org")
    assert letter["Subject"] == "有事情"
    assert letter["Message-ID"].endswith("@example.org>")


def test_a_check_sends_nothing() -> None:
    with smtp_server() as mail:
        server_of(mail).check()
        assert (mail.letters, mail.connections) == ([], 1)


def test_what_is_refused_is_not_sent() -> None:
    with smtp_server(refuses=True) as mail, pytest.raises(EmailFailedError):
        server_of(mail).send("mei@example.org", "x")


def test_what_was_taken_is_sent_whatever_the_farewell() -> None:
    with smtp_server() as mail:
        mail.farewell = b"500 what"
        server_of(mail).send("mei@example.org", "x")
        assert len(mail.letters) == 1


def test_a_server_that_is_not_there_is_a_fault_without_its_password() -> None:
    gone = SmtpServer("127.0.0.1", 1, "haven@example.org", "user", "secret", is_tls=False)
    with pytest.raises(EmailFailedError, match="ConnectionRefusedError") as failed:
        gone.check()
    assert "secret" not in str(failed.value)


def test_an_address_of_the_settings_is_read_whole() -> None:
    settings = load_settings(
        smtp_url="smtps://haven%40example.org:p%3Aw@mail.example.org", smtp_from="h@example.org"
    )
    assert SmtpServer.from_settings(settings) == SmtpServer(
        "mail.example.org", 465, "h@example.org", "haven@example.org", "p:w", is_tls=True
    )
    assert SmtpServer.from_settings(load_settings()) is None


@pytest.mark.parametrize(
    "given",
    [
        {"smtp_url": "http://mail.example.org"},
        {"smtp_url": "smtp://"},
        {"smtp_from": "no address"},
        {"smtp_url": "smtps://mail.example.org"},
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="HAVEN_SMTP"):
        SmtpServer.from_settings(load_settings(**given))


def test_a_password_is_not_in_the_settings_as_text() -> None:
    settings = load_settings(smtp_url="smtp://u:hunter2@mail.example.org")
    assert "hunter2" not in repr(settings)
