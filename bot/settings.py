"""Settings from the environment; a missing or wrong one stops the start, named, with the fix."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingError

TOKEN_PATTERN = r"^\d{1,20}:[A-Za-z0-9_-]{30,60}$"  # noqa: S105 - a shape, not a token
MAX_RETENTION_DAYS = 365
HOURS_PATTERN = r"^$|^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
WEEKDAYS_PATTERN = r"^[1-7]-[1-7]$"
LIST_PATTERN = r"^$|^[^,\s]+(,[^,\s]+)*$"
LISTEN_PATTERN = r"^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$"
LOCALHOST = r"(127\.0\.0\.1|localhost|\[::1\])"
ORIGIN_PATTERN = rf"^$|^https://[a-z0-9.-]+(:\d{{1,5}})?$|^http://{LOCALHOST}(:\d{{1,5}})?$"
NAMES_PATTERN = r"^$|^[A-Za-z_]+=[^,=\r\n]{1,64}(,[A-Za-z_]+=[^,=\r\n]{1,64})*$"
MAX_WAIT_MINUTES = 60 * 24 * 31
"""Minutes: what is promised for later than a month is no promise."""
PRIORITY_COUNT = 5
CREDENTIAL = "haven-host-key"
"""What the host key is called among the credentials of a systemd service."""
SETTING_HINTS = {
    "data": "a folder Haven may write to, e.g. HAVEN_DATA=/var/lib/haven",
    "telegram_token": "the token BotFather gave, like 123456:ABC..., with nothing around it",
    "host_key_file": "a file made with: haven keys new; outside HAVEN_DATA, mode 0400",
    "passphrase_file": "a file with the host key's passphrase, outside HAVEN_DATA, mode 0400",
    "telegram_api": "an address like https://api.telegram.org or http://127.0.0.1:8081",
    "database_url": "sqlite:///path or postgresql://user@host/name",
    "place": "the country whose numbers and law people are told, e.g. HAVEN_PLACE=taiwan",
    "keys_url": "sqlite:///path or postgresql://user@host/name, another than HAVEN_DATABASE_URL",
    "time_zone": "a zone's name, e.g. Asia/Taipei",
    "organisation": "the name people are told, e.g. HAVEN_ORGANISATION='Hope House'",
    "organisation_kind": "one of: ngo, police, immigration, labour",
    "contact": "how people reach the organisation outside this chat, e.g. a phone number",
    "hours": "when a person answers, e.g. HAVEN_HOURS=09:00-21:00",
    "weekdays": "the days of those hours, two different ones of 1 (Monday) to 7, e.g. 1-5",
    "holidays": "dates on which nobody answers, e.g. HAVEN_HOLIDAYS=2027-01-01,2027-02-06",
    "promise_minutes": "minutes to the first answer for P0 to P4, growing, e.g. 2,15,240,1440,4320",
    "claim_lapses_minutes": "minutes after which an untouched claim goes back, 1 or more",
    "silence_minutes": "minutes of silence after danger until staff are told, 1 or more",
    "desk_group": "the number of the caseworkers' group, negative, e.g. -1001234567890",
    "desk_mode": "notify (no words of people in the group) or content (all of them)",
    "desk_listen": "an address and a port of this machine, e.g. HAVEN_DESK_LISTEN=127.0.0.1:8090",
    "desk_origin": "where browsers find the desk: https://NAME, or http:// on this machine alone",
    "staff_language": "what the desk is written in: zh_Hant or en",
    "languages": "languages people can choose, e.g. HAVEN_LANGUAGES=id,vi,en; all that are whole",
    "bot_names": "names by language, 1 to 64 signs, e.g. HAVEN_BOT_NAMES=en=Garden,id=Kebun",
    "backups": "a folder for backups, outside HAVEN_DATA and better on another disk",
    "backup_key": "what haven keys backup printed",
    "keep_days": f"days a closed case is kept, 7 to {MAX_RETENTION_DAYS}",
}
"""What each setting wants to be, for the person who mends it."""


class Settings(BaseSettings):
    """Everything a deployment decides, read from HAVEN_... variables."""

    model_config = SettingsConfigDict(env_prefix="HAVEN_", extra="forbid", frozen=True)

    data: Path = Path("haven-data")
    """The folder of this deployment."""
    telegram_token: SecretStr | None = None
    """What Telegram knows the bot by; never logged, never printed."""
    telegram_api: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] = (
        "https://api.telegram.org"
    )
    """Where the Bot API is: Telegram, a local Bot API server, or the stand-in."""
    host_key_file: Path | None = None
    """The secret of this host, outside the data folder."""
    passphrase_file: Path | None = None
    """Holds the passphrase of a locked host key; without it, the passphrase is asked."""
    database_url: str | None = None
    """Another database than the SQLite file in the data folder."""
    place: Annotated[str, Field(max_length=40)] = "taiwan"
    """The country whose numbers and law people are told."""
    keys_url: str | None = None
    """Another key store than the SQLite file in the data folder."""
    time_zone: str = "Asia/Taipei"
    """The zone of hours and dates people see."""
    organisation: Annotated[str, Field(max_length=60)] = ""
    """Who answers: the name people are told."""
    organisation_kind: Literal["ngo", "police", "immigration", "labour"] = "ngo"
    """Decides what people are told about duties to pass things on."""
    contact: Annotated[str, Field(max_length=80)] = ""
    """A way to reach the organisation outside this chat."""
    hours: Annotated[str, Field(pattern=HOURS_PATTERN)] = ""
    """When a person answers, as 09:00-21:00; empty when nobody promised any."""
    weekdays: Annotated[str, Field(pattern=WEEKDAYS_PATTERN)] = "1-7"
    """The days of those hours, Monday is 1; `6-2` goes over the end of the week."""
    holidays: Annotated[str, Field(pattern=LIST_PATTERN)] = ""
    """Dates on which nobody answers, whatever the day."""
    promise_minutes: Annotated[str, Field(pattern=LIST_PATTERN)] = "2,15,240,1440,4320"
    """Minutes to the first answer, by priority, P0 first."""
    claim_lapses_minutes: Annotated[int, Field(ge=1, le=MAX_WAIT_MINUTES)] = 15
    """After how long a claim that nobody worked on goes back to the queue."""
    silence_minutes: Annotated[int, Field(ge=1, le=MAX_WAIT_MINUTES)] = 30
    """How long somebody in danger may say nothing, once answered, before staff are told."""
    desk_group: Annotated[int, Field(le=0, ge=-(2**52))] = 0
    """The Telegram group with topics in which caseworkers answer; 0 for none."""
    desk_mode: Literal["notify", "content"] = "notify"
    """Whether words of people are shown in that group: they then lie on Telegram's servers too."""
    desk_listen: Annotated[str, Field(pattern=LISTEN_PATTERN)] = "127.0.0.1:8090"
    """Where the desk in a browser listens; what stands before it speaks TLS."""
    desk_origin: Annotated[str, Field(pattern=ORIGIN_PATTERN)] = ""
    """Where browsers find it; empty: where it listens."""
    staff_language: Literal["zh_Hant", "en"] = "zh_Hant"
    """What caseworkers read in the group."""
    languages: Annotated[str, Field(pattern=LIST_PATTERN)] = ""
    """What people can choose; empty for every language whose catalogue is whole. English always."""
    bot_names: Annotated[str, Field(pattern=NAMES_PATTERN)] = ""
    """What the bot is called, by language; empty leaves what BotFather was told."""
    backups: Path | None = None
    """Where backups lie; those that are old enough are removed there."""
    backup_key: str = ""
    """The half of the offline key that seals backups."""
    keep_days: Annotated[int, Field(ge=7, le=MAX_RETENTION_DAYS)] = 90
    """How long a closed case is kept."""

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        import re  # noqa: PLC0415 - only where a token is

        if token is not None and not re.match(TOKEN_PATTERN, token.get_secret_value()):
            raise ValueError("not a token")
        return token

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such zone") from None
        return name

    @field_validator("weekdays")
    @classmethod
    def _check_weekdays(cls, days: str) -> str:
        if days[0] == days[2]:
            raise ValueError("one day is no span")
        return days

    @field_validator("holidays")
    @classmethod
    def _check_holidays(cls, days: str) -> str:
        _parse_dates(days)
        return days

    @field_validator("promise_minutes")
    @classmethod
    def _check_promise_minutes(cls, minutes: str) -> str:
        found = _parse_numbers(minutes)
        if len(found) != PRIORITY_COUNT or found != tuple(sorted(found)):
            raise ValueError("a less urgent case is not promised an earlier answer")
        if found[0] < 1 or found[-1] > MAX_WAIT_MINUTES:
            raise ValueError("too short or too long for a promise")
        return minutes

    @property
    def response_minutes(self) -> tuple[int, ...]:
        """Return the minutes to the first answer, by priority."""
        return _parse_numbers(self.promise_minutes)

    @property
    def open_weekdays(self) -> frozenset[int]:
        """Return the days on which a person answers; Monday is 1."""
        first, last = int(self.weekdays[0]), int(self.weekdays[2])
        return frozenset((first + ahead - 1) % 7 + 1 for ahead in range((last - first) % 7 + 1))

    @property
    def holiday_dates(self) -> frozenset[date]:
        """Return the dates on which nobody answers."""
        return frozenset(_parse_dates(self.holidays))

    @property
    def bot_names_by_language(self) -> dict[str, str]:
        """Return what the bot is called, by language."""
        pairs = (each.partition("=") for each in self.bot_names.split(",") if each)
        return {tag: name.strip() for tag, _equals, name in pairs}

    def public_identity(self) -> tuple[str, str]:
        """Return who answers and how else they can be reached: people are told both.

        Raises:
            WrongSetting: one of them was not set.
        """
        missing = [name for name in ("organisation", "contact") if not getattr(self, name)]
        if missing:
            raise SettingError(
                "\n".join(f"HAVEN_{n.upper()} is not set: {SETTING_HINTS[n]}" for n in missing)
            )
        return self.organisation, self.contact

    @property
    def desk_host_port(self) -> tuple[str, int]:
        """Return the address and the port the desk listens at."""
        host, _colon, port = self.desk_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def desk_url(self) -> str:
        """Return where browsers find the desk.

        Raises:
            WrongSetting: it listens to other machines, and nobody said under which name.
        """
        if self.desk_origin:
            return self.desk_origin
        if self.desk_host_port[0] not in {"127.0.0.1", "::1"}:
            raise SettingError(f"HAVEN_DESK_ORIGIN is not set: {SETTING_HINTS['desk_origin']}")
        return f"http://{self.desk_listen}"

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone itself."""
        return ZoneInfo(self.time_zone)

    def token(self) -> str:
        """Return the bot's token.

        Raises:
            WrongSetting: none was set.
        """
        if self.telegram_token is None:
            raise SettingError(
                f"HAVEN_TELEGRAM_TOKEN is not set: {SETTING_HINTS['telegram_token']}"
            )
        return self.telegram_token.get_secret_value()

    def host_key_credential(self) -> Path | None:
        """Return the host key systemd hands over (LoadCredentialEncrypted=haven-host-key:...)."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        path = Path(folder) / CREDENTIAL if folder else None
        return path if path is not None and path.exists() else None

    def required_host_key_file(self) -> Path:
        """Return where the host key lies.

        Raises:
            WrongSetting: it was not set.
        """
        if self.host_key_file is None:
            raise SettingError(f"HAVEN_HOST_KEY_FILE is not set: {SETTING_HINTS['host_key_file']}")
        return self.host_key_file


def _parse_numbers(listed: str) -> tuple[int, ...]:
    return tuple(int(number) for number in listed.split(",") if number)


def _parse_dates(listed: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in listed.split(",") if day)


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this process.

    Raises:
        WrongSetting: names every setting that cannot be used, and what it should be; never its
            value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        names = sorted({str(found["loc"][0]) if found["loc"] else "?" for found in error.errors()})
        lines = [
            f"HAVEN_{name.upper()}: {SETTING_HINTS.get(name, 'unknown setting')}" for name in names
        ]
        raise SettingError("\n".join(lines)) from None
