"""E-mail to on-call caseworkers over SMTP: one sentence, and nothing about a case."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bot.errors import EmailFailedError, SettingError
from bot.settings import SETTING_HINTS

if TYPE_CHECKING:
    from bot.settings import Settings

TIMEOUT = 10.0
"""Seconds the server may take for each answer."""
SMTPS_PORT, SUBMISSION_PORT = 465, 587
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The mail server of a deployment; each call opens a connection of its own, and blocks."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    is_tls: bool = True
    """Whether the connection begins with TLS; otherwise STARTTLS follows, but to this machine."""

    @classmethod
    def from_settings(cls, settings: Settings) -> SmtpServer | None:
        """Return the server of the settings; None if none is set.

        Raises:
            SettingError: there is no address for its e-mails to come from.
        """
        if settings.smtp_url is None:
            return None
        if not settings.smtp_from:
            raise SettingError(f"HAVEN_SMTP_FROM is not set: {SETTING_HINTS['smtp_from']}")
        parts = urlsplit(settings.smtp_url.value)
        is_tls = parts.scheme == "smtps"
        return cls(
            parts.hostname or "",
            parts.port or (SMTPS_PORT if is_tls else SUBMISSION_PORT),
            settings.smtp_from,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            is_tls,
        )

    def check(self) -> None:
        """Connect and sign in, and send nothing.

        Raises:
            EmailFailedError: the server was not reached, or refused.
        """
        self._with_connection(None)

    def send(self, to: str, text: str) -> None:
        """Send one sentence.

        Raises:
            EmailFailedError: the server was not reached, or refused.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, text
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message.set_content(text)
        self._with_connection(message)

    def _with_connection(self, message: EmailMessage | None) -> None:
        is_done = False
        try:
            with self._connect() as connection:
                if not self.is_tls and self.host not in _LOCAL_HOSTS:
                    connection.starttls(context=ssl.create_default_context())
                if self.user:
                    connection.login(self.user, self.password)
                if message is None:
                    connection.noop()
                else:
                    connection.send_message(message)
                is_done = True
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            if is_done:  # only the farewell failed
                return
            raise EmailFailedError(f"e-mail cannot be sent: {type(error).__name__}") from error

    def _connect(self) -> smtplib.SMTP:
        if self.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
