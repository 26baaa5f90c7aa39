"""What `haven doctor` asks outside Haven: Telegram, the time service, the desk's address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.app.front.update_source import webhook_secret
from bot.app.roles import ProcessRole
from bot.channels.telegram.inspection import TelegramAnswers, ask_telegram
from bot.channels.telegram.system_proxy import unused_proxy
from bot.channels.telegram.webhook.probe import check_webhook_address
from bot.channels.telegram.webhook.state import WebhookState
from bot.channels.tls_certificate import certificate_ends_at
from bot.cli.health.levels import CheckWarningError, NotKnownError
from bot.clock import DAY, SECOND, SystemClock, is_clock_synchronised
from bot.errors import HavenError
from bot.settings import Settings
from bot.store.processes.running import RunningProcess

CHECK_NETWORK = (
    "check the network, a firewall, HAVEN_TELEGRAM_API, and, where a proxy is the way out, "
    "HAVEN_TELEGRAM_PROXY"
)
SILENT = "Telegram does not answer at this moment"
POLLS_ALONE_AFTER = 30 * SECOND
"""After how long a front that goes on is met by no other poller: a younger one ends at once."""
NO_POLLER = (
    "Haven does not run, and only a bot that polls meets another one; if the service begins again "
    "and again, haven logs says why"
)
UNSEEN_POLLER = (
    "it cannot be seen whether Haven runs, and only a bot that polls meets another one: the "
    "database says who runs, and what is wrong with it stands below"
)
YOUNG_POLLER = (
    "Haven began less than half a minute ago: ask again then; if it begins again and again, haven "
    "logs says why"
)
TAKEN = (
    "another program asked for messages of this bot, last noticed at {when:%H:%M:%S}: what it took "
    "is missing here. Stop it, unless it was a Haven of yours that has ended; if none is yours, "
    "renew the token (/revoke at @BotFather), give the new one to haven setup or set "
    "HAVEN_TELEGRAM_TOKEN, and restart Haven"
)
Check = tuple[str, Callable[[], object]]
CERTIFICATE_NOTICE = 14 * DAY
"""Before a certificate ends, an operator should look why it was not renewed."""
NEW_TOKEN = "Set HAVEN_TELEGRAM_TOKEN to the one @BotFather shows under /token, then restart Haven"  # noqa: S105 - a sentence


@dataclass
class TelegramQuestions:
    """Asks Telegram once for all checks."""

    settings: Settings
    load_running: Callable[[], Sequence[RunningProcess] | None] = tuple
    """Returns the processes of the deployment; None if the data cannot be asked for them."""
    load_taken_at: Callable[[], int] = lambda: 0
    """Returns when another program took the messages lately; 0 if none did, as far as is known."""
    is_silent: bool = field(default=False, init=False)
    """Whether it was asked and did not answer."""
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
            self.is_silent = True
            raise HavenError(f"{error}; {unused_proxy(self.settings) or CHECK_NETWORK}") from None
        self._answers = answers
        if not answers.is_accepted:
            raise HavenError(f"it refuses the token. {NEW_TOKEN}")

    def check_taken(self) -> None:
        """Refuse a webhook that the settings do not know: another program gets what people write.

        And, where they name one, a webhook to which Telegram does not post, or in vain. Telegram
        does not say who polls: only a front that has polled for a while knows of no other, and
        notes when it met one.
        """
        answers = self._heard()
        if not answers.is_accepted:
            raise NotKnownError("Telegram refuses the token")
        found, url = answers.webhook, self.settings.webhook_url
        if not url and found.url:
            raise HavenError(
                f"messages go to the webhook of another program ({found.host}). Stop it; haven "
                "start removes the webhook. If it is a front of this deployment, set "
                "HAVEN_WEBHOOK_URL here too"
            )
        if found.url != url:
            where = f"posts to {found.host}" if found.url else "posts nowhere"
            raise HavenError(f"Telegram {where}: haven start sets HAVEN_WEBHOOK_URL")
        if url and found.is_failing(SystemClock().now()):
            raise HavenError(self._failing(found))
        if taken_at := self.load_taken_at():
            when = datetime.fromtimestamp(taken_at / SECOND, self.settings.zone)
            raise CheckWarningError(TAKEN.format(when=when))
        if not url:
            self._require_poller()

    def _require_poller(self) -> None:
        now, running = SystemClock().now(), self.load_running()
        if running is None:
            raise NotKnownError(UNSEEN_POLLER)
        fronts = [it for it in running if it.runs(ProcessRole.FRONT, now)]
        if not fronts:
            raise NotKnownError(NO_POLLER)
        if not any(it.has_run_for(POLLS_ALONE_AFTER, now) for it in fronts):
            raise NotKnownError(YOUNG_POLLER)

    def _failing(self, found: WebhookState) -> str:
        when = datetime.fromtimestamp(found.failed_at / SECOND, self.settings.zone)
        return (
            f"{found.pending} wait with Telegram, which could not post at {when:%H:%M:%S}: "
            f"{found.failure}. It posts them again by itself once that is mended"
        )

    def check_clock(self) -> None:
        """Refuse a clock that differs from Telegram's at this moment."""
        if error := self._heard().clock_error:
            way = "fast" if error > 0 else "slow"
            raise HavenError(
                f"this computer's clock is {abs(error) // SECOND} seconds {way}; set it, and let "
                "it be kept right (timedatectl set-ntp true)"
            )

    def _heard(self) -> TelegramAnswers:
        if self._answers is None:
            raise NotKnownError(SILENT)
        return self._answers

    def check_group(self) -> None:
        """Refuse a group in which the bot cannot open topics."""
        if self._answers is None or not self._answers.is_accepted:
            raise HavenError("not asked: Telegram does not answer, or refuses the token")
        if self._answers.group_fault:
            raise HavenError(f"HAVEN_DESK_GROUP: {self._answers.group_fault}")


def surroundings(settings: Settings, telegram: TelegramQuestions) -> Iterator[Check]:
    """Yield the checks that ask something outside Haven."""
    if _has_token(settings):
        yield "Telegram answers and takes the token", telegram.check_answers
        yield "no other program takes the messages", telegram.check_taken
        yield "clock is right by Telegram's at this moment", telegram.check_clock
    if settings.webhook_url and _has_token(settings):
        yield "HAVEN_WEBHOOK_URL leads to a front", lambda: check_front(settings)
    if settings.desk_group:
        yield "caseworkers' group", telegram.check_group
    yield "clock is kept by NTP", check_time_service
    if settings.desk_origin.startswith("https://"):
        yield "desk's address and its certificate", lambda: check_desk_address(settings)


def check_time_service() -> None:
    """Refuse a clock that nothing keeps right; where the system does not say, say nothing."""
    if is_clock_synchronised() is False:
        raise HavenError(
            "no time service keeps it: apt-get install systemd-timesyncd, or timedatectl set-ntp "
            "true. In a container, do this on the host"
        )


def check_front(settings: Settings) -> None:
    """Refuse a public address behind which no front takes posts with the secret of the settings."""
    check_webhook_address(settings.webhook_url, webhook_secret(settings))


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
