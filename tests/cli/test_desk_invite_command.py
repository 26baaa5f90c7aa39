"""`haven desk invite`: a link for a colleague who is known, and no one is created by a slip."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.cli_runner import is_user_message, listed_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.cli_runner import CommandResult

    Haven = Callable[..., CommandResult]

_LINK = re.compile(r"http://127\.0\.0\.1:8090/welcome/[0-9a-f]{64}")


@pytest.fixture
def mei(run_command: Haven) -> str:
    """Return the id of the caseworker Lin Mei-hua."""
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    return str(listed_cases(run_command)[0]["id"])


def staff_count(run_command: Haven) -> int:
    return len(listed_cases(run_command)) if run_command("audit", "head").returncode == 0 else 0


def wrong(who: str) -> str:
    """Return an id with one digit typed wrongly."""
    return who[:-1] + ("0" if who[-1] != "0" else "1")


def test_a_mistyped_id_names_the_closest_colleague_and_creates_no_one(
    run_command: Haven, mei: str
) -> None:
    done = run_command("desk", "invite", wrong(mei))
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert mei in done.stderr
    assert "Lin Mei-hua" in done.stderr
    assert staff_count(run_command) == 1


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_a_mistyped_id_creates_no_one_even_with_a_role(
    run_command: Haven, mei: str, role: str
) -> None:
    for typed in (wrong(mei), mei[:-1], mei + "x", "0123abcd"):
        done = run_command("desk", "invite", typed, "--role", role)
        assert done.returncode == 1, typed
        assert is_user_message(done.stderr)
    assert staff_count(run_command) == 1


def test_a_mistyped_name_names_the_closest_one(run_command: Haven, mei: str) -> None:
    done = run_command("desk", "invite", "Lin Meihua")
    assert done.returncode == 1
    assert f"Lin Mei-hua ({mei})" in done.stderr
    assert staff_count(run_command) == 1


def test_an_unknown_name_says_how_to_create_an_administrator(run_command: Haven, mei: str) -> None:
    done = run_command("desk", "invite", "Chen")
    assert done.returncode == 1
    assert is_user_message(done.stderr)
    assert "haven desk invite Chen --role administrator" in done.stderr
    assert staff_count(run_command) == 1


def test_the_first_administrator_is_created_with_a_role_that_was_typed(
    run_command: Haven, mei: str
) -> None:
    done = run_command("desk", "invite", "Chen", "--role", "administrator")
    assert done.returncode == 0, done.stderr
    assert _LINK.search(done.stdout)
    (chen,) = [each for each in listed_cases(run_command) if each["id"] != mei]
    assert (chen["name"], chen["role"]) == ("Chen", "administrator")


@pytest.mark.parametrize("typed", ["id", "name", "name in small letters"])
def test_a_known_colleague_is_invited_by_id_or_by_name(
    run_command: Haven, mei: str, typed: str
) -> None:
    who = {"id": mei, "name": "Lin Mei-hua", "name in small letters": "lin mei-hua"}[typed]
    done = run_command("desk", "invite", who)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{mei}  Lin Mei-hua: caseworker\n")
    assert staff_count(run_command) == 1


def test_two_colleagues_of_one_name_are_told_apart_by_id(run_command: Haven, mei: str) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "vi")
    done = run_command("desk", "invite", "Lin Mei-hua")
    assert done.returncode == 1
    assert mei in done.stderr
    assert all(str(it["id"]) in done.stderr for it in listed_cases(run_command))


def test_the_role_of_a_known_colleague_is_not_changed_by_a_link(
    run_command: Haven, mei: str
) -> None:
    done = run_command("desk", "invite", mei, "--role", "administrator")
    assert done.returncode == 1
    assert "caseworker" in done.stderr
    assert listed_cases(run_command)[0]["role"] == "caseworker"


def test_a_new_caseworker_is_sent_to_the_command_that_creates_one(run_command: Haven) -> None:
    done = run_command("desk", "invite", "Chen", "--role", "caseworker")
    assert done.returncode == 1
    assert "haven staff add" in done.stderr
    assert staff_count(run_command) == 0
