"""Erasure and retention, wired from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.forum.topics import TopicEraser
from bot.desks.web.live.event_log import log_case_erased
from bot.dispatch.conversation_store import Conversations
from bot.errors import SettingError
from bot.hotline.case_links import delete_links
from bot.hotline.connections.store import forget_connections
from bot.hotline.deliveries.store import stop_partners
from bot.hotline.interpreting.sessions import end_sessions_of_case
from bot.mailbox.outbox import Outbox
from bot.partners.link_stats import LinkStats
from bot.private_file import user_name
from bot.store.blobs.opening import open_blobs
from bot.store.database import DataDirectory
from bot.vault import AuditLog, Vault
from bot.vault.audit.log import AuditTruncation
from bot.vault.erasure.erase import Erasures
from bot.vault.erasure.ledger import BackupFolder
from bot.vault.erasure.retention import Retention

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings


def build_retention(settings: Settings, vault: Vault, erasures: Erasures) -> Retention:
    """Return what erases closed cases, old backups and the oldest rows of the audit log."""
    truncation = AuditTruncation(AuditLog(vault), DataDirectory(settings.data).audit_head_file)
    return Retention(erasures, settings.keep_days, open_backup_folder(settings, vault), truncation)


def build_erasures(settings: Settings, vault: Vault, outbox: Outbox | None = None) -> Erasures:
    """Return what erases a case, with its traces outside the case tables."""
    topics = TopicEraser(vault, outbox or Outbox(vault), settings.desk_group)
    erasers = [
        Conversations(vault).erase_case,
        topics.erase,
        LinkStats(vault, settings.zone).erase_chat,
        delete_links,
        forget_connections,
        end_sessions_of_case,
        stop_partners,
        log_case_erased,
    ]
    return Erasures(vault, AuditLog(vault), open_blobs(settings), erasers)


def open_backup_folder(settings: Settings, vault: Vault) -> BackupFolder | None:
    """Return the folder of backups that the bot maintains; None if HAVEN_BACKUPS is not set."""
    if settings.backups is None:
        return None
    return BackupFolder(settings.backups, vault.backup_mac)


def check_backup_settings(settings: Settings) -> None:
    """Raise SettingError if half of the settings of backups is missing, or the key is malformed."""
    if settings.backups is None and not settings.backup_key:
        return
    if not settings.backup_key:
        raise SettingError(
            "HAVEN_BACKUPS is set and HAVEN_BACKUP_KEY is not, so no backup can be made: set it to "
            "the line that haven keys backup prints, or unset HAVEN_BACKUPS"
        )
    if settings.backups is None:
        raise SettingError(
            "HAVEN_BACKUP_KEY is set and HAVEN_BACKUPS is not, so no backup is kept: set "
            "HAVEN_BACKUPS to a folder, best on another disk, or unset HAVEN_BACKUP_KEY"
        )
    require_outside(settings, settings.backups)
    _require_usable(settings.backups)
    # age's library takes 2 MB, which a process without backups saves.
    from bot.vault.backup.offline_key import BackupRecipients  # noqa: PLC0415

    BackupRecipients.parse(settings.backup_key)


def _require_usable(folder: Path) -> None:
    """Raise SettingError for a folder that this user may not look into; it may be missing yet."""
    try:
        folder.stat()
    except PermissionError:
        raise SettingError(
            f"HAVEN_BACKUPS: the user {user_name()} may not use {folder}; name a folder that "
            "belongs to that user, outside /root and /home"
        ) from None
    except OSError:  # a backup makes it, or says why it cannot
        return


def require_outside(settings: Settings, backups: Path) -> None:
    """Raise SettingError for backups in the data folder: both would be lost at once."""
    if backups.resolve().is_relative_to(settings.data.resolve()):
        raise SettingError(
            f"{backups} lies in HAVEN_DATA, and would be lost with it; name another folder for "
            "backups (HAVEN_BACKUPS), best on another disk"
        )
