"""Floors hold: who may import whom stands in `pyproject.toml`, and every room has its place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions

from tests.support.paths import ROOT
from tests.support.source_tree import imports_of, modules, name_of, top_level_packages

if TYPE_CHECKING:
    from collections.abc import Callable

configuration.configure()

EXCEPT: dict[str, tuple[str, set[str]]] = {
    "flows": ("forbidden_modules", {"flows", "bot.conversation", "bot.text"}),
    "telegram": ("source_modules", {"bot.channels", "bot.sandbox"}),
    "sandbox": ("source_modules", {"bot.app", "bot.training", "bot.sandbox"}),
    "crypto": ("source_modules", {"bot.vault"}),
}
"""By contract: a list of its that names every room, and the rooms it leaves out."""


def contracts() -> dict[str, dict[str, Any]]:
    found = use_cases.read_user_options(str(ROOT / "pyproject.toml")).contracts_options
    return {contract["id"]: copy.deepcopy(contract) for contract in found}


CONTRACTS = contracts()


def broken(contract: dict[str, Any]) -> bool:
    """Return whether the source breaks a contract."""
    options = UserOptions(
        session_options={
            "root_packages": ["bot", "flows"],
            "include_external_packages": "True",
            "contract_types": [
                f"{kind}: importlinter.contracts.{kind}.{kind.title()}Contract"
                for kind in ("layers", "forbidden", "independence")
            ],
        },
        contracts_options=[contract],
    )
    return use_cases.create_report(options, cache_dir=None).contains_failures


def layered(contract: dict[str, Any]) -> set[str]:
    return {room.strip(" ()") for floor in contract["layers"] for room in floor.split("|")}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_room_keeps_to_its_contract(name: str) -> None:
    assert not broken(CONTRACTS[name]), "lint-imports says which import is one too many"


def below_the_store(contract: dict[str, Any]) -> None:
    contract["layers"].remove("bot.dispatch")
    contract["layers"].append("bot.dispatch")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("layers", below_the_store),
        ("flows", lambda it: it["forbidden_modules"].append("bot.text")),
        ("pure", lambda it: it["forbidden_modules"].append("transitions")),
        ("telegram", lambda it: it["source_modules"].append("bot.channels")),
        ("sandbox", lambda it: it["source_modules"].append("bot.app")),
        ("crypto", lambda it: it["source_modules"].append("bot.vault")),
    ],
)
def test_an_import_that_is_not_allowed_would_be_found(
    name: str, change: Callable[[dict[str, Any]], None]
) -> None:
    contract = contracts()[name]
    change(contract)
    assert broken(contract)


def test_every_room_stands_on_a_floor() -> None:
    assert layered(CONTRACTS["layers"]) == top_level_packages()


def test_a_room_without_a_floor_would_be_found() -> None:
    contract = contracts()["layers"]
    contract["layers"].remove("bot.dispatch")
    assert layered(contract) != top_level_packages()


@pytest.mark.parametrize("name", EXCEPT)
def test_no_room_is_forgotten_in_a_contract(name: str) -> None:
    where, left_out = EXCEPT[name]
    assert set(CONTRACTS[name][where]) == top_level_packages() - left_out


SHARED = {
    "flows.phrases", "flows.counties", "flows.alarms", "flows.titles", "flows.phrasebook",
    "flows.hotline", "flows.office_hours", "flows.cards", "flows.organisation",
}  # fmt: skip
"""Modules of `flows` with text that several flows use."""
REPEATS = {
    ("flows.return_check", "flows.welcome"),  # the same safety check, in the same words
    ("flows.despair", "flows.danger"),  # the same offer, in the same words
    ("flows.ask_for_help", "flows.language"),  # the languages' own names, for an interpreter
}
"""Flows that may import another: which one, and why."""


def imports_between_flows() -> set[tuple[str, str]]:
    return {
        (f"flows.{path.stem}", module)
        for path in (ROOT / "flows").glob("*.py")
        if path.stem != "__init__" and f"flows.{path.stem}" not in SHARED
        for module in imports_of(path)
        if module.startswith("flows.")
    }


def test_a_flow_begins_another_by_its_name_and_does_not_import_it() -> None:
    found = {(flow, other) for flow, other in imports_between_flows() if other not in SHARED}
    assert found == REPEATS


def test_flows_import_only_the_conversation_package() -> None:
    """What a flow may use of the engine is what `bot.conversation` offers by itself."""
    used = {
        (name_of(path), module)
        for path in modules()
        if name_of(path).startswith("flows/")
        for module in imports_of(path)
        if module.startswith("bot")
    }
    assert {module for _, module in used} == {"bot.conversation", "bot.text"}
