"""Which release brought which revision, and what this release makes of a revision it finds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreTooNewError, UnfinishedCopyError
from bot.release import installed_release

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = {"0001": "0.2.0", "0002": "0.3.0", "0003": "0.4.0"}
"""The first release with each revision of the data. A test compares it with the migrations."""
COPYING = "copying "
"""The revision of an unfinished copy, followed by the id of its key store."""


class SchemaStep(NamedTuple):
    """A revision that is still to come, and what it adds."""

    revision: str
    summary: str


def is_unfinished_copy(revision: str | None) -> bool:
    """Tell whether a revision is the mark of a copy that was interrupted."""
    return revision is not None and revision.startswith(COPYING)


def require_known(revision: str | None, migrations: Path) -> None:
    """Refuse data that this release can neither use nor upgrade.

    Raises:
        StoreTooNewError: a newer release wrote them.
        UnfinishedCopyError: they are a part of a copy.
    """
    if is_unfinished_copy(revision):
        raise UnfinishedCopyError(
            "this database is an unfinished copy: run haven migrate again, with the settings of "
            "the original; it goes on where it ended"
        )
    known = revisions(migrations)
    if revision is not None and revision not in known:
        raise StoreTooNewError(
            f"the data are of a newer release (revision {revision}); this is Haven "
            f"{installed_release()}, which knows revisions up to {known[-1]}. Nothing was changed. "
            "Install the release that ran here last, or a newer one"
        )


def revisions(migrations: Path) -> list[str]:
    """Return the revisions of a folder of migrations, oldest first."""
    return sorted(path.name[:4] for path in migrations.glob("[0-9]*.py"))


def steps_after(revision: str | None, migrations: Path) -> list[SchemaStep]:
    """Return the revisions after one, with the first line of what each says about itself."""
    found = []
    for path in sorted(migrations.glob("[0-9]*.py")):
        if path.name[:4] > (revision or ""):
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found.append(SchemaStep(path.name[:4], text.partition("\n")[0]))
    return found
