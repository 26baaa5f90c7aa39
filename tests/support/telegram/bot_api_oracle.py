"""What aiogram knows of the Bot API, held against every call that reaches the sandbox.

aiogram shares no code with python-telegram-bot: what both agree on is what Telegram takes.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def methods() -> dict[str, type[BaseModel]]:
    """Return aiogram's model of every method, by lower-case name."""
    import aiogram.methods  # noqa: PLC0415 - it takes two seconds, and few tests check a call

    models = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {
        model.__api_method__.lower(): model
        for model in models
        if isinstance(getattr(model, "__api_method__", None), str)
    }


def check(method: str, params: dict[str, Any]) -> str | None:
    """Return what is wrong with a call, or None; never what a person wrote."""
    model = methods().get(method.lower())
    if model is None:
        return f"{method}: no such method"
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    unknown = sorted(params.keys() - fields.keys())
    if unknown:
        return f"{method}: unknown parameter {', '.join(unknown)}"
    typed = {name: _typed(value, fields[name].annotation) for name, value in params.items()}
    try:
        call = model.model_validate(typed)
    except ValidationError as wrong:
        places = {
            ".".join(map(str, error["loc"])) + f" ({error['type']})" for error in wrong.errors()
        }
        return f"{method}: {', '.join(sorted(places))}"
    extra = sorted({name for part in _parts(call) for name in part.model_extra or {}})
    return f"{method}: unknown field {', '.join(extra)}" if extra else None


def _typed(value: Any, annotation: Any) -> Any:
    """Return a form's string as the JSON it stands for, unless a string is what is wanted."""
    if not isinstance(value, str) or str in _leaves(annotation):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


@cache
def _leaves(annotation: Any) -> frozenset[Any]:
    if typing.get_origin(annotation) in {list, dict, tuple}:
        return frozenset({annotation})
    parts = typing.get_args(annotation)
    return frozenset().union(*map(_leaves, parts)) if parts else frozenset({annotation})


def _parts(thing: Any) -> Iterator[BaseModel]:
    if isinstance(thing, BaseModel):
        yield thing
        for name in type(thing).model_fields:
            yield from _parts(getattr(thing, name))
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from _parts(one)
