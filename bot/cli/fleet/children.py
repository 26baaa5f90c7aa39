"""A command of one deployment, in a process of its own that has its settings and no others."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cli.main import PROGRAM
from bot.settings.env_file import ENV_FILE
from bot.settings.missing import CREDENTIAL
from bot.setup.credentials import VARIABLES, CredentialFolder
from bot.setup.files import MACHINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.cli.fleet.control_file import FleetMember

HAVEN_WORDS = (sys.executable, "-m", "bot.cli")
OTHERS = ("HAVEN_", "PG")
"""Beginnings of variables that could be of another deployment, or of none."""
CREDENTIALS = "CREDENTIALS_DIRECTORY"
NO_ANSWER = 124
"""The exit code for a command that lasted too long, as `timeout` has it."""


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def last_line(self) -> str:
        """Return what it said last: the error if it failed."""
        said = (self.stderr if self.code else self.stdout) or self.stderr
        return next((it.strip() for it in reversed(said.splitlines()) if it.strip()), "")


def child_environment(member: FleetMember, ours: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a deployment's process: nothing of Haven is handed on."""
    kept = {it: value for it, value in ours.items() if not it.startswith(OTHERS)}
    kept.pop(CREDENTIALS, None)
    return kept | {"HAVEN_ENV_FILE": str(member.settings), "PYTHONPATH": str(PROGRAM)}


def run_child(
    member: FleetMember, words: tuple[str, ...], patience: float | None = None
) -> ChildResult:
    """Run a command of Haven for a deployment, as the owner of its data if root runs this."""
    env, owner = child_environment(member, os.environ), _owner(member)
    env |= owner.pop("env", {})
    files = _credentials(member, owner.get("user"))
    env |= {VARIABLES[name]: str(file) for name, file in files.items()}
    handles = [int(file.name) for file in files.values()]
    try:
        return _run(words, patience, {"env": env, "pass_fds": handles, **owner})
    finally:
        for handle in handles:
            os.close(handle)


def _run(words: tuple[str, ...], patience: float | None, how: dict[str, Any]) -> ChildResult:
    began = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [*HAVEN_WORDS, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=patience, check=False, **how,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        said = f"no answer in {patience:.0f} seconds"
        return ChildResult(NO_ANSWER, "", said, time.monotonic() - began)
    return ChildResult(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def _credentials(member: FleetMember, owner: int | None) -> dict[str, Path]:
    """Return the credentials of the service that `haven setup` installed, if this is its file.

    They are files in memory, which the process gets with their numbers; only root reads them.
    """
    if os.geteuid() or member.settings.resolve() != MACHINE.at(ENV_FILE).resolve():
        return {}
    but = {CREDENTIAL} if member.host_key is not None else set()
    return CredentialFolder.of(MACHINE).put_in_memory(owner, but=but)


def _owner(member: FleetMember) -> dict[str, Any]:
    """Return as whom to run: what root writes there, the service could not read."""
    if os.geteuid() or not member.data.is_dir():
        return {}
    who = pwd.getpwuid(member.data.stat().st_uid)
    if not who.pw_uid:
        return {}
    groups = os.getgrouplist(who.pw_name, who.pw_gid)
    return {
        "user": who.pw_uid, "group": who.pw_gid, "extra_groups": groups,
        "env": {"HOME": who.pw_dir, "USER": who.pw_name},
    }  # fmt: skip
