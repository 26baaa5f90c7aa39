"""Which release this is."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
"""The folder of the checkout this runs from; of an installed package, where packages are."""


def installed_release(checkout: Path = CHECKOUT) -> str:
    """Return the version of this release: what a checkout says of itself, or the package's.

    The checkout comes first, because a build of an earlier release may have left its mark there.
    """
    project = checkout / "pyproject.toml"
    if project.is_file():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return version("haven")
