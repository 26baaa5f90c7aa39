"""What an archive says to a person who opens it without Haven: a page, and a script for sqlite3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.vault.backup.export_rows import binary_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

README_TEXT = """\
This is a backup of Haven. It is made of two archives: main has all data, keys has the keys.

Do not put it into service by hand: cases that were erased since would come back. Use the command
haven restore, which leaves them out.

Without Haven, on a Debian system with the packages age, tar, coreutils and sqlite3, in a private
folder on an encrypted disk:

  age --decrypt --identity offline.key haven-main-TIME.age | tar --extract
  cd haven-main-TIME
  sha256sum --check --quiet MANIFEST       (says nothing if every file is whole)
  sqlite3 ../look.db < load.sql            (the same for haven-keys-TIME, into the same file)
  sqlite3 -box ../look.db "SELECT reference, status, language, opened_at FROM cases"

What is in it:

  about.json   which of the two archives it is, when it was made (microseconds since 1970, UTC),
               and the version of the tables
  rows/        one folder for each table, with its rows as JSON; bytes are base64
  load.sql     makes a SQLite database of these rows
  files/       files that people sent; each is encrypted with the key of its case
  end.json     how many rows and files there must be
  MANIFEST     the SHA-256 of each file above
  PROOF        shows Haven that its own deployment made this archive
  padding      zeros, so that the size of the archive says little

Times are in microseconds. What people and caseworkers wrote is encrypted with the keys of their
cases (columns named sealed), which open with the password of a caseworker, and in Haven alone:
haven restore, or haven keys rescue if the host key is lost.
"""


def load_script(tables: Iterable[Table]) -> str:
    """Return what makes SQLite tables of the rows in an archive, for the command `sqlite3`."""
    return "".join(map(_load_table, tables))


def _load_table(table: Table) -> str:
    name, binary = str(table.name), set(binary_columns(table))
    columns = [str(column.name) for column in table.columns]
    values = [f"r.value->>{place}" for place in range(len(columns))]
    values = [
        f"CASE WHEN {value} <> '' THEN base64({value}) WHEN {value} = '' THEN x'' END"
        if column in binary
        else value
        for column, value in zip(columns, values, strict=True)
    ]
    quoted = ", ".join(f'"{column}"' for column in columns)
    return "\n".join(
        (
            f'DROP TABLE IF EXISTS "{name}";',
            f'CREATE TABLE "{name}" ({quoted});',
            f'INSERT INTO "{name}" SELECT {", ".join(values)}',
            f"FROM fsdir('rows/{name}') AS f, json_each(CAST(f.data AS TEXT), '$.rows') AS r;\n",
        )
    )
