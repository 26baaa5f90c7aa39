"""Saved views: lists with a filter, under a name that a caseworker gave them, for themselves only.

A view is two preferences, so it is stored and deleted as a filter is: `view.3.waiting` has the
filter, `title.3` the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.preferences import (
    FILTER_FIELDS,
    QueueFilter,
    load_preferences,
    store_preference,
)
from bot.desks.web.routes import Permission, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.web.request import DeskRequest, Response
    from bot.store.writer import Work
    from bot.text import Text

MAX_VIEWS, MAX_NAME_LENGTH = 12, 40
"""Views of a caseworker, and characters of a name: they stand in one line above a list."""
_STORED = re.compile(rf"view\.(\d{{1,2}})\.({'|'.join(texts.LISTS)})")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list with a filter."""

    number: int
    name: str
    tab: str
    """The list, a key of `texts.LISTS`."""
    case_filter: QueueFilter

    @property
    def address(self) -> str:
        """Return the path of its page."""
        return list_address(self.tab, self.case_filter.address)


def list_address(tab: str, *parts: str) -> str:
    """Return the path of a list; each part names values, e.g. `queue=labour`."""
    query = "&".join(part for part in parts if part)
    return f"/queue/{tab}?{query}" if query else f"/queue/{tab}"


def saved_views(preferences: Mapping[str, str]) -> list[SavedView]:
    """Return the views among the preferences of a caseworker, the first saved first."""
    found = []
    for name, chosen in preferences.items():
        if stored := _STORED.fullmatch(name):
            number, tab = int(stored[1]), stored[2]
            title = preferences.get(_title(number), "")
            found.append(SavedView(number, title, tab, QueueFilter.decode(chosen)))
    return sorted(found, key=lambda it: it.number)


def _title(number: int) -> str:
    return f"title.{number}"


def _slot(number: int, tab: str) -> str:
    return f"view.{number}.{tab}"


@post("/views", Permission.QUEUE, "name", "tab", *FILTER_FIELDS)
async def _save_view(request: DeskRequest) -> Response:
    """Save the filter of a list under a name."""
    name, tab = _typed_name(request), request.form.get("tab", "")
    wanted = QueueFilter.from_form(request.form).of_list(is_closed=tab == "closed")
    path = list_address(tab if tab in texts.LISTS else "mine", wanted.address)
    if wanted.is_empty or tab not in texts.LISTS:
        return _answer(request, path, texts.VIEW_WITHOUT_FILTER, is_refused=True)

    def save(work: Work) -> Text | None:
        views = saved_views(load_preferences(work, request.caseworker.id))
        if len(views) >= MAX_VIEWS:
            return texts.VIEWS_FULL
        if (refusal := _refuse_name(name, views)) is None:
            taken = {it.number for it in views}
            number = next(it for it in range(1, MAX_VIEWS + 1) if it not in taken)
            store_preference(work, request.caseworker.id, _slot(number, tab), wanted.encoded)
            store_preference(work, request.caseworker.id, _title(number), name)
        return refusal

    refusal = await request.write(save)
    return _answer(
        request, path, refusal or texts.VIEW_SAVED, is_refused=refusal is not None, name=name,
        count=str(MAX_VIEWS if refusal is texts.VIEWS_FULL else MAX_NAME_LENGTH),
    )  # fmt: skip


@post("/views/{view}/rename", Permission.QUEUE, "name")
async def _rename_view(request: DeskRequest) -> Response:
    """Give a view another name."""
    view, name = _view(request), _typed_name(request)
    if view is None:
        return _answer(request, "/queue/mine", texts.VIEW_GONE, is_refused=True)

    def rename(work: Work) -> Text | None:
        views = saved_views(load_preferences(work, request.caseworker.id))
        refusal = _refuse_name(name, (it for it in views if it.number != view.number))
        if refusal is None:
            store_preference(work, request.caseworker.id, _title(view.number), name)
        return refusal

    refusal = await request.write(rename)
    return _answer(
        request, view.address, refusal or texts.VIEW_SAVED, is_refused=refusal is not None,
        name=name, count=str(MAX_NAME_LENGTH),
    )  # fmt: skip


@post("/views/{view}/delete", Permission.QUEUE)
async def _delete_view(request: DeskRequest) -> Response:
    """Delete a view; its list stays on the page."""
    view = _view(request)
    if view is None:
        return _answer(request, "/queue/mine", texts.VIEW_GONE, is_refused=True)

    def delete(work: Work) -> None:
        for name in (_slot(view.number, view.tab), _title(view.number)):
            store_preference(work, request.caseworker.id, name, "")

    await request.write(delete)
    return _answer(request, view.address, texts.VIEW_DELETED, name=view.name)


def _view(request: DeskRequest) -> SavedView | None:
    """Return the caseworker's own view of the address; None for none."""
    number = request.param("view")
    return next((it for it in saved_views(request.preferences) if str(it.number) == number), None)


def _typed_name(request: DeskRequest) -> str:
    return " ".join(request.form.get("name", "").split())


def _refuse_name(name: str, others: Iterable[SavedView]) -> Text | None:
    if not name or len(name) > MAX_NAME_LENGTH:
        return texts.VIEW_NAME_NEEDED
    return texts.VIEW_NAME_TAKEN if name in {it.name for it in others} else None


def _answer(
    request: DeskRequest, path: str, text: Text, *, is_refused: bool = False, **values: str
) -> Response:
    """Say what came of it: next to the field a script sent, else on the page of the list."""
    if request.is_fetched and is_refused:
        return request.json(told=request.locale(text, **values), refused=True)
    request.flash(text, is_refused=is_refused, **values)
    if request.is_fetched:
        return request.json(told="", refused=False, go=request.url(path))
    return request.redirect(path)
