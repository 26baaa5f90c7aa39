"""What the convention tests share: compiled catalogues, and the table of rules still broken."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from bot.languages import catalogue
from tests.conventions.still import STILL, excess
from tests.support.content.catalogue_files import FILES, compiled, path_of

MOST_LISTED = 300
RuleCheck = Callable[[str, Collection[object]], None]


@pytest.fixture(scope="session", autouse=True)
def _catalogues_compiled() -> None:
    """Compile what translators wrote, as `./run` does."""
    for tag, domain in FILES:
        path, wanted = path_of(tag, domain).with_suffix(".mo"), compiled(tag, domain)
        if not path.exists() or path.read_bytes() != wanted:
            path.write_bytes(wanted)
            catalogue.cache_clear()


@pytest.fixture
def check_rule(record_property: Callable[[str, object], None]) -> RuleCheck:
    """Compare the offenders of a rule with what is still allowed, and report what is left."""

    def check(rule: str, offenders: Collection[object]) -> None:
        if offenders:
            record_property("convention", f"{rule}: {len(offenders)}, {STILL.get(rule, 0)} allowed")
        found = excess(rule, offenders, STILL)
        assert not found, f"{rule}: {len(found)}\n" + "\n".join(map(str, found[:MOST_LISTED]))

    return check
