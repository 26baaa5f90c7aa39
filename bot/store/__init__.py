"""The database: tables, migrations, and the one thread that writes in the bot's process.

Why one writer: two writers starve each other (0.6 to 2 s measured), a hop to a thread costs 85 to
100 µs, and each commit costs an fsync. So the dispatcher's work is a unit that runs as a whole in
the writer thread, many updates to one commit. Reads and other processes use ordinary async code.

Why compiled statements: SQLAlchemy Core describes each statement once for both databases, and
`Prepared` turns it into the driver's text once. The hot path pays for the driver only.

Times are microseconds since 1970, UTC, in 64-bit integers: SQLite returns naive datetimes, and an
integer cannot lose its zone.

How to change the schema is in `migrations/README.md`.
"""

from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.database import Database
from bot.store.statements import (
    count,
    delete_by,
    delete_in,
    insert,
    select_by,
    select_in,
    select_one,
    update_by,
    upsert,
)
from bot.store.tables import (  # noqa: F401 - registers every table
    assist,
    case_extras,
    deliveries,
    desk,
    directory,
    exports,
    figures,
    interpreting,
    machines,
    offices,
    on_call,
    origins,
    partners,
    phrases,
    record,
    service_hours,
    services,
    training,
)
from bot.store.writer import Work, Writer

__all__ = [
    "Database", "Prepared", "PreparedList", "Work", "Writer", "count", "delete_by", "delete_in",
    "insert", "insert_into", "select_by", "select_in", "select_one", "update_by", "upsert",
]  # fmt: skip
