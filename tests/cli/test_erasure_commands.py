"""Erasure requests answered and consent revoked at the command line, as commands to the bot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.cases.state_machine import Role
from bot.cli.cases.erasure import _request_line
from bot.cli.main import app
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.hotline.commands.permissions import BREAK_GLASS
from bot.hotline.commands.types import Verb
from bot.hotline.erasure.requests import ErasureRequest
from bot.hotline.events import EventKind
from bot.vault import Vault
from bot.vault.audit.log import AuditLog
from tests.cli.test_basic_commands import KEY
from tests.hotline.referrals.test_revoke_referral_consent import agreed
from tests.support.database.key_store_fixtures import key_store
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness
from tests.support.moved_clock import MIDDAY

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

    home: HotlineHarness
    haven: Haven
    case: str
    reference: str
    mei: str
    jun: str
    other: str
    """Serves another queue."""

    def carry_out(self) -> list[EventKind]:
        """Run the bot for a moment; return the events that open desks show."""
        self.home.open()
        self.home.settle()
        self.home.close()
        return [event.kind for event in self.home.board.events]


@pytest.fixture
def deployed(tmp_path: Path) -> Deployment:
    home = harness(tmp_path)
    claimant, jun = home.colleague("Mei"), home.colleague("Jun").id
    person = home.person("en")
    person.says("hello")
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", "Only when I write", "Skip")
    person.says("/delete")
    person.presses("Erase it")
    ((case, reference),) = home.ask("SELECT id, reference FROM cases")
    claimant.claims(case)
    other = home.colleague("Fu", queues=("fishers",)).id
    home.close()
    return Deployment(home, typing(home, tmp_path), case, reference, claimant.id, jun, other)


def harness(tmp_path: Path) -> HotlineHarness:
    """Return a bot whose key store the command line opens too."""
    return HotlineHarness(tmp_path / "data", vault=Vault(ROOT, key_store(tmp_path)))


def typing(home: HotlineHarness, tmp_path: Path) -> Haven:
    """Return what types commands at a deployment that stands still."""
    key = tmp_path / "host.key"
    key.write_text(KEY, encoding="ascii")
    key.chmod(0o400)
    env = {"HAVEN_DATA": str(tmp_path / "data"), "HAVEN_HOST_KEY_FILE": str(key),
           "HAVEN_DATABASE_URL": home.url, "COLUMNS": "200", "NO_COLOR": "1"}  # fmt: skip

    if home.vault.keys is not None:
        url = home.vault.keys.database.url
        env["HAVEN_KEYS_URL"] = url.render_as_string(hide_password=False)

    def typed(*words: str, **also: Any) -> Done:
        done = CliRunner().invoke(app, words, env=env, **also)
        if isinstance(done.exception, HavenError):
            return Done(1, str(done.exception))  # as `main` says it
        return Done(done.exit_code, done.output)

    return typed


def test_erasure_requests_are_listed_with_their_outcome(deployed: Deployment) -> None:
    said = deployed.haven("cases", "erasure-requests")
    assert said.returncode == 0, said.said
    assert deployed.reference in said.said
    assert "due since 2026-11-26 12:00, not erased: a legal hold" in said.said
    (found,) = json.loads(deployed.haven("cases", "erasure-requests", "--json").said)
    assert found["confirmed_by"] == ""
    early = _request_line(ErasureRequest(**found), ZoneInfo("Asia/Taipei"), MIDDAY)
    assert "erased on 2026-11-26 12:00" in early


def test_only_a_caseworker_confirms_an_erasure_request(deployed: Deployment) -> None:
    stranger = deployed.haven("cases", "confirm-erasure", deployed.reference, "--by", "nobody")
    assert (stranger.returncode, "haven staff list" in stranger.said) == (1, True)
    done = deployed.haven("cases", "confirm-erasure", deployed.reference, "--by", deployed.mei)
    assert done.returncode == 0, done.said
    assert EventKind.ERASURE_REQUESTED in deployed.carry_out()
    assert f"confirmed by {deployed.mei}" in deployed.haven("cases", "erasure-requests").said


def test_only_those_responsible_for_a_case_confirm_or_object_to_erasure(
    deployed: Deployment,
) -> None:
    for who, words in (
        (deployed.jun, ("confirm-erasure",)),
        (deployed.other, ("confirm-erasure",)),
        (deployed.other, ("object-to-erasure", "--reason", REASON)),
    ):
        command, *more = words
        done = deployed.haven("cases", command, deployed.reference, *more, "--by", who)
        assert (done.returncode, f"{who} may not" in done.said) == (1, True)
    revoked = deployed.haven(
        "cases", "revoke-consent", deployed.reference, "hotline", "--by", deployed.other
    )
    assert (revoked.returncode, f"{deployed.other} may not" in revoked.said) == (1, True)
    (found,) = json.loads(deployed.haven("cases", "erasure-requests", "--json").said)
    assert (found["confirmed_by"], found["objected_by"]) == ("", "")


def test_two_objections_keep_a_case_one_does_not(deployed: Deployment) -> None:
    typed = ("cases", "object-to-erasure", deployed.reference, "--reason", REASON, "--by")
    first = deployed.haven(*typed, deployed.mei)
    assert (first.returncode, "It takes two" in first.said) == (0, True)
    deployed.carry_out()
    again = deployed.haven(*typed, deployed.mei)
    assert (again.returncode, "already" in again.said) == (1, True)
    assert "due since" in deployed.haven("cases", "erasure-requests").said
    second = deployed.haven(*typed, deployed.jun)
    assert second.returncode == 0, second.said
    deployed.carry_out()
    listed = deployed.haven("cases", "erasure-requests").said
    assert "not erased" in listed
    assert f"objected: {deployed.mei}, {deployed.jun}" in listed
    assert REASON not in listed


def test_an_open_desk_hears_of_an_objection_typed_at_the_command_line(
    deployed: Deployment,
) -> None:
    before = deployed.carry_out().count(EventKind.ERASURE_REQUESTED)
    typed = ("cases", "object-to-erasure", deployed.reference, "--reason", REASON, "--by")
    assert deployed.haven(*typed, deployed.mei).returncode == 0
    assert deployed.home.ask("SELECT count(*) FROM staff_commands") == [(1,)]
    assert deployed.carry_out().count(EventKind.ERASURE_REQUESTED) == before + 1


def test_an_objection_wants_a_reason(deployed: Deployment) -> None:
    done = deployed.haven(
        "cases", "object-to-erasure", deployed.reference, "--reason", " ", "--by", deployed.mei
    )
    assert done.returncode == 2


def test_consent_can_be_revoked_on_spoken_request(deployed: Deployment) -> None:
    typed = ("cases", "revoke-consent", deployed.reference, "hotline", "--by", deployed.mei)
    assert deployed.haven(*typed).returncode == 0
    deployed.carry_out()
    assert deployed.haven(*typed).returncode == 1
    wrong = deployed.haven(
        "cases", "revoke-consent", deployed.reference, "life", "--by", deployed.mei
    )
    assert (wrong.returncode, "statistics" in wrong.said) == (2, True)


def test_consent_revoked_by_command_stops_a_referral(
    tmp_path: Path,
) -> None:
    home = harness(tmp_path)
    _person, mei, case, referral = agreed(home)
    ((reference,),) = home.ask("SELECT reference FROM cases")
    home.close()
    done = typing(home, tmp_path)("cases", "revoke-consent", reference, "others", "--by", mei.id)
    assert done.returncode == 0, done.said
    home.open()
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    assert home.ask("SELECT state, sent_at FROM referrals") == [("revoked", None)]
    home.close()


@pytest.mark.parametrize("command", ["confirm-erasure", "object-to-erasure"])
def test_what_is_not_there_is_said(deployed: Deployment, command: str) -> None:
    because = ("--reason", REASON) if command == "object-to-erasure" else ()
    done = deployed.haven("cases", command, "ZZZZZZ", *because, "--by", deployed.mei)
    assert (done.returncode, "there is no case ZZZZZZ" in done.said) == (1, True)


def test_a_supervisor_decides_about_a_colleagues_case_only_with_a_reason(
    deployed: Deployment,
) -> None:
    deployed.home.open()
    hua = deployed.home.colleague("Hua", role=Role.SUPERVISOR)
    deployed.home.close()
    on, by = ("cases",), (deployed.reference, "--by", hua.id)
    for words in (
        ("confirm-erasure", *by), ("object-to-erasure", *by, "--reason", REASON),
        ("revoke-consent", *by, "hotline"),
    ):  # fmt: skip
        done = deployed.haven(*on, *words)
        assert (done.returncode, "first says why" in done.said) == (1, True), words
    happened = ("contact", "--on", "2026-11-20", "--by", hua.id)
    done = deployed.haven("deadlines", "add", deployed.reference, *happened)
    assert (done.returncode, "first says why" in done.said) == (1, True)
    deployed.home.open()
    rows = deployed.home.ask("SELECT id FROM staff_commands")
    assert rows == []
    write, now = deployed.home.database.writer.run_sync, SystemClock().now()
    log = AuditLog(deployed.home.vault)
    write(lambda work: log.record(work, now, hua.id, BREAK_GLASS, deployed.case))
    deployed.home.close()
    done = deployed.haven(*on, "object-to-erasure", *by, "--reason", REASON)
    assert done.returncode == 0, done.said  # negative control
