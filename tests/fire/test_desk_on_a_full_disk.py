"""While the disk takes no writes the desk shows its lists, and opens no case unrecorded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fire.drills.letters_drill import FIRST, START, UNLIMITED_START, Correspondent
from tests.fire.processes.started_deployment import DeskClient, StartedDeployment, wait_for
from tests.support.bot_api.server import serve_bot_api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.bot_api.server import BotApiServer

ROOM = 16 * 1024
"""Bytes to which every file may grow on the full disk."""
UNLIMITED = -1
SOON = 30.0
"""Seconds within which all goes on by itself."""
BANNER = "has taken no writes since"
NOT_RECORDED = "it cannot be recorded who reads a case"
CONTROLS = {
    "": "",
    "ends": "from bot.app import run\n"
    "async def refuses(database, vault): raise SystemExit(1)\n"
    "run.wait_until_writable = refuses\n",
    "unrecorded": "from bot.desks.web.case import pages\n"
    "async def nothing(request, view): pass\n"
    "pages.audit_read = nothing\n",
}
"""Havens that must be found wanting, by what they do."""


@dataclass
class FullDiskFindings:
    """What a caseworker saw, in the order of the evening."""

    ended: bool = False
    list_shown: bool = False
    banner_shown: bool = False
    opened_unrecorded: int = 0
    refused_with_reason: bool = False
    sign_in_explained: bool = False
    still_open: bool = False
    """Whether the case whose reading was recorded shortly before can still be read."""
    answered_after: bool = False
    opens_after: bool = False
    lost: int = 0
    """Updates that were not handled in the end."""

    @property
    def is_safe(self) -> bool:
        """Whether everything is as promised."""
        shown = self.list_shown and self.banner_shown and self.sign_in_explained
        kept = self.refused_with_reason and self.still_open
        goes_on = self.answered_after and self.opens_after
        bad = self.ended or self.opened_unrecorded or self.lost
        return shown and kept and goes_on and not bad


def recorded(deployment: StartedDeployment) -> int:
    return int(deployment.ask("SELECT count(*) FROM audit")[0][0])


async def spend(
    found: FullDiskFindings, desk: DeskClient, deployment: StartedDeployment, known: str, new: str
) -> None:
    """Work at the desk while the disk is full: one case was opened before, another was not."""
    queue = (await desk.get("/queue/all")).text
    found.list_shown = known in queue and new in queue
    found.banner_shown = BANNER in queue
    before = recorded(deployment)
    page = await desk.get(f"/cases/{new}")
    if page.status_code == httpx.codes.OK and "He keeps my passport." in page.text:
        found.opened_unrecorded += recorded(deployment) == before
    found.refused_with_reason = page.status_code == 503 and NOT_RECORDED in page.text
    kept = await desk.get(f"/cases/{known}")
    found.still_open = "He keeps my passport." in kept.text
    other = DeskClient(deployment)
    refused = await other.try_to_sign_in(later=1)
    found.sign_in_explained = refused.status_code == 503 and "No one can sign in" in refused.text
    await other.close()


async def evening(folder: Path, control: str = "") -> FullDiskFindings:
    """Let a disk fill up while two people have a case, and be emptied again."""
    found = FullDiskFindings()
    program = ("-c", f"{UNLIMITED_START}\n{CONTROLS[control]}{START}")
    async with serve_bot_api() as server:
        deployment = StartedDeployment(folder, server.address, program, is_forked=True)
        life, desk = deployment.begin(), DeskClient(deployment)
        try:
            await desk.wait_until_served()
            await desk.sign_in()
            people = [Correspondent(server, FIRST + number) for number in range(2)]
            for person in people:
                await person.reports(deployment)
            known, new = (it.reference for it in people)
            assert "He keeps my passport." in (await desk.get(f"/cases/{known}")).text
            # Else the key store, which is not full, might be refused its own checkpoint.
            log = deployment.data / "keys.db-wal"
            await wait_for(lambda: not log.exists() or not log.stat().st_size, "a checkpoint")
            life.limit_file_size(ROOM + len(deployment.said()))
            server.say(people[0].number, "I write on.")
            await wait_for(lambda: "commit_failed" in deployment.said() or life.is_over, "it")
            await spend(found, desk, deployment, known, new)
            life.limit_file_size(UNLIMITED)
            await wait_for(lambda: "disk_writable" in deployment.said(), "the disk", SOON)
            await recover(found, server, people[0], desk, deployment, new)
        except (httpx.TransportError, TimeoutError):
            found.ended = life.is_over
        finally:
            await desk.close()
            await life.end()
    return found


async def recover(
    found: FullDiskFindings, server: BotApiServer, person: Correspondent, desk: DeskClient,
    deployment: StartedDeployment, new: str,
) -> None:  # fmt: skip
    """See that the line written meanwhile is handled, and that cases open again."""
    texts = server.record.texts
    before = len(texts(person.number))
    server.say(person.number, "/help")
    await wait_for(lambda: len(texts(person.number)) > before, "an answer", SOON)
    found.answered_after = True
    for _ in range(20):
        page = await desk.get(f"/cases/{new}")
        found.opens_after = "He keeps my passport." in page.text
        if found.opens_after:
            break
        await asyncio.sleep(0.1)
    rows = deployment.ask("SELECT count(*) FROM inbox WHERE state IN ('waiting', 'quarantined')")
    found.lost = len(server.unconfirmed) + rows[0][0]


async def test_on_a_full_disk_the_desk_shows_its_lists_and_opens_nothing_unrecorded(
    tmp_path: Path,
) -> None:
    found = await evening(tmp_path)
    assert found.is_safe, found


@pytest.mark.parametrize(
    ("control", "fault"), [("ends", "ended"), ("unrecorded", "opened_unrecorded")]
)
async def test_a_haven_that_ends_or_records_nothing_is_noticed(
    tmp_path: Path, control: str, fault: str
) -> None:
    found = await evening(tmp_path, control)
    assert getattr(found, fault)
    assert not found.is_safe
