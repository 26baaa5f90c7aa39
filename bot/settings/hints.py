"""What each setting can be, in words for the operator."""

from __future__ import annotations

from bot.settings.formats import MAX_RETENTION_DAYS

PREFIX = "HAVEN_"
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
    "organisation": "the name people are told, at most 60 characters, without a link or @account "
    "(they belong in HAVEN_CONTACT) and without hidden signs, such as marks of the writing "
    "direction: if it looks right, type it again, e.g. HAVEN_ORGANISATION='Hope House'",
    "organisation_kind": "one of: ngo, police, immigration, labour, agency",
    "contact": "how people reach the organisation outside this chat, at most 80 characters, e.g. a "
    "phone number",
    "hours": "when caseworkers answer, both times with four digits, "
    "e.g. HAVEN_HOURS=09:00-21:00, not 9-21",
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


def setting_hint(field: str) -> str:
    """Return what the value of a setting should be."""
    return f"{setting_name(field)}: {SETTING_HINTS.get(field, 'unknown setting')}"


def setting_name(field: str) -> str:
    """Return the variable of a setting."""
    return PREFIX + field.upper()
