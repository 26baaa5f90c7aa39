"""Every event of the log: its level, its fields, what it means, and what an operator does.

The operator's page has this as a table, and a test compares it with every place that logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class LogEvent(NamedTuple):
    """One event."""

    level: str
    """The highest it is logged with."""
    fields: str
    """Names of `FIELDS`, separated by spaces."""
    meaning: str
    action: str = ""
    """What to do; empty for nothing."""


_INFO, _WARNING, _ERROR = "info", "warning", "error"
_BUG = "If it stays, report it: a bug, or data that were altered."

PROCESS: Final[Mapping[str, LogEvent]] = {
    "started": LogEvent(
        _INFO, "roles", "The process has recovered, and the jobs of its roles run."
    ),
    "stands_by": LogEvent(_INFO, "", "Another process leads; this one waits for the lead."),
    "lead_is_free": LogEvent(_INFO, "", "No process leads any more: this one takes the lead."),
    "lead_not_taken": LogEvent(
        _WARNING, "error", "The lead was lost, or another was faster; this process waits again.",
        "If it stays, compare the processes that `haven doctor` lists.",
    ),
    "host_keys_retired": LogEvent(
        _INFO, "count", "Started with a newer host key: so many earlier ones open no data any more."
    ),
    "desk_waits_for_bot": LogEvent(
        _WARNING, "", "No bot has run on these data yet: the desk opens once one has.",
        "`haven start --only bot`, or front, worker and leader; or the setting names other data.",
    ),
    "desk_open": LogEvent(
        _INFO, "", "The desk answers browsers, and so does the partners' room where one is set."
    ),
    "waits_to_poll": LogEvent(_INFO, "", "Another front polls; this one waits for its turn."),
    "stopped": LogEvent(_INFO, "", "The bot's jobs have ended."),
    "clock_doubted": LogEvent(
        _ERROR, "kind seconds",
        "For so many seconds no hour is trusted: check-ins raise no alarm. `kind`: jumped (the "
        "clock was set), set_while_off, was_wrong (before a start), behind_database, "
        "database_disagrees, channel_disagrees, unconfirmed (no answer of Telegram since a start).",
        "Compare with a watch; let NTP keep the clock (`timedatectl set-ntp true`).",
    ),
    "clock_believed": LogEvent(_INFO, "", "Hours are trusted again."),
    "clock_jumped": LogEvent(
        _ERROR, "seconds", "Retention found that the clock moved by so much: nothing is erased.",
        "Set the clock right; if it is, `haven retention --trust-clock`.",
    ),
    "clock_wrong": LogEvent(
        _ERROR, "seconds", "The clock is so many seconds ahead of Telegram's (negative: behind).",
        "Set it, and let NTP keep it.",
    ),
    "clock_right": LogEvent(_INFO, "", "The clock agrees with Telegram's again."),
    "commit_failed": LogEvent(
        _ERROR, "state", "Nothing can be stored; `state` says why. Nothing is fetched meanwhile.",
        "Mend what it names. Haven goes on by itself (`disk_writable`, `database_writable`), or "
        "ends and says so.",
    ),
    "database_missing": LogEvent(
        _WARNING, "kind", "There is no connection to PostgreSQL; `kind` says why.",
        "Start PostgreSQL, or mend what it names. Haven connects again by itself.",
    ),
    "database_found": LogEvent(_INFO, "seconds", "PostgreSQL is connected again, after so long."),
    "database_older": LogEvent(
        _ERROR, "count", "The database lacks what was stored before: so many changes at least. An "
        "older copy answers at its address.",
        "Stop Haven, bring the newest copy back, or ask people again what they wrote; `haven "
        "doctor` says from when to when.",
    ),
    "database_silent": LogEvent(
        _ERROR, "seconds", "Nothing has been stored for so many seconds.",
        "Look whether the database is frozen, stopped or locked; `haven doctor` says it too.",
    ),
    "database_answers": LogEvent(_INFO, "seconds", "Things are stored again, after so long."),
    "database_writable": LogEvent(_INFO, "seconds", "PostgreSQL takes writes again."),
    "unit_tried_again": LogEvent(
        _WARNING, "kind error", "PostgreSQL undid something (`kind`: lost, conflict); it is done "
        "again.", "If it repeats, look what else uses the database.",
    ),
    "commit_uncertain": LogEvent(
        _WARNING, "kind", "The answer to a commit was lost. It is looked up."
    ),
    "commit_found": LogEvent(
        _INFO, "state", "What became of it: committed, or aborted and done again."
    ),
    "standby_missing": LogEvent(
        _ERROR, "kind state",
        "What is stored (`kind`: data, keys) is on one machine alone, and should be on two. "
        "`state`: missing (nothing can be stored), asynchronous or alone (commits do not wait).",
        "Start the standby, or make another: bot/setup/MACHINES.md.",
    ),
    "standby_found": LogEvent(
        _INFO, "kind seconds", "The standby has every commit again, after so long."
    ),
    "standby_behind": LogEvent(
        _WARNING, "kind seconds", "The standby is so many seconds behind.",
        "Look at its log, its disk and the network: a promotion would last as much longer.",
    ),
    "database_promoted": LogEvent(
        _WARNING, "kind count",
        "Another server takes the writes now; `count` is its timeline.",
        "Never start the earlier one as it is: make it a standby (bot/setup/MACHINES.md).",
    ),
    "disk_low": LogEvent(_ERROR, "", "Less than a tenth of the disk is free.", "Make room."),
    "disk_full": LogEvent(_ERROR, "", "The disk is full: nothing is fetched.", "Make room."),
    "disk_read_only": LogEvent(
        _ERROR, "", "The disk is read-only: nothing is fetched.", "Repair the disk."
    ),
    "disk_writable": LogEvent(_INFO, "seconds", "The disk takes writes again, after so long."),
    "rows_expired": LogEvent(_INFO, "count", "Old rows were deleted."),
    "upgrade_begun": LogEvent(
        _INFO, "count", "So many databases are of an older release: copied, compared, upgraded.",
        "Do not switch the computer off; if that happens, the next start goes on.",
    ),
    "upgrade_done": LogEvent(_INFO, "seconds", "The upgrade is complete, after so long."),
    "upgrade_copy_deleted": LogEvent(
        _INFO, "", "The copy from before an upgrade was deleted: Haven ran for an hour, and works."
    ),
    "library_message": LogEvent(
        _WARNING, "logger level error", "A library logged something; its text is never written.",
        "If it repeats, look for what failed at the same moment.",
    ),
}  # fmt: skip
TELEGRAM: Final[Mapping[str, LogEvent]] = {
    "telegram_missing": LogEvent(
        _ERROR, "error", "Telegram was not reached since the start; it is tried again and again.",
        "Check the network, `HAVEN_TELEGRAM_API` and `HAVEN_TELEGRAM_PROXY` (`haven doctor`). "
        "`UnreadableAnswerError`: what answers there is no Bot API.",
    ),
    "token_refused": LogEvent(
        _ERROR, "fix", "Telegram refuses the bot's token: no message arrives or leaves.",
        "Set the token that @BotFather shows, and restart.",
    ),
    "token_accepted": LogEvent(_INFO, "", "Telegram takes the token again."),
    "polling": LogEvent(_INFO, "", "Messages are fetched from Telegram."),
    "polling_paused": LogEvent(
        _ERROR, "", "Nothing is fetched while the disk has no room.", "Make room."
    ),
    "polling_stopped": LogEvent(
        _ERROR, "seconds", "Nothing was fetched for five minutes: people get no answer.",
        "Read the errors before it; `haven doctor` asks Telegram itself.",
    ),
    "polling_resumed": LogEvent(_INFO, "seconds", "Messages are fetched again, after so long."),
    "poll_failed": LogEvent(
        _WARNING, "error", "One request failed and is repeated.", "Nothing, unless it stays."
    ),
    "poll_conflict": LogEvent(
        _WARNING, "", "Another program fetches the messages of this bot.",
        "Stop the other one; if none is yours, renew the token.",
    ),
    "poll_response_quarantined": LogEvent(
        _ERROR, "count", "An answer of Telegram could not be read and was set aside.", _BUG
    ),
    "webhook_removed": LogEvent(
        _WARNING, "", "A webhook of an earlier program was removed.",
        "If it comes back, another program uses the token: stop it, or renew the token.",
    ),
    "webhook": LogEvent(_INFO, "", "Telegram was told to post messages to `HAVEN_WEBHOOK_URL`."),
    "webhook_failing": LogEvent(
        _ERROR, "kind count",
        "Telegram could not post, and so many updates wait. `kind`: the status it was answered, "
        "certificate, name, connection or other.",
        "See that the proxy before the front runs; `haven doctor` shows Telegram's words.",
    ),
    "webhook_reached": LogEvent(_INFO, "", "Telegram posts messages again."),
    "webhook_replaced": LogEvent(
        _ERROR, "", "Another program removed or changed the webhook; it was set again.",
        "Stop the other program; if none is yours, renew the token.",
    ),
    "webhook_body_refused": LogEvent(
        _WARNING, "", "A post with the right secret was too large, too slow or broke off.",
        "If it stays, look at the proxy before the front.",
    ),
    "loss_window": LogEvent(
        _ERROR, "seconds", "Haven was away for more than a day: Telegram has dropped messages.",
        "Caseworkers read from when to when (`haven cases list`).",
    ),
    "questions_asked_again": LogEvent(
        _INFO, "count", "After an outage the open question was asked again in so many chats."
    ),
    "profile_not_updated": LogEvent(
        _WARNING, "error", "Menus or names were not told to Telegram; the next start tries again."
    ),
    "language_refused": LogEvent(
        _WARNING, "language count", "A language is not offered, for so many reasons.",
        "`haven languages status` names them.",
    ),
    "recordings_unreadable": LogEvent(
        _ERROR, "language", "The list of recordings of a language cannot be read: none is sent.",
        "Run `haven languages voices LANGUAGE`.",
    ),
}  # fmt: skip
MESSAGES: Final[Mapping[str, LogEvent]] = {
    "interpreter_without_key": LogEvent(
        _WARNING, "", "New messages were not shared with an interpreter: their key is not usable.",
        "Invite the interpreter again, once they have signed in.",
    ),
    "canary_failed": LogEvent(
        _ERROR, "error seconds", "The canary did not get through the whole path in a minute.",
        "People wait as well: see `commit_failed` and the ages in `/metrics`; restart Haven.",
    ),
    "canary_passed": LogEvent(_INFO, "seconds", "The canary gets through again."),
    "quarantined": LogEvent(
        _WARNING, "kind", "An update or a command could not be read and was set aside.",
        "`haven doctor` counts them.",
    ),
    "update_tried_again": LogEvent(
        _INFO, "", "An update over which the process had ended was handled again."
    ),
    "turn_failed": LogEvent(
        _ERROR, "error", "An update, a command or a passphrase failed and was set aside.", _BUG
    ),
    "queue_round_failed": LogEvent(
        _ERROR, "error count", "A round of the fair queue failed and is repeated.",
        "Look for `commit_failed`.",
    ),
    "passphrase_given_up": LogEvent(
        _ERROR, "attempts count error", "A passphrase could not be hashed and was dropped.", _BUG
    ),
    "letter_blocked": LogEvent(
        _WARNING, "letter error attempts", "The person has blocked the bot."
    ),
    "letter_delayed": LogEvent(
        _WARNING, "letter error attempts", "A letter could not be sent and is tried again."
    ),
    "letter_failed": LogEvent(
        _WARNING, "error", "A note under a button was not shown."
    ),
    "letter_refused": LogEvent(
        _WARNING, "letter error attempts", "Telegram refuses a letter: it is not tried again.",
        "The desk shows it where a caseworker wrote it.",
    ),
    "letter_uncertain": LogEvent(
        _WARNING, "letter error attempts count", "It is not known whether a letter has arrived.",
        "The desk says so; the caseworker decides.",
    ),
}  # fmt: skip
CASES: Final[Mapping[str, LogEvent]] = {
    "case_opened": LogEvent(_INFO, "case priority", "A case was opened (0: emergency)."),
    "case_wrapped_to_host_key": LogEvent(
        _ERROR, "case", "No caseworker had a key: the case was locked with the host key.",
        "`haven staff add`, then `haven doctor`.",
    ),
    "hotline_alerts": LogEvent(_INFO, "count", "So many alerts were shown to staff."),
    "deadlines_unreadable": LogEvent(
        _ERROR, "", "A legal deadline of a case cannot be opened.", _BUG
    ),
    "on_call_calls": LogEvent(_INFO, "count", "So many caseworkers on call were called."),
    "on_call_failed": LogEvent(
        _WARNING, "kind error", "A call by e-mail or push failed; the next channel is tried.",
        "`haven on-call test ID`, `haven doctor`.",
    ),
    "directory_entries_expired": LogEvent(
        _WARNING, "state count", "Facts of the place are out of date (over) or will be (soon).",
        "`haven directory todo` names them.",
    ),
    "partner_referral_refused": LogEvent(
        _ERROR, "", "The form of a partner opened no case: an answer in it is no answer now.",
        "The partner reads that it was received, and no more. Ask them to send it again.",
    ),
    "file_saved": LogEvent(_INFO, "file", "A file of a person was stored, sealed."),
    "file_failed": LogEvent(
        _WARNING, "file error attempts", "A file was given up: the case says that it is missing."
    ),
    "file_storage_failed": LogEvent(
        _ERROR, "error count", "The storage of files does not answer, or refuses: files wait with "
        "Telegram, and erasures are finished later. `FileStorageUnmarkedError`: it was emptied, or "
        "is that of another database; nothing in it is touched.",
        "`haven doctor` names the setting; `haven files lost` if the files are gone for good.",
    ),
    "file_fetch_failed": LogEvent(
        _WARNING, "file error", "A file could not be fetched and is tried again."
    ),
}  # fmt: skip
DESKS: Final[Mapping[str, LogEvent]] = {
    "desk_request_failed": LogEvent(
        _ERROR, "error", "A page of the desk failed; nothing of it was stored.", _BUG
    ),
    "desk_request_refused": LogEvent(
        _WARNING, "route kind count", "Requests the desk refused: not signed in, or not theirs.",
        "Many at once: someone is trying. Limit who can reach the desk.",
    ),
    "desk_poll_failed": LogEvent(
        _ERROR, "error", "Open pages of the desk are not brought up to date.",
        "Look for `commit_failed`; people at the desk reload.",
    ),
    "desk_poll_recovered": LogEvent(_INFO, "", "Open pages are brought up to date again."),
    "seen_marks_not_stored": LogEvent(
        _ERROR, "error", "What a caseworker has read was not stored; it is with the next."
    ),
    "fact_checks_not_read": LogEvent(
        _ERROR, "error", "What colleagues found about phone numbers was not read; tried again."
    ),
    "forum_access_lost": LogEvent(
        _ERROR, "error", "The bot may not write in the caseworkers' group.",
        "Make it an administrator who may manage topics; `haven doctor`.",
    ),
    "forum_access_restored": LogEvent(_INFO, "seconds", "The group takes letters again."),
    "forum_group_moved": LogEvent(
        _WARNING, "", "Telegram changed the id of the caseworkers' group; it is followed.",
        "Set `HAVEN_DESK_GROUP` to the new one when convenient.",
    ),
}  # fmt: skip
ERASURE: Final[Mapping[str, LogEvent]] = {
    "case_erased": LogEvent(_INFO, "case count", "A case was erased, with so many rows."),
    "erasure_unfinished": LogEvent(
        _ERROR, "case count", "An erasure did not finish and is tried again.",
        "`haven retention` says what is left.",
    ),
    "erasure_requests_done": LogEvent(_INFO, "count", "So many requested erasures are done."),
    "retention_paused": LogEvent(
        _WARNING, "count", "Cases are due to be erased, and the clock is not trusted.",
        "`haven retention` says why.",
    ),
    "retention_needs_approval": LogEvent(
        _WARNING, "count", "More than one case in twenty is due at once.",
        "`haven retention` asks you.",
    ),
    "backups_removed": LogEvent(_INFO, "count", "Expired archives were deleted."),
    "backup_cleanup_failed": LogEvent(
        _WARNING, "error", "Expired archives could not be deleted.",
        "Check the rights in `HAVEN_BACKUPS`.",
    ),
    "restored_without_ledger": LogEvent(
        _WARNING, "", "A backup was restored without a list of what was erased since.",
        "Erase again what people had asked to be erased.",
    ),
}  # fmt: skip
GROUPS: Final[Mapping[str, Mapping[str, LogEvent]]] = {
    "The process, its clock and its disk": PROCESS,
    "Telegram": TELEGRAM,
    "Updates and letters": MESSAGES,
    "Cases": CASES,
    "Desks": DESKS,
    "Erasure, retention and backups": ERASURE,
}
EVENTS: Final[Mapping[str, LogEvent]] = {
    name: event for group in GROUPS.values() for name, event in group.items()
}
"""All events by name; what is not here is not written."""
