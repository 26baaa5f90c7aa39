"""Every error of ours; each class is its docstring. None ever holds what a person wrote."""

from __future__ import annotations


class HavenError(Exception):
    """Something went wrong that Haven can name."""


class WrongSetting(HavenError):
    """A setting is missing or cannot be used; the text names it and says how to mend it."""


class AlreadyRunning(HavenError):
    """Another bot uses this data directory."""


class StoreFailed(HavenError):
    """The disk refused a commit. Nothing after it may be believed, so the process stops."""


class StoreTooNew(HavenError):
    """The database was written by a newer Haven."""


class DoesNotOpen(HavenError):
    """A sealed thing was altered, moved, cut, or sealed with a key that is gone."""


class TooLittle(HavenError):
    """There is too little to look for."""


class NotYours(HavenError):
    """Nothing on this keyring opens the case; the text says who can."""


class WrongPassword(HavenError):
    """Neither password nor printed key opens this caseworker's key."""


class NobodyCanOpen(HavenError):
    """Nobody is enrolled who could open what people send; the text names the fix."""


class EpochGone(DoesNotOpen):
    """What it was sealed with lived for a day, and is gone."""


class WrongHostKey(HavenError):
    """The host key is not this deployment's; the text says what is lost without it."""


class KeysMissing(HavenError):
    """The key store is empty, or another deployment's; the text says what to do."""


class BackupRefused(HavenError):
    """A backup, its key or its ledger cannot be used; the text says why."""


class UnderHold(HavenError):
    """A case must be kept by law for now; nothing of it is erased."""


class NotAgreed(HavenError):
    """It takes two people, and a second one has not agreed, or may not."""


class HoldRefused(HavenError):
    """A legal hold that cannot be set; the text says why."""


class EvidenceRefused(HavenError):
    """Files of a case that are not handed out, or a bundle that cannot be made; it says why."""


class AlreadyEnrolled(HavenError):
    """The account belongs to a caseworker already."""


class Unreadable(HavenError):
    """An update that does not have the shape its channel promises; `args[0]` says where."""


class DeliveryError(HavenError):
    """A letter was not delivered."""


class TryLater(DeliveryError):
    """Nothing reached the channel, or it asked us to wait."""

    def __init__(self, after: float | None = None, *, everywhere: bool = False) -> None:
        super().__init__("not delivered yet")
        self.after = after
        """Seconds the channel asked for, None when it did not say."""
        self.everywhere = everywhere
        """Whether the limit holds for every chat and not for this one alone."""


class Uncertain(DeliveryError):
    """The letter may or may not have arrived: the answer never came."""


class Blocked(DeliveryError):
    """The person blocked us, or the account is gone."""


class Refused(DeliveryError):
    """The channel will never take this letter as it is; `args[0]` is the channel's reason."""


class Moved(Refused):
    """The group has become another one; `to` is its chat."""

    def __init__(self, to: int) -> None:
        super().__init__("group moved")
        self.to = to


class Gone(Refused):
    """The topic of a group is not there any more, or closed to us."""


class Barred(Refused):
    """We are not in the group any more, or may not do there what we have to do."""


class TooOld(Refused):
    """Some messages are too old to be removed; `messages` are their numbers."""

    def __init__(self, messages: tuple[int, ...]) -> None:
        super().__init__("too old to be removed")
        self.messages = messages
