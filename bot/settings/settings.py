"""The settings of a deployment: each with its form, its default and what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta

from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line
from bot.settings.formats import (
    AGREEMENTS_PATTERN,
    BOT_CREDENTIAL_PATTERN,
    DEFAULT_WEBHOOK_LISTEN,
    EMAIL_PATTERN,
    ENDPOINT_PATTERN,
    FILES_PATTERN,
    HOURS_PATTERN,
    LIST_PATTERN,
    LISTEN_PATTERN,
    MAX_REASON,
    MAX_RETENTION_DAYS,
    MAX_WAIT_MINUTES,
    NAMES_PATTERN,
    ORIGIN_PATTERN,
    SOURCE_PATTERN,
    WEBHOOK_PATTERN,
    WEBHOOK_SECRET_PATTERN,
    WEEKDAYS_PATTERN,
    Secret,
    parse_address,
    parse_agreements,
    parse_dates,
    parse_numbers,
)
from bot.settings.hints import SETTING_HINTS, setting_hint
from bot.settings.missing import (
    CREDENTIAL,
    FILES_CREDENTIAL,
    TOKEN_CREDENTIAL,
    find_credential,
    not_set,
)

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a deployment. `load_settings` reads and checks them."""

    named: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    """The settings that were set, by field; no setting itself."""
    data: Path = Path("haven-data")
    """The folder of this deployment."""
    telegram_token: Secret | None = None
    """The bot's token, from BotFather; never logged."""
    telegram_token_file: Path | None = None
    """A file with that token, which then stands in no environment; systemd can hand it over too."""
    telegram_api: Annotated[str, Meta(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] = (
        "https://api.telegram.org"
    )
    """The Bot API: Telegram, a local Bot API server, or the sandbox."""
    telegram_proxy: Secret | None = None
    """The HTTP proxy through which Telegram is reached, by default none; never logged."""
    webhook_url: Annotated[str, Meta(pattern=WEBHOOK_PATTERN)] = ""
    """The public address to which Telegram posts messages; empty: they are polled."""
    webhook_secret_file: Path | None = None
    """A file with the secret of those posts, by default derived from the token."""
    host_key_file: Path | None = None
    """The host key, outside the data folder."""
    passphrase_file: Path | None = None
    """The passphrase of a locked host key; without this file the terminal asks for it."""
    database_url: str | None = None
    """The database, by default SQLite in the data folder."""
    files_url: Annotated[str, Meta(pattern=FILES_PATTERN)] = ""
    """Where sealed files lie: a folder or a bucket, by default `files` in the data folder."""
    files_endpoint: Annotated[str, Meta(pattern=ENDPOINT_PATTERN)] = ""
    """The object storage, if it is not AWS; TLS is required unless it is on this machine."""
    files_region: Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    """The region of the bucket."""
    files_addressing: Literal["path", "host"] = "path"
    """Whether the bucket is named in the path of an address or in its host."""
    files_key_file: Path | None = None
    """A file with ID:SECRET of the bucket's key, by default the environment's; never logged."""
    place: Annotated[str, Meta(max_length=40)] = "taiwan"
    """The country whose phone numbers and law apply."""
    keys_url: str | None = None
    """The key store, by default SQLite in the data folder."""
    allow_async_standby: bool = False
    """`yes` starts although a standby is behind: if it is promoted, what was stored is lost."""
    time_zone: str = "Asia/Taipei"
    """The time zone of hours and dates people see."""
    organisation: Annotated[str, Meta(max_length=60)] = ""
    """The name people read of the organisation that answers; without a link."""
    organisation_kind: Literal["ngo", "police", "immigration", "labour", "agency"] = "ngo"
    """Decides what people read about duties to report."""
    contact: Annotated[str, Meta(max_length=80)] = ""
    """A way to reach the organisation outside this chat."""
    hours: Annotated[str, Meta(pattern=HOURS_PATTERN)] = ""
    """When caseworkers answer, until it is set at the desk; empty for no fixed hours."""
    weekdays: Annotated[str, Meta(pattern=WEEKDAYS_PATTERN)] = "1-7"
    """The days of those hours, Monday is 1; `6-2` spans the end of the week."""
    holidays: Annotated[str, Meta(pattern=LIST_PATTERN)] = ""
    """Dates without service, until they are set at the desk."""
    promise_minutes: Annotated[str, Meta(pattern=LIST_PATTERN)] = "2,15,240,1440,4320"
    """Minutes until a reply is due, in opening hours (P0: any hour), until set at the desk."""
    claim_lapses_minutes: Annotated[int, Meta(ge=1, le=MAX_WAIT_MINUTES)] = 15
    """Minutes until an unused claim returns to the queue."""
    silence_minutes: Annotated[int, Meta(ge=1, le=MAX_WAIT_MINUTES)] = 30
    """Minutes of silence, after a person in danger got a reply, until staff are alerted."""
    desk_group: Annotated[int, Meta(le=0, ge=-(2**52))] = 0
    """The Telegram group with topics where caseworkers answer; 0 for none."""
    desk_mode: Literal["notify", "content"] = "notify"
    """Whether that group shows what people write, which then is on Telegram's servers too."""
    desk_listen: Annotated[str, Meta(pattern=LISTEN_PATTERN)] = "127.0.0.1:8090"
    """Where the browser desk listens; a proxy before it speaks TLS."""
    desk_origin: Annotated[str, Meta(pattern=ORIGIN_PATTERN)] = ""
    """The desk's address in browsers, by default where it listens."""
    partner_room_listen: Annotated[str, Meta(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where the partners' room listens, by default nowhere; a proxy before it speaks TLS."""
    partner_room_origin: Annotated[str, Meta(pattern=ORIGIN_PATTERN)] = ""
    """The room's address in browsers, by default where it listens."""
    watch_listen: Annotated[str, Meta(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where `/healthz`, `/readyz` and `/metrics` are served, without a password; empty: nowhere."""
    webhook_listen: Annotated[str, Meta(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where those posts arrive, by default `127.0.0.1:8093`; a proxy before it speaks TLS."""
    staff_language: Literal["zh_Hant", "en"] = "zh_Hant"
    """The language of the group, and of the desk until a caseworker chooses another."""
    languages: Annotated[str, Meta(pattern=LIST_PATTERN)] = ""
    """Languages people can choose, by default all that are complete; English is always offered."""
    bot_names: Annotated[str, Meta(pattern=NAMES_PATTERN)] = ""
    """The bot's name by language; empty keeps the name BotFather knows."""
    backups: Path | None = None
    """The folder of backups, where old archives are removed."""
    backup_key: str = ""
    """To whom backups are encrypted: age recipients, several with commas, or a file of them."""
    smtp_url: Secret | None = None
    """The mail server that calls on-call caseworkers; never logged."""
    smtp_from: Annotated[str, Meta(pattern=EMAIL_PATTERN)] = ""
    """The address those e-mails come from."""
    push_contact: Annotated[str, Meta(pattern=EMAIL_PATTERN)] = ""
    """An e-mail address for push services; set, on-call caseworkers can be called in a browser."""
    agreements: Annotated[str, Meta(pattern=AGREEMENTS_PATTERN)] = ""
    """Organisations that agreed to take referrals, each with the first and the last day of that."""
    connections: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    """Why cases are compared by what is known of suspects, in words; empty: they are not."""
    synthetic_budget: Annotated[float, Meta(ge=0, le=20)] = 0
    """Epsilon that all synthetic releases together may spend; 0: none is made."""
    assist_models: Path | None = None
    """A folder of models that give staff a first translation; none: nothing is offered."""
    keep_days: Annotated[int, Meta(ge=7, le=MAX_RETENTION_DAYS)] = 90
    """Days a closed case is kept."""
    directory_days: Annotated[int, Meta(ge=7, le=365)] = 90
    """Days an entry of the directory of services is shown after it was verified."""
    directory_place_days: Annotated[int, Meta(ge=2, le=365)] = 30
    """The same for an entry where people can stay."""
    source: Annotated[str, Meta(pattern=SOURCE_PATTERN)] = ""
    """Where the source code of this release is; empty: people are told to ask you for it."""

    @property
    def response_minutes(self) -> tuple[int, ...]:
        """Return the minutes until a reply is due, by priority."""
        return parse_numbers(self.promise_minutes)

    @property
    def open_weekdays(self) -> frozenset[int]:
        """Return the days of service; Monday is 1."""
        first, last = int(self.weekdays[0]), int(self.weekdays[2])
        return frozenset((first + ahead - 1) % 7 + 1 for ahead in range((last - first) % 7 + 1))

    @property
    def holiday_dates(self) -> frozenset[date]:
        """Return the dates without service."""
        return frozenset(parse_dates(self.holidays))

    @property
    def agreement_days(self) -> dict[str, tuple[date, date | None]]:
        """Return the first and last day of each agreement, by recipient; None: no end is set."""
        return parse_agreements(self.agreements)

    @property
    def bot_names_by_language(self) -> dict[str, str]:
        """Return the bot's names by language."""
        pairs = (pair.partition("=") for pair in self.bot_names.split(",") if pair)
        return {tag: name.strip() for tag, _equals, name in pairs}

    def public_identity(self) -> tuple[str, str]:
        """Return the organisation and its contact.

        Raises:
            SettingError: one of them is not set.
        """
        if missing := [name for name in ("organisation", "contact") if not getattr(self, name)]:
            raise not_set(*missing)
        return self.organisation, self.contact

    @property
    def desk_host_port(self) -> tuple[str, int]:
        """Return the address and the port the desk listens on."""
        return parse_address(self.desk_listen)

    @property
    def watch_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port for monitoring; None for nowhere."""
        return parse_address(self.watch_listen) if self.watch_listen else None

    @property
    def webhook_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port for posts of Telegram; None while they are polled."""
        if not self.webhook_url:
            return None
        return parse_address(self.webhook_listen or DEFAULT_WEBHOOK_LISTEN)

    @property
    def desk_url(self) -> str:
        """Return the desk's address in browsers.

        Raises:
            SettingError: the desk listens to other machines and `desk_origin` is not set.
        """
        if self.desk_origin:
            return self.desk_origin
        if self.desk_host_port[0] not in {"127.0.0.1", "::1"}:
            raise SettingError(
                f"HAVEN_DESK_LISTEN ({self.desk_listen}) is not of this machine alone, and "
                f"{not_set('desk_origin')}"
            )
        return f"http://{self.desk_listen}"

    @property
    def partner_room_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port of the partners' room; None for nowhere."""
        return parse_address(self.partner_room_listen) if self.partner_room_listen else None

    @property
    def partner_room_url(self) -> str:
        """Return the address of the partners' room in browsers; empty for none.

        Raises:
            SettingError: it listens to other machines and `partner_room_origin` is not set.
        """
        listens = self.partner_room_host_port
        if listens is None or self.partner_room_origin:
            return self.partner_room_origin if listens else ""
        if listens[0] not in {"127.0.0.1", "::1"}:
            raise not_set("partner_room_origin")
        return f"http://{self.partner_room_listen}"

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.time_zone)

    def bot_number(self) -> int:
        """Return the bot's number, which its token begins with.

        Raises:
            SettingError: there is no token.
        """
        return int(self.token().partition(":")[0])

    def token(self) -> str:
        """Return the bot's token: as it is set, from its file, or from systemd's credential.

        Raises:
            SettingError: it is not set, or its file cannot be used.
        """
        if self.telegram_token is not None:
            return self.telegram_token.value
        path = self.telegram_token_file or find_credential(TOKEN_CREDENTIAL)
        if path is None:
            raise not_set("telegram_token")
        try:
            token = read_private_line(path).strip()
        except HavenError as error:
            raise SettingError(f"HAVEN_TELEGRAM_TOKEN_FILE: {error}") from None
        if not re.match(BOT_CREDENTIAL_PATTERN, token):
            raise SettingError(f"HAVEN_TELEGRAM_TOKEN_FILE: {SETTING_HINTS['telegram_token']}")
        return token

    def webhook_secret(self) -> str:
        """Return the secret of Telegram's posts from its file; empty for none.

        Raises:
            SettingError: the file cannot be used.
        """
        if self.webhook_secret_file is None:
            return ""
        try:
            secret = read_private_line(self.webhook_secret_file).strip()
        except HavenError as error:
            raise SettingError(f"HAVEN_WEBHOOK_SECRET_FILE: {error}") from None
        if not re.match(WEBHOOK_SECRET_PATTERN, secret):
            raise SettingError(setting_hint("webhook_secret_file"))
        return secret

    def proxy(self) -> str:
        """Return the address of the proxy to Telegram; empty for none.

        Raises:
            SettingError: the Bot API is reached without TLS, so the proxy would read everything.
        """
        if self.telegram_proxy is None:
            return ""
        if not self.telegram_api.startswith("https://"):
            raise SettingError(
                "HAVEN_TELEGRAM_PROXY: HAVEN_TELEGRAM_API is no https:// address, so the proxy "
                "would read the token and all messages; unset one of them"
            )
        return self.telegram_proxy.value

    def host_key_credential(self) -> Path | None:
        """Return the host key from systemd (LoadCredentialEncrypted=haven-host-key:...), if any."""
        return find_credential(CREDENTIAL)

    @property
    def files_key_path(self) -> Path | None:
        """Return the file with the key of the bucket, as it is set or from systemd, if any."""
        return self.files_key_file or find_credential(FILES_CREDENTIAL)

    def required_host_key_file(self) -> Path:
        """Return the path of the host key.

        Raises:
            SettingError: it is not set.
        """
        if self.host_key_file is None:
            raise not_set("host_key_file")
        return self.host_key_file


SETTING_NAMES = tuple(it.name for it in fields(Settings) if it.name != "named")
"""All settings, by field, in the order in which the file has them."""
