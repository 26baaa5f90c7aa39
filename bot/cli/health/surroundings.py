"""What `haven doctor` asks outside Haven: Telegram, the time service, the desk's address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.channels.telegram.inspection import TelegramAnswers, ask_telegram
from bot.channels.telegram.system_proxy import unused_proxy
from bot.channels.tls_certificate import certificate_ends_at
from bot.clock import DAY, SECOND, SystemClock, is_clock_synchronised
from bot.errors import HavenError
from bot.settings import Settings

CHECK_NETWORK = (
    "check the network, a firewall, HAVEN_TELEGRAM_API, and, where a proxy is the way out, "
    "HAVEN_TELEGRAM_PROXY"
)
Check = tuple[str, Callable[[], object]]
CERTIFICATE_NOTICE = 14 * DAY
"""Before a certificate ends, an operator should look why it was not renewed."""
NEW_TOKEN = "Set HAVEN_TELEGRAM_TOKEN to the one @BotFather shows under /token, then restart Haven"  # noqa: S105 - a sentence


@dataclass
class TelegramQuestions:
    """Asks Telegram once for all checks."""

    settings: Settings
    _answers: TelegramAnswers | None = field(default=None, init=False)

    def check_answers(self) -> None:
        """Refuse a Telegram that does not answer, and a token it does not take."""
        try:
            answers = asyncio.run(
                ask_telegram(
                    self.settings.token(),
                    self.settings.telegram_api,
                    self.settings.desk_group,
                    proxy=self.settings.proxy(),
                )
            )
        except HavenError as error:
            raise HavenError(f"{error}; {unused_proxy(self.settings) or CHECK_NETWORK}") from None
        self._answers = answers
        if not answers.is_accepted:
            raise HavenError(f"it refuses the token. {NEW_TOKEN}")

    def check_webhook(self) -> None:
        """Refuse a webhook: what people write goes to another program."""
        if self._answers is not None and self._answers.webhook:
            raise HavenError(
                f"messages go to the webhook of another program ({self._answers.webhook}). Stop "
                "it; haven start removes the webhook"
            )

    def check_clock(self) -> None:
        """Refuse a clock that differs from Telegram's at this moment."""
        if self._answers is not None and (error := self._answers.clock_error):
            way = "fast" if error > 0 else "slow"
            raise HavenError(
                f"this computer's clock is {abs(error) // SECOND} seconds {way}; set it, and let "
                "it be kept right (timedatectl set-ntp true)"
            )

    def check_group(self) -> None:
        """Refuse a group in which the bot cannot open topics."""
        if self._answers is None or not self._answers.is_accepted:
            raise HavenError("not asked: Telegram does not answer, or refuses the token")
        if self._answers.group_fault:
            raise HavenError(f"HAVEN_DESK_GROUP: {self._answers.group_fault}")


def surroundings(settings: Settings) -> Iterator[Check]:
    """Yield the checks that ask something outside Haven."""
    telegram = TelegramQuestions(settings)
    if _has_token(settings):
        yield "Telegram answers and takes the token", telegram.check_answers
        yield "no other program takes the messages", telegram.check_webhook
        yield "clock is right by Telegram's at this moment", telegram.check_clock
    if settings.desk_group:
        yield "caseworkers' group", telegram.check_group
    yield "clock is kept by NTP", check_time_service
    if settings.desk_origin.startswith("https://"):
        yield "desk's address and its certificate", lambda: check_desk_address(settings)


def check_time_service() -> None:
    """Refuse a clock that nothing keeps right; where the system does not say, say nothing."""
    if is_clock_synchronised() is False:
        raise HavenError(
            "no time service keeps it: timedatectl set-ntp true, or install chrony. In a "
            "container, do this on the host"
        )


def check_desk_address(settings: Settings, now: int | None = None) -> None:
    """Refuse an address that browsers cannot open, or soon cannot."""
    try:
        ends_at = certificate_ends_at(settings.desk_origin)
    except HavenError as error:
        raise HavenError(
            f"HAVEN_DESK_ORIGIN: {error}; see that the proxy before the desk runs, and that the "
            "name leads here"
        ) from None
    left = ends_at - (SystemClock().now() if now is None else now)
    if left < CERTIFICATE_NOTICE:
        day = datetime.fromtimestamp(ends_at / SECOND, UTC)
        raise HavenError(
            f"HAVEN_DESK_ORIGIN: its certificate ends on {day:%Y-%m-%d}; see why the proxy has not "
            "renewed it"
        )


def _has_token(settings: Settings) -> bool:
    try:
        settings.token()
    except HavenError:
        return False
    return True
