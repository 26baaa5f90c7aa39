"""The database: its tables, how it is opened, and the one thread that writes in the bot's process.

Why one writer: two writers starve each other (0.6 to 2 s measured), a hop to a thread costs
85 to 100 µs and a commit an fsync. So the dispatcher's work is a unit that runs whole in the writer
thread, many updates to one commit; reads and other processes use ordinary async code.

Why compiled statements: SQLAlchemy Core describes every statement once for both databases;
`Prepared` turns it into the driver's own text once, so that the hot path pays for the driver only.

Moments are whole microseconds since 1970, UTC, in 64-bit integers: SQLite gives back naive
datetimes, and an integer cannot lose its zone.
"""

from bot.store.tables import (  # noqa: F401 - a table is known wherever any is
    case_extras,
    check_ins,
    consents,
    custody,
    deadlines,
    desk,
    partners,
    passphrases,
    team,
)
