"""Jinja environments of the desk and of the partners' room: escaped, and no unknown name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

from bot.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def new_environment(folder: Path) -> Environment:
    """Return an environment of the pages in a folder.

    Everything is escaped, an unknown name is an error, and `_` speaks the language of the request
    that a page is rendered for.
    """
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_callables(  # type: ignore[attr-defined]
        of_request(lambda request, source, **values: request.locale(Text(source), **values)),
        _ngettext,
        newstyle=False,
        pgettext=of_request(
            lambda request, meaning, source, **values: request.locale(
                Text(source, meaning), **values
            )
        ),
    )
    return made


def of_request(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a page that gets the request first."""
    return pass_context(lambda page, *given, **values: function(page["request"], *given, **values))


def _ngettext(*_args: object) -> str:  # gettext wants one; a page counts in words of its own
    raise AssertionError("pages have no plurals")
