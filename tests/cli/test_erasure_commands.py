"""What a caseworker types for a person: wishes answered, agreements taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.errors import HavenError
from bot.hotline.commands.types import Verb
from tests.cli.test_basic_commands import KEY
from tests.hotline.referrals.test_revoke_referral_consent import agreed
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Haven = Callable[..., "Done"]

REASON = "Her broker sat beside her."


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    said: str


@dataclass(frozen=True)
class Deployment:
    """Somebody wrote that they want to talk, and then that everything be erased."""

    haven: Haven
    case: str
    reference: str
    mei: str
    jun: str
    other: str
    """Who serves another queue."""


@pytest.fixture
def deployed(tmp_path: Path) -> Deployment:
    home = HotlineHarness(tmp_path / "data")
    claimant, jun = home.colleague("Mei"), home.colleague("Jun").id
    person = home.person("en")
    person.says("hello")
    person.presses("English", "Nobody can see", "Talk to a person", "I am safe here", "Skip")
    person.presses("Only when I write", "Send")
    person.says("/delete")
    person.presses("Erase it")
    ((case, reference),) = home.ask("SELECT id, reference FROM cases")
    claimant.claims(case)
    other = home.colleague("Fu", queues=("fishers",)).id
    home.close()
    return Deployment(typing(home, tmp_path), case, reference, claimant.id, jun, other)


def typing(home: HotlineHarness, tmp_path: Path) -> Haven:
    """Return what types commands at a deployment that stands still."""
    key = tmp_path / "host.key"
    key.write_text(KEY, encoding="ascii")
    key.chmod(0o400)
    env = {"HAVEN_DATA": str(tmp_path / "data"), "HAVEN_HOST_KEY_FILE": str(key),
           "HAVEN_DATABASE_URL": home.url, "COLUMNS": "200", "NO_COLOR": "1"}  # fmt: skip

    def typed(*words: str, **also: Any) -> Done:
        done = CliRunner().invoke(app, words, env=env, **also)
        if isinstance(done.exception, HavenError):
            return Done(1, str(done.exception))  # as `main` says it
        return Done(done.exit_code, done.output)

    return typed


def test_erasure_requests_are_listed_with_their_outcome(run_command: Deployment) -> None:
    said = run_command.haven("cases", "wishes")
    assert said.returncode == 0, said.said
    assert run_command.reference in said.said
    assert "erased on" in said.said
    (found,) = json.loads(run_command.haven("cases", "wishes", "--json").said)
    assert found["confirmed_by"] == ""


def test_only_a_caseworker_confirms_an_erasure_request(run_command: Deployment) -> None:
    stranger = run_command.haven("cases", "confirm", run_command.reference, "--by", "nobody")
    assert (stranger.returncode, "haven staff list" in stranger.said) == (1, True)
    done = run_command.haven("cases", "confirm", run_command.reference, "--by", run_command.mei)
    assert done.returncode == 0, done.said
    assert f"confirmed by {run_command.mei}" in run_command.haven("cases", "wishes").said


def test_whoever_does_not_answer_for_a_case_erases_and_keeps_nothing(
    run_command: Deployment,
) -> None:
    for who, words in (
        (run_command.jun, ("confirm",)),
        (run_command.other, ("confirm",)),
        (run_command.other, ("object", "--because", REASON)),
    ):
        command, *more = words
        done = run_command.haven("cases", command, run_command.reference, *more, "--by", who)
        assert (done.returncode, "may not say so" in done.said) == (1, True)
    revoked = run_command.haven(
        "cases", "revoke", run_command.reference, "hotline", "--by", run_command.other
    )
    assert (revoked.returncode, "may not say so" in revoked.said) == (1, True)
    (found,) = json.loads(run_command.haven("cases", "wishes", "--json").said)
    assert (found["confirmed_by"], found["objected_by"]) == ("", "")


def test_two_objections_keep_a_case_one_does_not(run_command: Deployment) -> None:
    typed = ("cases", "object", run_command.reference, "--because", REASON, "--by")
    first = run_command.haven(*typed, run_command.mei)
    assert (first.returncode, "somebody else" in first.said) == (0, True)
    again = run_command.haven(*typed, run_command.mei)
    assert (again.returncode, "already" in again.said) == (1, True)
    second = run_command.haven(*typed, run_command.jun)
    assert (second.returncode, "not erased" in second.said) == (0, True)
    assert REASON not in run_command.haven("cases", "wishes").said


def test_an_objection_wants_a_reason(run_command: Deployment) -> None:
    done = run_command.haven(
        "cases", "object", run_command.reference, "--because", " ", "--by", run_command.mei
    )
    assert done.returncode == 2


def test_consent_can_be_revoked_on_spoken_request(run_command: Deployment) -> None:
    typed = ("cases", "revoke", run_command.reference, "hotline", "--by", run_command.mei)
    assert run_command.haven(*typed).returncode == 0
    assert run_command.haven(*typed).returncode == 1
    wrong = run_command.haven(
        "cases", "revoke", run_command.reference, "life", "--by", run_command.mei
    )
    assert (wrong.returncode, "statistics" in wrong.said) == (2, True)


def test_what_was_agreed_to_is_told_to_nobody_once_it_is_taken_back_there(
    tmp_path: Path,
) -> None:
    home = HotlineHarness(tmp_path / "data")
    _person, mei, case, referral = agreed(home)
    ((reference,),) = home.ask("SELECT reference FROM cases")
    home.close()
    done = typing(home, tmp_path)("cases", "revoke", reference, "others", "--by", mei.id)
    assert done.returncode == 0, done.said
    home.open()
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    assert home.ask("SELECT state, sent_at FROM referrals") == [("revoked", None)]
    home.close()


@pytest.mark.parametrize("command", ["confirm", "object"])
def test_what_is_not_there_is_said(run_command: Deployment, command: str) -> None:
    because = ("--because", REASON) if command == "object" else ()
    done = run_command.haven("cases", command, "ZZZZZZ", *because, "--by", run_command.mei)
    assert (done.returncode, "there is no case ZZZZZZ" in done.said) == (1, True)
