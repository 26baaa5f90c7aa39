"""What the program reads is compiled from what translators wrote, as `./run` does."""

from __future__ import annotations

import pytest

from bot.languages import catalogue
from tests.support.content.catalogue_files import FILES, compiled, path_of


@pytest.fixture(scope="session", autouse=True)
def _catalogues_compiled() -> None:
    for tag, domain in FILES:
        path, wanted = path_of(tag, domain).with_suffix(".mo"), compiled(tag, domain)
        if not path.exists() or path.read_bytes() != wanted:
            path.write_bytes(wanted)
            catalogue.cache_clear()
