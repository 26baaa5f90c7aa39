"""Import contracts of `pyproject.toml`: they hold, and each names every top-level package."""

from __future__ import annotations

import copy
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions

from tests.support.paths import ROOT
from tests.support.source_tree import imports_of, module_of, modules, name_of, top_level_packages

if TYPE_CHECKING:
    from collections.abc import Callable

configuration.configure()
READ_BEFORE = TemporaryDirectory(prefix="haven-imports-")
"""Holds the imports of each file, so that the files are parsed for the first contract alone."""

EXCEPT: dict[str, tuple[str, set[str]]] = {
    "flows": ("forbidden_modules", {"flows", "bot.conversation", "bot.text"}),
    "telegram": ("source_modules", {"bot.channels", "bot.sandbox"}),
    "sandbox": ("source_modules", {"bot.app", "bot.training", "bot.sandbox"}),
    "crypto": ("source_modules", {"bot.vault"}),
}
"""By contract: its list that names every package, and the packages left out of it."""


INSIDE_A_PACKAGE = {"partner_room"}
"""Contracts about a part of a package: the partners' room and the desk are both in `bot.desks`."""


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
    return use_cases.create_report(options, cache_dir=READ_BEFORE.name).contains_failures


def layered(contract: dict[str, Any]) -> set[str]:
    return {name.strip(" ()") for layer in contract["layers"] for name in layer.split("|")}


def too_narrow(contracts_: list[dict[str, Any]]) -> list[str]:
    """Return modules of ours that a contract names although they are no top-level package."""
    named = {
        name
        for contract in contracts_
        for key in ("source_modules", "forbidden_modules", "modules")
        for name in contract.get(key, ())
    }
    ours = {name for name in named if name.partition(".")[0] in {"bot", "flows"}}
    return sorted(ours - top_level_packages())


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_import_contract_holds(name: str) -> None:
    assert not broken(CONTRACTS[name]), "run lint-imports to see which import"


def below_the_store(contract: dict[str, Any]) -> None:
    contract["layers"].remove("bot.dispatch | bot.exports")
    contract["layers"].append("bot.dispatch | bot.exports")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("layers", below_the_store),
        ("flows", lambda contract: contract["forbidden_modules"].append("bot.text")),
        ("pure", lambda contract: contract["forbidden_modules"].append("transitions")),
        ("telegram", lambda contract: contract["source_modules"].append("bot.channels")),
        ("sandbox", lambda contract: contract["source_modules"].append("bot.app")),
        ("crypto", lambda contract: contract["source_modules"].append("bot.vault")),
        ("partner_room", lambda contract: contract["ignore_imports"].clear()),
        ("partner_room", lambda contract: contract["forbidden_modules"].append("bot.partners")),
    ],
)
def test_a_forbidden_import_is_found(name: str, change: Callable[[dict[str, Any]], None]) -> None:
    contract = contracts()[name]
    change(contract)
    assert broken(contract)


def test_every_package_is_in_a_layer() -> None:
    assert layered(CONTRACTS["layers"]) == top_level_packages()


def test_a_package_without_a_layer_is_found() -> None:
    contract = contracts()["layers"]
    contract["layers"].remove("bot.dispatch | bot.exports")
    assert layered(contract) != top_level_packages()


@pytest.mark.parametrize("name", EXCEPT)
def test_a_contract_names_every_package_but_the_excepted(name: str) -> None:
    where, left_out = EXCEPT[name]
    assert set(CONTRACTS[name][where]) == top_level_packages() - left_out


def test_contracts_name_packages_and_no_modules_in_them() -> None:
    assert len(CONTRACTS) == len(EXCEPT) + 2 + len(INSIDE_A_PACKAGE)
    wide = [it for name, it in CONTRACTS.items() if name not in INSIDE_A_PACKAGE]
    assert too_narrow(wide) == []


def test_a_contract_that_names_a_module_is_found() -> None:
    narrow = {"source_modules": ["bot.hotline.queue.claims", "bot.hotline", "telegram"]}
    assert too_narrow([narrow]) == ["bot.hotline.queue.claims"]


SHARED = {
    f"flows.texts.{name}"
    for name in (
        "phrases", "counties", "titles", "phrasebook", "hotline", "office_hours", "cards",
        "organisation", "questions", "shared_questions",
    )
}  # fmt: skip
"""Modules of `flows` with text that several flows use."""
REPEATS = {
    ("flows.start.return_check", "flows.start.welcome"),  # the same safety check, in the same words
    ("flows.urgent.despair", "flows.urgent.danger"),  # the same offer, in the same words
    ("flows.urgent.urgent_details", "flows.urgent.danger"),  # the same numbers
    # The languages' own names, for an interpreter.
    ("flows.requests.ask_for_help", "flows.start.language"),
}
"""Flows that may import another: which one, and why."""


def imports_between_flows() -> set[tuple[str, str]]:
    return {
        (module_of(path), module)
        for path in modules()
        if module_of(path).startswith("flows.") and path.stem != "__init__"
        for module in imports_of(path)
        if module.startswith("flows.") and module != "flows.texts" and module_of(path) not in SHARED
    }


def test_flows_do_not_import_each_other() -> None:
    found = {(flow, other) for flow, other in imports_between_flows() if other not in SHARED}
    assert found == REPEATS


def test_flows_import_only_the_conversation_package() -> None:
    """A flow uses what `bot.conversation` itself offers, no module inside it."""
    used = {
        (name_of(path), module)
        for path in modules()
        if name_of(path).startswith("flows/")
        for module in imports_of(path)
        if module.startswith("bot")
    }
    assert {module for _, module in used} == {"bot.conversation", "bot.text"}
