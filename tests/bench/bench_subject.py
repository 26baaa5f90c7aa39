"""What a thing must offer to be measured, and the list of those that do.

A subject is imported only in the process that measures it, so that nobody carries the memory of
another.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bench.scripted_conversation import Step

_SUBJECTS: Final = {
    "haven": "tests.bench.haven.haven_turns:Haven",
    "haven-postgresql": "tests.bench.haven.haven_turns:HavenOnPostgreSQL",
    "bare-commit": "tests.bench.haven.bare_sqlite:BareCommit",
    "haven-relay": "tests.bench.haven.haven_relay:HavenRelay",
    "desk-queue": "tests.bench.haven.web_desk_bench:DeskQueue",
    "desk-first-page": "tests.bench.haven.web_desk_bench:DeskFirstPage",
    "desk-words": "tests.bench.haven.web_desk_bench:DeskWords",
    "desk-long-page": "tests.bench.haven.web_desk_bench:DeskLongConversation",
    "desk-long-words": "tests.bench.haven.web_desk_bench:DeskLongWords",
    "desk-streams": "tests.bench.haven.web_desk_bench:DeskStreams",
    "desk-case": "tests.bench.haven.casework_bench:OpeningCase",
    "desk-bare-case": "tests.bench.haven.casework_bench:OpeningBareCase",
    "desk-record": "tests.bench.haven.casework_bench:OpeningRecord",
    "desk-plan": "tests.bench.haven.casework_bench:OpeningPlan",
    "haven-search": "tests.bench.haven.search_bench:Searching",
    "desk-connections": "tests.bench.haven.connections_bench:LookingAtConnections",
    "claim-sqlite": "tests.bench.haven.claim_bench:Claiming",
    "claim-postgresql": "tests.bench.haven.claim_bench:ClaimingOnPostgreSQL",
    "sorted-sqlite": "tests.bench.haven.claim_bench:ClaimBySorting",
    "sorted-postgresql": "tests.bench.haven.claim_bench:SortedOnPostgreSQL",
    "haven-bot": "tests.bench.haven.haven_with_sender:HavenSending",
    "ptb-memory": "tests.bench.peers.ptb_memory:PtbMemory",
    "ptb-pickle": "tests.bench.peers.ptb_pickle:PtbPickle",
    "ptb-sqlite": "tests.bench.peers.ptb_sqlite:PtbSqlite",
    "aiogram-redis": "tests.bench.peers.aiogram_redis:AiogramRedis",
    "aiogram-memory": "tests.bench.peers.aiogram_memory:AiogramMemory",
    "aiogram-durable": "tests.bench.peers.aiogram_durable:AiogramDurable",
    "send-haven": "tests.bench.sending.haven_client:HavenClientSending",
    "send-ptb": "tests.bench.sending.ptb_client:PtbSending",
}
NAMES: Final = tuple(_SUBJECTS)


class Subject(Protocol):
    """A bot without a network, or a client with one.

    It is made with a folder of its own on a real disk, for whatever it keeps.
    """

    def press(self, person: int, step: Step) -> str:
        """Return the callback data that a person's button for a step's answer carries."""

    async def setup(self, stored: int) -> None:
        """Begin, with so many conversations already there, waiting at their seventh step."""

    async def feed(self, raw: bytes) -> None:
        """Take one update; return when its reply has been handed to the transport.

        A durable subject returns no earlier than when the disk has it. May be called again before
        it has returned; one person's updates are to be answered in the order of the calls.
        """

    async def finished(self) -> int:
        """Return how many people have heard the last words of the walk."""

    async def close(self) -> None:
        """End, leaving nothing running."""


def load(name: str) -> Callable[[Path], Subject]:
    """Return what makes the subject of this name."""
    module, _, kind = _SUBJECTS[name].partition(":")
    return cast("Callable[[Path], Subject]", getattr(import_module(module), kind))
