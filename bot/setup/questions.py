"""The questions of `haven setup`: each has a key in the file of answers, most set one setting."""

from __future__ import annotations

from dataclasses import dataclass

from bot.vault.keys.passwords import MIN_LENGTH


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    """One question of the command."""

    key: str
    text: str
    """What is asked at the terminal."""
    help: str
    """What one should know or do before; stands in the example of a file of answers, too."""
    default: str = ""
    example: str = ""
    setting: str = ""
    """The field of `Settings` it sets; empty if it sets none."""
    is_needed: bool = False
    is_secret: bool = False
    """Whether it is typed unseen, and never shown."""
    is_rare: bool = False
    """Whether it is asked at the terminal only on request."""
    is_for_new: bool = False
    """Whether it is asked only while there is no such account yet."""


def _setting(
    key: str, text: str, help_: str, default: str = "", **more: str | bool
) -> SetupQuestion:
    return SetupQuestion(key, text, help_, default, setting=key, **more)  # type: ignore[arg-type]


def _rare(key: str, text: str, help_: str, default: str = "", example: str = "") -> SetupQuestion:
    return SetupQuestion(key, text, help_, default, example, setting=key, is_rare=True)


BOT = (
    SetupQuestion(
        "token", "Token",
        "On a phone, open @BotFather in Telegram and send /newbot. The name you give is shown on "
        "locked screens and read by others: choose a harmless one, as of a shop or a garden. "
        "@BotFather answers with a token like 123456:ABC..., which gives control of the bot.",
        example="123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", is_needed=True, is_secret=True,
    ),
)  # fmt: skip
ORGANISATION = (
    _setting("organisation", "Name of the organisation",
             "People read who answers them, in every language. A name alone: a link belongs to the "
             "contact.", example="Hope House", is_needed=True),
    _setting("organisation_kind", "Kind: ngo, police, immigration, labour or agency",
             "Decides what people read about duties to report.", "ngo"),
    _setting("contact", "Contact",
             "How people reach you outside the chat: a telephone number or an address on the web.",
             example="02-1234-5678", is_needed=True),
    _setting("hours", "Hours",
             "When caseworkers answer, e.g. 09:00-21:00; empty for no fixed hours. Days and "
             "holidays are set at the desk later.", example="09:00-21:00"),
    _setting("staff_language", "Language of the desk: zh_Hant or en",
             "Each caseworker can choose another.", "zh_Hant"),
)  # fmt: skip
DESK = (
    _setting("desk_origin", "Address of the desk",
             "Where browsers find the desk, as https://NAME; a web server in front of Haven speaks "
             "TLS. Empty: only browsers on this machine reach it.",
             example="https://desk.example.org"),
    _setting("desk_group", "Telegram group",
             "A group with topics in which caseworkers are told that something waits; its number "
             "is negative. Empty or 0 for none.", example="-1001234567890"),
)  # fmt: skip
BACKUPS = (
    _setting("backups", "Folder of backups",
             "A folder for nightly backups, better on another disk. Empty: none are made.",
             example="/var/backups/haven"),
    _setting("backup_key", "Key of backups",
             "The public key for which backups are sealed: the line that haven keys backup FILE "
             "prints, best on another machine. Of several, with commas between, each opens them. "
             "Folder and key belong together. At a terminal, leave it empty, and a key is made "
             "here.", example="age1..."),
)  # fmt: skip
EXISTING = (
    SetupQuestion("host_key",
             "File with the host key of the data that are here (its path, not the key)",
             "Only if a backup was restored here, or the data come from another machine: the copy "
             "of their host key. Empty: a new key is made.",
             example="/media/stick/haven-host.key"),
)  # fmt: skip
STAFF = (
    SetupQuestion("administrator", "Name of the first administrator",
             "Administrators enrol colleagues and change settings at the desk; they open no case.",
             example="Wen", is_needed=True, is_for_new=True),
    SetupQuestion("administrator_password", "Their password",
             f"{MIN_LENGTH} characters or more; several words are easiest. Empty: they choose it "
             "at the desk, by the link that setup prints.",
             is_secret=True, is_for_new=True),
    SetupQuestion("caseworker", "Name of the first caseworker",
             "Haven starts only once someone can read what people send. Give the administrator's "
             "name again if one person does both: they get two accounts.",
             example="Mei", is_needed=True, is_for_new=True),
    SetupQuestion("caseworker_languages", "Languages they write, e.g. id,vi,en",
             "Cases are offered by language.", "en", example="id,vi,en", is_for_new=True),
    SetupQuestion("caseworker_password", "Their password",
             f"{MIN_LENGTH} characters or more. It opens what people send; keep it to yourself.",
             is_needed=True, is_secret=True, is_for_new=True),
)  # fmt: skip
MORE = (
    _rare("data", "Folder of the data", "Databases and files of this deployment.",
          "/var/lib/haven"),
    _rare("database_url", "Database", "PostgreSQL instead of a file in that folder.",
          example="postgresql://haven@127.0.0.1/haven"),
    _rare("keys_url", "Key store", "A second database, so that one stolen copy is half of it.",
          example="postgresql://haven@127.0.0.1/haven_keys"),
    _rare("time_zone", "Time zone", "Of hours and dates people see.", "Asia/Taipei"),
    _rare("languages", "Languages offered", "Empty: all that are complete.", example="id,vi,en"),
    _rare("bot_names", "Names of the bot by language",
          "Empty: the name @BotFather knows.", example="en=Garden,id=Kebun"),
    _rare("desk_listen", "Where the desk listens", "An address and a port of this machine.",
          "127.0.0.1:8090"),
    _rare("watch_listen", "Where health and metrics are served",
          "An address and another port, for Prometheus. Empty: nowhere.", example="127.0.0.1:8091"),
    _rare("keep_days", "Days a closed case is kept", "From 7 to 365.", "90"),
    _rare("smtp_url", "Mail server", "Calls caseworkers on call.",
          example="smtps://USER:PASSWORD@mail.example.org:465"),
    _rare("smtp_from", "Sender of those e-mails", "An address.", example="haven@example.org"),
    _rare("assist_models", "Folder of models", "Translate for staff; empty: none does.",
          example="/srv/haven-models"),
    _rare("source", "Address of the source code",
          "Where people find the source code of what you run, which the licence asks for. Empty: "
          "they are told to ask you.", example="https://example.org/haven"),
    _rare("telegram_api", "Bot API", "Another server than Telegram's, if you run one.",
          "https://api.telegram.org"),
    _rare("telegram_proxy", "Proxy to Telegram",
          "The HTTP proxy, if this network has no other way out. Empty: none.",
          example="http://proxy.example.org:3128"),
    SetupQuestion("host_key_copy", "File for a copy of the host key",
             "Without this key no bot starts and no backup is restored: keep a copy elsewhere, "
             "e.g. on a stick. Empty: no copy is written.", example="/media/stick/haven-host.key",
             is_rare=True),
    SetupQuestion("program", "Program",
             "What the service runs, as the user haven. Empty: the program that runs now.",
             example="/opt/haven/bin/haven", is_rare=True),
)  # fmt: skip
SECTIONS = {
    "The bot": BOT,
    "The organisation": ORGANISATION,
    "The desk": DESK,
    "Backups": BACKUPS,
    "Data that are here already": EXISTING,
    "First accounts": STAFF,
    "More": MORE,
}
QUESTIONS = {it.key: it for section in SECTIONS.values() for it in section}
