"""Settings from HAVEN_... variables and the file of settings, in which `haven setup` writes them.

What the environment names wins over the file. A missing, invalid or unknown setting stops the start
with its fix.
"""

from __future__ import annotations

import os
import re
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import HavenError, SettingError
from bot.private_file import read_private_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PREFIX = "HAVEN_"
ENV_FILE = Path("/etc/haven/haven.env")
"""The file of settings that every command reads, unless HAVEN_ENV_FILE names another."""
OTHER_NAMES = frozenset({"HAVEN_ENV_FILE", "HAVEN_PYTHON", "HAVEN_FULL_LENGTH", "HAVEN_BENCH_KEYS"})
"""Variables that are no settings: of this file, of `run`, of drills and benchmarks."""
BOT_CREDENTIAL_PATTERN = r"^\d{1,20}:[A-Za-z0-9_-]{30,60}$"
MAX_RETENTION_DAYS = 365
HOURS_PATTERN = r"^$|^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
WEEKDAYS_PATTERN = r"^[1-7]-[1-7]$"
LIST_PATTERN = r"^$|^[^,\s]+(,[^,\s]+)*$"
FILES_PATTERN = r"^$|^file:///[^?#\s]+$|^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?$"
LISTEN_PATTERN = r"^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$"
MAX_PORT = 65_535
LOCALHOST = r"(127\.0\.0\.1|localhost|\[::1\])"
ENDPOINT_PATTERN = rf"^$|^https://[^\s/@]+/?$|^http://{LOCALHOST}(:\d{{1,5}})?/?$"
ORIGIN_PATTERN = rf"^$|^https://[a-z0-9.-]+(:\d{{1,5}})?$|^http://{LOCALHOST}(:\d{{1,5}})?$"
SOURCE_PATTERN = r"^$|^https?://[^\s]{4,100}$"
PROXY_PATTERN = r"^https?://([^@/\s]+@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}/?$"
EMAIL_PATTERN = r"^$|^[^@\s<>,]{1,64}@[A-Za-z0-9.-]{1,190}$"
WEBHOOK_PATH = r"(/[A-Za-z0-9._~/-]{0,120})?"
WEBHOOK_PATTERN = (
    rf"^$|^https://[a-z0-9.-]+(:(443|80|88|8443))?{WEBHOOK_PATH}$"
    rf"|^http://{LOCALHOST}(:\d{{1,5}})?{WEBHOOK_PATH}$"
)
"""Telegram posts to these ports alone; a Bot API server on this machine to any, without TLS too."""
WEBHOOK_SECRET_PATTERN = r"^[A-Za-z0-9_-]{20,256}$"  # noqa: S105 - a pattern
DEFAULT_WEBHOOK_LISTEN = "127.0.0.1:8093"
SMTP_PATTERN = r"^smtps?://([^@/\s]+@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$"
AGREEMENT = r"[a-z0-9_]{1,40}=\d{4}-\d\d-\d\d/(\d{4}-\d\d-\d\d)?"
AGREEMENTS_PATTERN = rf"^$|^{AGREEMENT}(,{AGREEMENT})*$"
MAX_REASON, MIN_REASON = 200, 10
NAMES_PATTERN = r"^$|^[A-Za-z_]+=[^,=\r\n]{1,64}(,[A-Za-z_]+=[^,=\r\n]{1,64})*$"
MAX_WAIT_MINUTES = 60 * 24 * 31
"""One month: the longest reply time a setting may name."""
PRIORITY_COUNT = 5
CREDENTIAL = "haven-host-key"
"""The name of the host key among the credentials of a systemd service."""
TOKEN_CREDENTIAL = "haven-telegram-token"  # noqa: S105 - a name
"""The name of the bot's token there."""
FILES_CREDENTIAL = "haven-files-key"
"""The name of the bucket's key there."""
SETTING_HINTS = {
    "data": "a folder Haven may write to, e.g. HAVEN_DATA=/var/lib/haven",
    "telegram_token": "the token BotFather gave, like 123456:ABC..., without quotes or spaces",
    "telegram_token_file": "a file with that token, outside HAVEN_DATA, mode 0400",
    "webhook_url": "the public address Telegram posts to, on port 443, 80, 88 or 8443, e.g. "
    "HAVEN_WEBHOOK_URL=https://bot.example.org/telegram; empty: Haven polls",
    "webhook_listen": "an address and a port, not the desk's, e.g. "
    "HAVEN_WEBHOOK_LISTEN=127.0.0.1:8093",
    "webhook_secret_file": "a file with 20 to 256 of A-Z, a-z, 0-9, _ and -, mode 0400",
    "host_key_file": "a file made with: haven keys new; outside HAVEN_DATA, mode 0400",
    "passphrase_file": "a file with the host key's passphrase, outside HAVEN_DATA, mode 0400",
    "telegram_api": "an address like https://api.telegram.org or http://127.0.0.1:8081",
    "telegram_proxy": "an HTTP proxy, e.g. HAVEN_TELEGRAM_PROXY=http://proxy.example.org:3128, "
    "with USER:PASSWORD@ before its name if it asks for them; SOCKS is not understood",
    "database_url": "sqlite:///path or postgresql://user@host/name",
    "files_url": "file:///folder or s3://bucket/prefix; empty for the folder files of HAVEN_DATA",
    "files_endpoint": "https://NAME of the object storage, or http:// on this machine only; empty "
    "for AWS",
    "files_region": "the region of the bucket, e.g. HAVEN_FILES_REGION=ap-northeast-1",
    "files_addressing": "path or host: where the name of the bucket stands in addresses",
    "files_key_file": "a file with ID:SECRET of a key for the bucket, outside HAVEN_DATA, mode "
    "0400; empty for that of the environment (AWS_ACCESS_KEY_ID) or of the machine",
    "place": "the country whose phone numbers and law apply, e.g. HAVEN_PLACE=taiwan",
    "keys_url": "sqlite:///path or postgresql://user@host/name, not that of HAVEN_DATABASE_URL",
    "allow_async_standby": "yes, to start although no commit waits for a standby; leave it out",
    "time_zone": "the name of a time zone, e.g. Asia/Taipei",
    "organisation": "the name people are told, at most 60 characters, e.g. "
    "HAVEN_ORGANISATION='Hope House'",
    "organisation_kind": "one of: ngo, police, immigration, labour, agency",
    "contact": "how people reach the organisation outside this chat, at most 80 characters, e.g. a "
    "phone number",
    "hours": "when caseworkers answer, e.g. HAVEN_HOURS=09:00-21:00",
    "weekdays": "the days of those hours, from one day to another, Monday is 1, e.g. 1-5",
    "holidays": "dates without service, e.g. HAVEN_HOLIDAYS=2027-01-01,2027-02-06",
    "promise_minutes": "minutes until a reply is due, P0 to P4, rising, e.g. 2,15,240,1440,4320",
    "claim_lapses_minutes": "minutes until an unused claim returns to the queue, 1 or more",
    "silence_minutes": "minutes of silence after danger until staff are alerted, 1 or more",
    "desk_group": "the id of the caseworkers' group, negative, e.g. -1001234567890",
    "desk_mode": "notify (no texts of people in the group) or content (all of them)",
    "desk_listen": "an address and a port of this machine, e.g. HAVEN_DESK_LISTEN=127.0.0.1:8090",
    "watch_listen": "an address and a port, not the desk's, e.g. "
    "HAVEN_WATCH_LISTEN=127.0.0.1:8091; empty for none",
    "desk_origin": "the desk's address in browsers: https://NAME, or http:// on this machine only",
    "partner_room_listen": "an address and a port, not the desk's, e.g. "
    "HAVEN_PARTNER_ROOM_LISTEN=127.0.0.1:8092; empty for none",
    "partner_room_origin": "the room's address in browsers, another name than the desk's: "
    "https://NAME, or http:// on this machine only",
    "staff_language": "the language of the desk: zh_Hant or en",
    "languages": "languages people can choose, e.g. HAVEN_LANGUAGES=id,vi,en; empty for all",
    "bot_names": "names by language, 1 to 64 characters, e.g. HAVEN_BOT_NAMES=en=Garden,id=Kebun",
    "backups": "a folder for backups, outside HAVEN_DATA and better on another disk",
    "backup_key": "what haven keys backup printed, age1...; several with commas, or a file of them",
    "smtp_url": "smtps://USER:PASSWORD@HOST:465, or smtp://... for STARTTLS on port 587",
    "push_contact": "an e-mail address, e.g. HAVEN_PUSH_CONTACT=admin@example.org",
    "smtp_from": "the address e-mails come from, e.g. HAVEN_SMTP_FROM=haven@example.org",
    "agreements": "recipients with the first and last day, e.g. legal_aid=2026-01-01/2026-12-31,"
    "spa=2026-06-01/; haven directory recipients lists their codes",
    "connections": "why cases are compared, in 10 to 200 characters, e.g. "
    "HAVEN_CONNECTIONS='to find brokers whom several people report'; empty: they are not compared",
    "synthetic_budget": "how much privacy all synthetic releases together may spend, 0 to 20",
    "assist_models": "a folder with manifest.json and models, e.g. HAVEN_ASSIST_MODELS=/srv/models",
    "source": "where people find the source code, e.g. HAVEN_SOURCE=https://example.org/haven",
    "directory_days": "days an entry of the directory of services is shown after it was verified, "
    "7 to 365",
    "directory_place_days": "the same for an entry where people can stay, 2 to 365",
    "keep_days": f"days a closed case is kept, 7 to {MAX_RETENTION_DAYS}",
}


class Settings(BaseSettings):
    """The settings of a deployment, read from HAVEN_... variables."""

    model_config = SettingsConfigDict(env_prefix="HAVEN_", extra="forbid", frozen=True)

    data: Path = Path("haven-data")
    """The folder of this deployment."""
    telegram_token: SecretStr | None = None
    """The bot's token, from BotFather; never logged."""
    telegram_token_file: Path | None = None
    """A file with that token, which then stands in no environment; systemd can hand it over too."""
    telegram_api: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] = (
        "https://api.telegram.org"
    )
    """The Bot API: Telegram, a local Bot API server, or the sandbox."""
    telegram_proxy: SecretStr | None = None
    """The HTTP proxy through which Telegram is reached, by default none; never logged."""
    webhook_url: Annotated[str, Field(pattern=WEBHOOK_PATTERN)] = ""
    """The public address to which Telegram posts messages; empty: they are polled."""
    webhook_secret_file: Path | None = None
    """A file with the secret of those posts, by default derived from the token."""
    host_key_file: Path | None = None
    """The host key, outside the data folder."""
    passphrase_file: Path | None = None
    """The passphrase of a locked host key; without this file the terminal asks for it."""
    database_url: str | None = None
    """The database, by default SQLite in the data folder."""
    files_url: Annotated[str, Field(pattern=FILES_PATTERN)] = ""
    """Where sealed files lie: a folder or a bucket, by default `files` in the data folder."""
    files_endpoint: Annotated[str, Field(pattern=ENDPOINT_PATTERN)] = ""
    """The object storage, if it is not AWS; TLS is required unless it is on this machine."""
    files_region: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    """The region of the bucket."""
    files_addressing: Literal["path", "host"] = "path"
    """Whether the bucket is named in the path of an address or in its host."""
    files_key_file: Path | None = None
    """A file with ID:SECRET of the bucket's key, by default the environment's; never logged."""
    place: Annotated[str, Field(max_length=40)] = "taiwan"
    """The country whose phone numbers and law apply."""
    keys_url: str | None = None
    """The key store, by default SQLite in the data folder."""
    allow_async_standby: bool = False
    """`yes` starts although a standby is behind: if it is promoted, what was stored is lost."""
    time_zone: str = "Asia/Taipei"
    """The time zone of hours and dates people see."""
    organisation: Annotated[str, Field(max_length=60)] = ""
    """The name people read of the organisation that answers."""
    organisation_kind: Literal["ngo", "police", "immigration", "labour", "agency"] = "ngo"
    """Decides what people read about duties to report."""
    contact: Annotated[str, Field(max_length=80)] = ""
    """A way to reach the organisation outside this chat."""
    hours: Annotated[str, Field(pattern=HOURS_PATTERN)] = ""
    """When caseworkers answer, until it is set at the desk; empty for no fixed hours."""
    weekdays: Annotated[str, Field(pattern=WEEKDAYS_PATTERN)] = "1-7"
    """The days of those hours, Monday is 1; `6-2` spans the end of the week."""
    holidays: Annotated[str, Field(pattern=LIST_PATTERN)] = ""
    """Dates without service, until they are set at the desk."""
    promise_minutes: Annotated[str, Field(pattern=LIST_PATTERN)] = "2,15,240,1440,4320"
    """Minutes until a reply is due, in opening hours (P0: any hour), until set at the desk."""
    claim_lapses_minutes: Annotated[int, Field(ge=1, le=MAX_WAIT_MINUTES)] = 15
    """Minutes until an unused claim returns to the queue."""
    silence_minutes: Annotated[int, Field(ge=1, le=MAX_WAIT_MINUTES)] = 30
    """Minutes of silence, after a person in danger got a reply, until staff are alerted."""
    desk_group: Annotated[int, Field(le=0, ge=-(2**52))] = 0
    """The Telegram group with topics where caseworkers answer; 0 for none."""
    desk_mode: Literal["notify", "content"] = "notify"
    """Whether that group shows what people write, which then is on Telegram's servers too."""
    desk_listen: Annotated[str, Field(pattern=LISTEN_PATTERN)] = "127.0.0.1:8090"
    """Where the browser desk listens; a proxy before it speaks TLS."""
    desk_origin: Annotated[str, Field(pattern=ORIGIN_PATTERN)] = ""
    """The desk's address in browsers, by default where it listens."""
    partner_room_listen: Annotated[str, Field(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where the partners' room listens, by default nowhere; a proxy before it speaks TLS."""
    partner_room_origin: Annotated[str, Field(pattern=ORIGIN_PATTERN)] = ""
    """The room's address in browsers, by default where it listens."""
    watch_listen: Annotated[str, Field(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where `/healthz`, `/readyz` and `/metrics` are served, without a password; empty: nowhere."""
    webhook_listen: Annotated[str, Field(pattern=rf"^$|{LISTEN_PATTERN}")] = ""
    """Where those posts arrive, by default `127.0.0.1:8093`; a proxy before it speaks TLS."""
    staff_language: Literal["zh_Hant", "en"] = "zh_Hant"
    """The language of the group, and of the desk until a caseworker chooses another."""
    languages: Annotated[str, Field(pattern=LIST_PATTERN)] = ""
    """Languages people can choose, by default all that are complete; English is always offered."""
    bot_names: Annotated[str, Field(pattern=NAMES_PATTERN)] = ""
    """The bot's name by language; empty keeps the name BotFather knows."""
    backups: Path | None = None
    """The folder of backups, where old archives are removed."""
    backup_key: str = ""
    """To whom backups are encrypted: age recipients, several with commas, or a file of them."""
    smtp_url: SecretStr | None = None
    """The mail server that calls on-call caseworkers; never logged."""
    smtp_from: Annotated[str, Field(pattern=EMAIL_PATTERN)] = ""
    """The address those e-mails come from."""
    push_contact: Annotated[str, Field(pattern=EMAIL_PATTERN)] = ""
    """An e-mail address for push services; set, on-call caseworkers can be called in a browser."""
    agreements: Annotated[str, Field(pattern=AGREEMENTS_PATTERN)] = ""
    """Organisations that agreed to take referrals, each with the first and the last day of that."""
    connections: Annotated[str, Field(max_length=MAX_REASON)] = ""
    """Why cases are compared by what is known of suspects, in words; empty: they are not."""
    synthetic_budget: Annotated[float, Field(ge=0, le=20)] = 0
    """Epsilon that all synthetic releases together may spend; 0: none is made."""
    assist_models: Path | None = None
    """A folder of models that give staff a first translation; none: nothing is offered."""
    keep_days: Annotated[int, Field(ge=7, le=MAX_RETENTION_DAYS)] = 90
    """Days a closed case is kept."""
    directory_days: Annotated[int, Field(ge=7, le=365)] = 90
    """Days an entry of the directory of services is shown after it was verified."""
    directory_place_days: Annotated[int, Field(ge=2, le=365)] = 30
    """The same for an entry where people can stay."""
    source: Annotated[str, Field(pattern=SOURCE_PATTERN)] = ""
    """Where the source code of this release is; empty: people are told to ask you for it."""

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.match(BOT_CREDENTIAL_PATTERN, token.get_secret_value()):
            raise ValueError("not a token")
        return token

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(SMTP_PATTERN, url.get_secret_value()):
            raise ValueError("not an address of a mail server")
        return url

    @field_validator("telegram_proxy")
    @classmethod
    def _check_telegram_proxy(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None and not re.match(PROXY_PATTERN, address.get_secret_value()):
            raise ValueError("not an address of a proxy")
        return address

    @field_validator("desk_listen", "partner_room_listen", "watch_listen", "webhook_listen")
    @classmethod
    def _check_address(cls, address: str) -> str:
        if not address:
            return address
        host, port = _parse_address(address)
        ip_address(host)
        if port > MAX_PORT:
            raise ValueError("no such port")
        return address

    @field_validator("partner_room_listen", "watch_listen", "webhook_listen")
    @classmethod
    def _check_own_port(cls, address: str, others: ValidationInfo) -> str:
        for name in ("desk_listen", "partner_room_listen", "watch_listen"):  # that stand earlier
            other = others.data.get(name)
            if address and other and _is_one_port(_parse_address(address), _parse_address(other)):
                raise ValueError("another page listens there")
        return address

    @field_validator("partner_room_origin")
    @classmethod
    def _check_room_origin(cls, origin: str, others: ValidationInfo) -> str:
        if origin and origin == others.data.get("desk_origin"):
            raise ValueError("the desk is there")
        return origin

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
            raise ValueError("unknown time zone") from None
        return name

    @field_validator("weekdays")
    @classmethod
    def _check_weekdays(cls, days: str) -> str:
        if days[0] == days[2]:
            raise ValueError("first and last day are the same")
        return days

    @field_validator("holidays")
    @classmethod
    def _check_holidays(cls, days: str) -> str:
        _parse_dates(days)
        return days

    @field_validator("agreements")
    @classmethod
    def _check_agreements(cls, listed: str) -> str:
        parsed = _parse_agreements(listed)
        if len(parsed) != len(listed.split(",")) and listed:
            raise ValueError("one recipient twice")
        if any(until is not None and until < since for since, until in parsed.values()):
            raise ValueError("an agreement ends before it begins")
        return listed

    @field_validator("connections")
    @classmethod
    def _check_connections(cls, reason: str) -> str:
        letters = sum(char.isalpha() for char in reason)
        if reason and (letters < MIN_REASON or not reason.isprintable()):
            raise ValueError("not a reason in words")
        return reason.strip()

    @field_validator("promise_minutes")
    @classmethod
    def _check_promise_minutes(cls, minutes: str) -> str:
        parsed = _parse_numbers(minutes)
        if len(parsed) != PRIORITY_COUNT or parsed != tuple(sorted(parsed)):
            raise ValueError("not one number for each priority, or a number smaller than before")
        if parsed[0] < 1 or parsed[-1] > MAX_WAIT_MINUTES:
            raise ValueError("too short or too long")
        return minutes

    @property
    def response_minutes(self) -> tuple[int, ...]:
        """Return the minutes until a reply is due, by priority."""
        return _parse_numbers(self.promise_minutes)

    @property
    def open_weekdays(self) -> frozenset[int]:
        """Return the days of service; Monday is 1."""
        first, last = int(self.weekdays[0]), int(self.weekdays[2])
        return frozenset((first + ahead - 1) % 7 + 1 for ahead in range((last - first) % 7 + 1))

    @property
    def holiday_dates(self) -> frozenset[date]:
        """Return the dates without service."""
        return frozenset(_parse_dates(self.holidays))

    @property
    def agreement_days(self) -> dict[str, tuple[date, date | None]]:
        """Return the first and last day of each agreement, by recipient; None: no end is set."""
        return _parse_agreements(self.agreements)

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
            raise _not_set(*missing)
        return self.organisation, self.contact

    @property
    def desk_host_port(self) -> tuple[str, int]:
        """Return the address and the port the desk listens on."""
        return _parse_address(self.desk_listen)

    @property
    def watch_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port for monitoring; None for nowhere."""
        return _parse_address(self.watch_listen) if self.watch_listen else None

    @property
    def webhook_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port for posts of Telegram; None while they are polled."""
        if not self.webhook_url:
            return None
        return _parse_address(self.webhook_listen or DEFAULT_WEBHOOK_LISTEN)

    @property
    def desk_url(self) -> str:
        """Return the desk's address in browsers.

        Raises:
            SettingError: the desk listens to other machines and `desk_origin` is not set.
        """
        if self.desk_origin:
            return self.desk_origin
        if self.desk_host_port[0] not in {"127.0.0.1", "::1"}:
            raise _not_set("desk_origin")
        return f"http://{self.desk_listen}"

    @property
    def partner_room_host_port(self) -> tuple[str, int] | None:
        """Return the address and the port of the partners' room; None for nowhere."""
        return _parse_address(self.partner_room_listen) if self.partner_room_listen else None

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
            raise _not_set("partner_room_origin")
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
            return self.telegram_token.get_secret_value()
        path = self.telegram_token_file or _credential(TOKEN_CREDENTIAL)
        if path is None:
            raise _not_set("telegram_token")
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
        return self.telegram_proxy.get_secret_value()

    def host_key_credential(self) -> Path | None:
        """Return the host key from systemd (LoadCredentialEncrypted=haven-host-key:...), if any."""
        return _credential(CREDENTIAL)

    @property
    def files_key_path(self) -> Path | None:
        """Return the file with the key of the bucket, as it is set or from systemd, if any."""
        return self.files_key_file or _credential(FILES_CREDENTIAL)

    def required_host_key_file(self) -> Path:
        """Return the path of the host key.

        Raises:
            SettingError: it is not set.
        """
        if self.host_key_file is None:
            raise _not_set("host_key_file")
        return self.host_key_file


def _parse_address(address: str) -> tuple[str, int]:
    host, _colon, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _is_one_port(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Tell whether two addresses cannot be listened on at once."""
    hosts = {one[0], other[0]}
    return one[1] == other[1] and (len(hosts) == 1 or bool(hosts & {"0.0.0.0", "::"}))  # noqa: S104 - compared


def _credential(name: str) -> Path | None:
    """Return the file of a credential that systemd handed to this service, if any."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.exists() else None


def _not_set(*names: str) -> SettingError:
    hints = (f"HAVEN_{name.upper()} is not set: {SETTING_HINTS[name]}" for name in names)
    return SettingError("; ".join(hints) + _missing_credential(names) + _next_step())


def _missing_credential(names: Collection[str]) -> str:
    """Return what to look at if systemd started this process and handed over too little."""
    wanted = {"host_key_file": CREDENTIAL, "telegram_token": TOKEN_CREDENTIAL}
    missing = next((wanted[name] for name in names if name in wanted), "")
    if not missing or not os.environ.get("CREDENTIALS_DIRECTORY"):
        return ""
    return (
        f". systemd handed over no credential {missing}: see LoadCredential in the unit, which "
        "haven setup writes"
    )


def _next_step() -> str:
    """Return how to begin, where nothing at all is set."""
    if _env_file() is not None or any(
        it.upper().startswith(PREFIX) for it in os.environ.keys() - OTHER_NAMES
    ):
        return ""
    return ". haven setup, as root, asks for all settings; haven demo shows Haven without any"


def _parse_numbers(listed: str) -> tuple[int, ...]:
    return tuple(int(number) for number in listed.split(",") if number)


def _parse_dates(listed: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in listed.split(",") if day)


def _parse_agreements(listed: str) -> dict[str, tuple[date, date | None]]:
    found = {}
    for one in filter(None, listed.split(",")):
        code, _equals, days = one.partition("=")
        since, _slash, until = days.partition("/")
        found[code] = (date.fromisoformat(since), date.fromisoformat(until) if until else None)
    return found


def load_settings(*, with_file: bool = True, **overrides: object) -> Settings:
    """Return the settings of this process; `with_file` says whether the file is read as well.

    Raises:
        SettingError: names every invalid or unknown setting and what it should be, never its value.
    """
    in_file = read_env_file(_env_file()) if with_file else {}
    refuse_unknown(os.environ)
    set_here = {name.upper() for name in os.environ}
    given = {_field(name): it for name, it in in_file.items() if name not in set_here} | overrides
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) if fault["loc"] else "?" for fault in error.errors()})
        raise SettingError("\n".join(setting_hint(it) for it in names)) from None


def setting_hint(field: str) -> str:
    """Return what the value of a setting should be."""
    return f"{setting_name(field)}: {SETTING_HINTS.get(field, 'unknown setting')}"


def setting_name(field: str) -> str:
    """Return the variable of a setting."""
    return PREFIX + field.upper()


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower()


def _env_file() -> Path | None:
    """Return the file of settings; None if there is none, or HAVEN_ENV_FILE is empty."""
    named = os.environ.get("HAVEN_ENV_FILE")
    if named is not None:
        return Path(named) if named else None
    try:
        return ENV_FILE if ENV_FILE.exists() else None
    except OSError:  # its folder is closed to this user
        return ENV_FILE


def read_env_file(path: Path | None) -> dict[str, str]:
    """Return the settings of a file by variable; empty for no file.

    Raises:
        SettingError: the file cannot be read, or a line is no setting.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except PermissionError:
        raise SettingError(f"{path} cannot be read by this user: run this as root (sudo)") from None
    except (OSError, ValueError):
        raise SettingError(
            f"{path} cannot be read; haven setup writes it, HAVEN_ENV_FILE names another"
        ) from None
    found = {}
    for line in lines:
        if line.error or (line.key is not None and line.value is None):
            text = line.original.string
            number = line.original.line + len(text) - len(text.lstrip("\n"))
            raise SettingError(f'{path}, line {number}: write it as HAVEN_NAME="value"')
        if line.key is not None and line.value is not None:
            found[line.key] = line.value
    refuse_unknown(found, f" in {path}", prefix="")
    return found


def refuse_unknown(names: Iterable[str], where: str = "", prefix: str = PREFIX) -> None:
    """Raise SettingError for variables that begin with a prefix and are no settings.

    The text names the setting that was probably meant.
    """
    known = {setting_name(field) for field in Settings.model_fields} | OTHER_NAMES
    unknown = sorted({it.upper() for it in names if it.upper().startswith(prefix)} - known)
    faults = []
    for name in unknown:
        meant = get_close_matches(name, known - OTHER_NAMES, n=1, cutoff=0.5)
        hint = f"did you mean {meant[0]}?" if meant else "remove it"
        faults.append(f"{name}{where} is no setting of Haven: {hint}")
    if faults:
        raise SettingError("\n".join(faults))
