"""Errors Haven raises, in one tree. No error text contains what a person wrote."""

from __future__ import annotations


class HavenError(Exception):
    """The base of all errors Haven raises."""


# --- Settings, keys and databases ---------------------------------------------------------


class SettingError(HavenError):
    """A setting is missing or unusable. The text names it and says what it should be."""


class AlreadyRunningError(HavenError):
    """Another bot uses this data folder or this token. Stop it, or use another folder."""


class CommitFailedError(HavenError):
    """The disk refused a commit. Make room on it or repair it; restart Haven if it has ended."""


class DatabaseAwayError(CommitFailedError):
    """PostgreSQL is not there or does not answer. Start it; Haven then goes on by itself."""


class LeadLostError(DatabaseAwayError):
    """Another process led this deployment meanwhile. The jobs begin again with what it stored."""


class StoreTooNewError(HavenError):
    """A newer Haven wrote the database. Install that version, or restore an older backup."""


class UnfinishedCopyError(HavenError):
    """The database is a part of a copy. Run `haven migrate` again, which finishes it."""


class MigrationError(HavenError):
    """The data cannot be copied into PostgreSQL. The text says why; the originals are as before."""


class UpgradeError(HavenError):
    """The data cannot be upgraded yet. The text says why; nothing was changed."""


class SchemaIncompleteError(HavenError):
    """The data lack a table or a column of their revision. Restore a backup into a new folder."""


class WrongHostKeyError(HavenError):
    """The host key belongs to another deployment. Set `HAVEN_HOST_KEY_FILE` to this one's key."""


class KeysMissingError(HavenError):
    """The key store is empty or another deployment's. Set `HAVEN_KEYS_URL`, or restore a backup."""


class MappingError(HavenError):
    """The mapping to a standard lost a field or a code, which the text names. Install it again."""


class NotAgreedError(HavenError):
    """The person did not agree to this use of their case. Ask them first."""


class ImportRefusedError(HavenError):
    """A file cannot be read as cases. The text says why, and how to mend it."""


class BackupError(HavenError):
    """A backup, its key or its ledger is unusable. The text says why."""


class FileStorageError(HavenError):
    """The storage of files cannot be used. The text names the setting and the fix."""


class FileStorageAwayError(FileStorageError):
    """The storage of files does not answer. Files wait; Haven goes on once it does."""


class FileStorageUnmarkedError(FileStorageAwayError):
    """The storage has no mark of this database, so nothing in it is touched. The text says why."""


# --- Encryption and access ----------------------------------------------------------------


class DecryptionError(HavenError):
    """A ciphertext was altered, moved or cut, or its key was erased. Only a backup helps."""


class EpochExpiredError(DecryptionError):
    """The transit key existed for about a day and was deleted. Nothing brings the text back."""


class CaseNotReadableError(HavenError):
    """No key on this keyring opens the case. The text says who can open it."""


class WrongPasswordError(HavenError):
    """Neither password nor recovery key opens this caseworker's key. Try again or reset the key."""


class NoKeyHolderError(HavenError):
    """No enrolled caseworker could open what people send. Enrol one before the bot starts."""


class AlreadyEnrolledError(HavenError):
    """The Telegram account already belongs to a caseworker. Use it, or disable that caseworker."""


# --- Cases --------------------------------------------------------------------------------


class QueryTooShortError(HavenError):
    """The search query has too few characters. Enter a longer one."""


class UnderLegalHoldError(HavenError):
    """A legal hold forbids to erase the case. Wait until it ends, or end it with two people."""


class LegalHoldError(HavenError):
    """A legal hold cannot be placed, approved or ended. The text says why."""


class NotApprovedError(HavenError):
    """A second person has not approved, or may not. Ask someone with the permission."""


class EvidenceError(HavenError):
    """Files of a case cannot be exported, or a bundle is incomplete. The text says why."""


class DocumentError(HavenError):
    """A PDF cannot be made. The text says why and, if something is missing, how to install it."""


class SiteError(HavenError):
    """The public site or the prevention pack cannot be made. The text names the fix."""


# --- Flows and translations ---------------------------------------------------------------


class FlowCheckError(HavenError):
    """Flows break a rule of `bot.conversation.tools.checks`. The text lists every problem."""


class ReviewSheetError(HavenError):
    """A review sheet was refused and nothing changed. The text names each row and its fault."""


# --- Updates and letters ------------------------------------------------------------------


class UnreadableUpdateError(HavenError):
    """An update has another shape than its channel documents; `args[0]` says where."""


class DeliveryError(HavenError):
    """A letter was not delivered."""


class RetryLaterError(DeliveryError):
    """Nothing reached the channel, or it asked to wait. The courier sends the letter again."""

    def __init__(self, retry_after: float | None = None, *, is_global: bool = False) -> None:
        super().__init__("not delivered yet")
        self.retry_after = retry_after
        """Seconds the channel asked for; None when it named none."""
        self.is_global = is_global
        """Whether the limit holds for every chat."""


class DeliveryUncertainError(DeliveryError):
    """The channel did not answer, so the letter may have arrived. A caseworker decides."""


class ChatBlockedError(DeliveryError):
    """The person blocked the bot or deleted the account. Letters wait until the person writes."""


class LetterRefusedError(DeliveryError):
    """The channel will never accept this letter; `args[0]` is its reason."""


class FileTooLargeError(LetterRefusedError):
    """The channel gives no file as large as this one."""


class GroupMovedError(LetterRefusedError):
    """The group became a supergroup; `chat` is its new id, which the desk follows."""

    def __init__(self, chat: int) -> None:
        super().__init__("group moved")
        self.chat = chat


class TopicGoneError(LetterRefusedError):
    """The topic was deleted or closed. The desk opens it again."""


class GroupForbiddenError(LetterRefusedError):
    """The bot is not in the group or lacks a right there. Add it as an administrator."""


class MessagesTooOldError(LetterRefusedError):
    """Some messages are too old to be deleted; `messages` are their ids."""

    def __init__(self, messages: tuple[int, ...]) -> None:
        super().__init__("too old to be removed")
        self.messages = messages


class AlarmPhrasesError(HavenError):
    """A file of alarm phrases cannot be used; the text names the file and the phrase."""


class TypedAnswersError(HavenError):
    """A file of typed answers cannot be used; the text names the file and the label."""


class QuestionListError(HavenError):
    """A file of questions people ask cannot be used; the text names the file and the phrase."""


class PushFailedError(HavenError):
    """A push service was not reached, or refused."""


class EmailFailedError(HavenError):
    """The mail server was not reached, or refused."""
