"""Every error of ours; each class is its docstring. None ever holds what a person wrote."""

from __future__ import annotations


class HavenError(Exception):
    """Something went wrong that Haven can name."""


class SettingError(HavenError):
    """A setting is missing or cannot be used; the text names it and says how to mend it."""


class AlreadyRunningError(HavenError):
    """Another bot uses this data directory."""


class CommitFailedError(HavenError):
    """The disk refused a commit. Nothing after it may be believed, so the process stops."""


class StoreTooNewError(HavenError):
    """The database was written by a newer Haven."""


class DecryptionError(HavenError):
    """A sealed thing was altered, moved, cut, or sealed with a key that is gone."""


class QueryTooShortError(HavenError):
    """There is too little to look for."""


class CaseNotReadableError(HavenError):
    """Nothing on this keyring opens the case; the text says who can."""


class WrongPasswordError(HavenError):
    """Neither password nor printed key opens this caseworker's key."""


class NoKeyHolderError(HavenError):
    """Nobody is enrolled who could open what people send; the text names the fix."""


class EpochExpiredError(DecryptionError):
    """What it was sealed with lived for a day, and is gone."""


class WrongHostKeyError(HavenError):
    """The host key is not this deployment's; the text says what is lost without it."""


class KeysMissingError(HavenError):
    """The key store is empty, or another deployment's; the text says what to do."""


class BackupError(HavenError):
    """A backup, its key or its ledger cannot be used; the text says why."""


class UnderLegalHoldError(HavenError):
    """A case must be kept by law for now; nothing of it is erased."""


class NotApprovedError(HavenError):
    """It takes two people, and a second one has not agreed, or may not."""


class LegalHoldError(HavenError):
    """A legal hold that cannot be set; the text says why."""


class EvidenceError(HavenError):
    """Files of a case that are not handed out, or a bundle that cannot be made; it says why."""


class AlreadyEnrolledError(HavenError):
    """The account belongs to a caseworker already."""


class UnreadableUpdateError(HavenError):
    """An update that does not have the shape its channel promises; `args[0]` says where."""


class DeliveryError(HavenError):
    """A letter was not delivered."""


class RetryLaterError(DeliveryError):
    """Nothing reached the channel, or it asked us to wait."""

    def __init__(self, retry_after: float | None = None, *, is_global: bool = False) -> None:
        super().__init__("not delivered yet")
        self.retry_after = retry_after
        """Seconds the channel asked for, None when it did not say."""
        self.is_global = is_global
        """Whether the limit holds for every chat and not for this one alone."""


class DeliveryUncertainError(DeliveryError):
    """The letter may or may not have arrived: the answer never came."""


class ChatBlockedError(DeliveryError):
    """The person blocked us, or the account is gone."""


class LetterRefusedError(DeliveryError):
    """The channel will never take this letter as it is; `args[0]` is the channel's reason."""


class GroupMovedError(LetterRefusedError):
    """The group has become another one; `to` is its chat."""

    def __init__(self, chat: int) -> None:
        super().__init__("group moved")
        self.chat = chat


class TopicGoneError(LetterRefusedError):
    """The topic of a group is not there any more, or closed to us."""


class GroupForbiddenError(LetterRefusedError):
    """We are not in the group any more, or may not do there what we have to do."""


class MessagesTooOldError(LetterRefusedError):
    """Some messages are too old to be removed; `messages` are their numbers."""

    def __init__(self, messages: tuple[int, ...]) -> None:
        super().__init__("too old to be removed")
        self.messages = messages
