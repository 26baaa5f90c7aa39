"""What erases in this deployment, and keeps its times: handed down from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.keys import host_key
from bot.desks.forum.topics import TopicEraser
from bot.desks.web.live.event_log import ring_out
from bot.dispatch.conversation_store import Conversations
from bot.hotline.case_links import forget_links
from bot.mailbox.outbox import Outbox
from bot.partners.link_stats import Counting
from bot.store.database import DataDirectory
from bot.vault import Audit
from bot.vault.audit.truncate import Cutting
from bot.vault.erasure.erase import Erasures
from bot.vault.erasure.ledger import BackupFolder
from bot.vault.erasure.retention import Retention

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.vault import Vault


def retention_of(settings: Settings, vault: Vault, erasures: Erasures) -> Retention:
    """Return what erases closed cases, old backups and the oldest of the audit log."""
    cutting = Cutting(Audit(vault), DataDirectory(settings.data).written_head)
    return Retention(erasures, settings.keep_days, backups_of(settings), cutting)


def erasures_of(settings: Settings, vault: Vault, outbox: Outbox | None = None) -> Erasures:
    """Return what erases cases, and what is remembered of them elsewhere."""
    folder = DataDirectory(settings.data).files
    topic = TopicEraser(vault, outbox or Outbox(vault), settings.desk_group)
    counted = Counting(vault, settings.zone)
    beside = [
        Conversations(vault).forget_case,
        topic.forget,
        counted.forget,
        forget_links,
        ring_out,
    ]
    return Erasures(vault, Audit(vault), folder, beside)


def backups_of(settings: Settings) -> BackupFolder | None:
    """Return the folder of backups that the bot tends; None where there is none."""
    if settings.backups is None:
        return None
    return BackupFolder(settings.backups, host_key(settings))
