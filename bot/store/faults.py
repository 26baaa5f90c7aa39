"""What went wrong with the store: whether another try may work, and the reason in plain words.

SQLite names a fault by a number, PostgreSQL by a SQLSTATE. Where a connection ended or was never
made there is none: then libpq's words are compared with a few known ones, and never repeated,
because they can hold names of people, hosts and databases.
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.errors import CommitFailedError, DatabaseAwayError, HavenError

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIMARY = 0xFF
"""The bits of SQLite's extended error codes that hold the primary code."""
_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
"""Errors of SQLite that another try may not have."""
_NOTHING_WRITTEN = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
_WRITE_REFUSED = frozenset({sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""Primary and extended codes of a write that the disk refused. After them SQLite knows what is on
the disk. After a failed fsync it does not, and takes commits for durable that are not."""


_NOT_WRITABLE = (
    "its disk or its file takes no writes from this user; mount the disk for writing, or give "
    "the folder and its files to the user of the service (chown -R)"
)
_DAMAGED = "its file is damaged; haven restore brings a backup back, into a new folder"
_OPENING = {
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE, sqlite3.SQLITE_CANTOPEN: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_FULL: "its disk is full; make room",
    sqlite3.SQLITE_IOERR: "its disk is full or faulty; make room, or look into the system's log",
    sqlite3.SQLITE_BUSY: "another program holds it; stop that one",
    sqlite3.SQLITE_NOTADB: _DAMAGED, sqlite3.SQLITE_CORRUPT: _DAMAGED,
}  # fmt: skip
"""Why a file of SQLite does not open, by the primary code, and what to do."""


class StoreFault(StrEnum):
    """What PostgreSQL did not do, as far as it decides what to do next."""

    LOST = "lost"
    """There is no connection, or the server ends it, or it takes no writes any more."""
    CONFLICT = "conflict"
    """The unit of work met another one, or took too long: it was undone and may be tried again."""
    REFUSED = "refused"
    """No space, too many connections, a fault of the server's disk."""


_KINDS = {
    StoreFault.LOST: ("08", "57P", "25006", "25P03", "25P04"),
    StoreFault.CONFLICT: ("40001", "40P01", "55P03", "57014"),
    StoreFault.REFUSED: ("53", "58"),
}
"""Beginnings of SQLSTATEs. 25006: the server is a standby now, so another one takes the writes.
25P03, 25P04: this process was paused in a transaction, and the server ended the connection."""
_UNIQUE_VIOLATION = "23505"
_CHANGED_SINCE = "40001"
_FIRST_ONE_WINS = frozenset({"uq_conversations_chat_key", "uq_cases_reference"})
"""Unique keys which two units of work may be about to store at once: the later one is run again,
and then finds what the first one stored."""

_NO_ANSWER = "the database does not answer"
_NOT_THERE = "nothing listens at the address of the database"
_NO_SUCH_HOST = "the name of the database's host is unknown"
_LOGIN = "the database refuses the user or the password"
_NO_ROLE = "there is no such user of the database"
_NO_DATABASE = "there is no database of this name"
_STOPPING = "the database is stopping or starting"
_MANY = "the database has too many connections"
_NO_WRITES = "the database takes no writes: it is a standby or set to read-only"
_ENCRYPTION = "the database and Haven do not agree on encryption (sslmode)"
_OPTION = "the address of the database has an option that PostgreSQL does not know"
FIXED_BY_OPERATOR = {
    _NO_ANSWER: "see that it runs, and that no firewall is before it",
    _NOT_THERE: "start PostgreSQL, or set the address right",
    _NO_SUCH_HOST: "set the address right, or mend the name service",
    _LOGIN: "set them right in the address, or in .pgpass in the home of the user who runs Haven "
    "(after haven setup: haven, /var/lib/haven), mode 0600",
    _NO_ROLE: "set the address right, or make the user (createuser)",
    _NO_DATABASE: "set the address right, or make the database (createdb)",
    _STOPPING: "wait a moment",
    _MANY: "end some of the others, or raise max_connections",
    _NO_WRITES: "name the server that takes writes",
    _ENCRYPTION: "set sslmode in the address as the server wants it",
    _OPTION: "remove what is after the question mark, or spell it as libpq does",
}
"""What to do, by reason."""
_DEFAULT_REASON = "the database refused it"
_REASONS = {
    "40001": "two programs changed the same rows",
    "40P01": "two programs waited for each other",
    "55P03": "another program holds a lock for too long",
    "57014": "a statement took too long",
    "57P01": "the database's administrator ended the connection",
    "57P": _STOPPING,
    "08": "the connection to the database was lost",
    "25006": _NO_WRITES,
    "53100": "the disk of the database is full",
    "53200": "the database is out of memory",
    "53300": _MANY,
    "53": "the database lacks resources",
    "58": "the disk of the database is faulty",
    "28": _LOGIN,
    "3D000": _NO_DATABASE,
    "42501": "the user of the database lacks a right",
    "XX": "the database is damaged",
}
"""Reasons by the beginning of the SQLSTATE; the longest one that fits counts."""
SAID_BY_LIBPQ = {
    "invalid connection option": _OPTION,
    "invalid uri query parameter": _OPTION,
    "timeout": _NO_ANSWER,
    "no answer": _NO_ANSWER,
    "refused": _NOT_THERE,
    "no such file": _NOT_THERE,
    "translate host": _NO_SUCH_HOST,
    "resolve host": _NO_SUCH_HOST,
    "name or service": _NO_SUCH_HOST,
    "authentication": _LOGIN,
    "no pg_hba": _LOGIN,
    "no password": _LOGIN,
    "role": _NO_ROLE,
    "does not exist": _NO_DATABASE,
    "starting up": _STOPPING,
    "shutting down": _STOPPING,
    "recovery": _STOPPING,
    "too many": _MANY,
    "read-only": _NO_WRITES,
    "read-write": _NO_WRITES,
    "ssl": _ENCRYPTION,
    "certificate": _ENCRYPTION,
}
"""Reasons by words of libpq; the first that is found counts."""


def is_postgresql_error(error: BaseException) -> bool:
    """Tell whether psycopg raised it; psycopg is not imported for that."""
    return any(cls.__module__.partition(".")[0] == "psycopg" for cls in type(error).__mro__)


def is_driver_error(error: BaseException) -> bool:
    """Tell whether a database driver raised it."""
    error = unwrap(error)
    return isinstance(error, sqlite3.Error) or is_postgresql_error(error)


def unwrap(error: BaseException) -> BaseException:
    """Return the driver's error inside one of SQLAlchemy's, else the error itself."""
    inner = getattr(error, "orig", None)
    return inner if isinstance(inner, BaseException) else error


def fault_kind(error: BaseException) -> StoreFault | None:
    """Return what PostgreSQL did not do; None for errors of data, and of anything else."""
    error = unwrap(error)
    if isinstance(error, DatabaseAwayError):
        return StoreFault.LOST
    if not is_postgresql_error(error):
        return None
    state = str(getattr(error, "sqlstate", None) or "")
    if not state:  # libpq itself: no connection was made, or it ended
        return StoreFault.LOST if type(error).__name__ in _WITHOUT_STATE else None
    if state == _UNIQUE_VIOLATION:
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        return StoreFault.CONFLICT if constraint in _FIRST_ONE_WINS else None
    return next((kind for kind, starts in _KINDS.items() if state.startswith(starts)), None)


_WITHOUT_STATE = {
    "OperationalError", "ConnectionTimeout", "InterfaceError", "_WaitTimeout",
    "SilentDatabaseError",
}  # fmt: skip


def is_outdated(error: BaseException) -> bool:
    """Tell whether PostgreSQL refused to lock a row that was changed since a reader's moment."""
    return getattr(unwrap(error), "sqlstate", None) == _CHANGED_SINCE


def is_store_error(error: BaseException) -> bool:
    """Tell whether the store failed, not the data: another try may work."""
    error = unwrap(error)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & PRIMARY
    return (
        isinstance(error, CommitFailedError) or code in _TRANSIENT or fault_kind(error) is not None
    )


@contextlib.contextmanager
def ignore_store_errors() -> Iterator[None]:
    """Let what is stored next time anyway fail with the store; other jobs say what is wrong."""
    try:
        yield
    except sqlite3.OperationalError:
        return
    except Exception as error:
        if not is_store_error(error):
            raise


def database_fault(error: BaseException) -> str | None:
    """Return what a database driver says is wrong, in our words; None for any other error."""
    error = unwrap(error)
    if isinstance(error, sqlite3.Error):
        known = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & PRIMARY in _TRANSIENT
        return failure_reason(error) if known else type(error).__name__
    return failure_reason(error) if is_postgresql_error(error) else None


def opening_fault(error: BaseException) -> str:
    """Return why a database does not open, with the fix where it is known."""
    error = unwrap(error)
    if is_postgresql_error(error):
        reason = failure_reason(error)
        return f"{reason}; {FIXED_BY_OPERATOR.get(reason, 'look into its log')}"
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & PRIMARY
    return _OPENING.get(code, f"{type(error).__name__}; look into the system's log")


def is_busy(error: BaseException) -> bool:
    """Tell whether another process held SQLite's lock: nothing began, nothing is broken."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return bool(code & PRIMARY == sqlite3.SQLITE_BUSY)


def may_reopen(error: BaseException | None) -> bool:
    """Tell whether writing may begin again on a new connection after this failure.

    SQLite must still know what is on the disk. PostgreSQL ends by itself when it does not, so what
    answers a new connection can be trusted.
    """
    if error is None or isinstance(error, DatabaseAwayError) or is_postgresql_error(error):
        return True
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    is_refused = code & PRIMARY in _NOTHING_WRITTEN or code in _WRITE_REFUSED
    return is_refused and code != sqlite3.SQLITE_READONLY_DBMOVED


def failure_reason(error: BaseException | None) -> str:
    """Return what is wrong with the store, as far as the error says."""
    error = unwrap(error) if error is not None else None
    if isinstance(error, DatabaseAwayError) and error.__cause__ is not None:
        error = unwrap(error.__cause__)
    if isinstance(error, HavenError):
        return str(error)
    if error is not None and is_postgresql_error(error):
        return _postgresql_reason(error)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & PRIMARY
    is_frozen = code == sqlite3.SQLITE_READONLY or getattr(error, "errno", None) == errno.EROFS
    return "the disk is read-only" if is_frozen else "the disk may be full"


def _postgresql_reason(error: BaseException) -> str:
    state = str(getattr(error, "sqlstate", None) or "")
    if state:
        fitting = [start for start in _REASONS if state.startswith(start)]
        return _REASONS[max(fitting, key=len)] if fitting else _DEFAULT_REASON
    said = str(error).casefold()
    known = (reason for words, reason in SAID_BY_LIBPQ.items() if words in said)
    return next(known, "the connection to the database was lost")
