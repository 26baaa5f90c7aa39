"""The table of promises: the strongest check of each, what it counted, and what came of it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

HEAD = ("promise", "strongest check", "counted", "result")
BROKEN = "**broken**"
_PASSED = re.compile(r"(\d+) passed")


@dataclass(frozen=True)
class PromiseCheck:
    """What shows promises: a drill with the figures that count, or tests."""

    promises: str
    drill: str = ""
    figures: tuple[str, ...] = ()
    """Keys of the drill's row."""
    tests: tuple[str, ...] = ()
    """Files and folders below `tests`, where there is no drill."""

    @property
    def named(self) -> str:
        """What is run, as the table says it."""
        if self.drill:
            return f"`./run fire {self.drill}`"
        return ", ".join(f"`{it}`" for it in self.tests)


CHECKS = (
    PromiseCheck("P1, P2, P3", "kill", ("kills", "in_the_midst", "lines", "lost", "twice")),
    PromiseCheck("P1, P2, P3", "power", ("cuts", "syncs", "acknowledged", "cases")),
    PromiseCheck("P1, P2, P3, P7", "storm", ("rounds", "kills", "spoilt", "lines", "letters")),
    PromiseCheck("P4", "claim", ("cases", "claimed", "refused", "killed")),
    PromiseCheck("P5, P6", "needle", ("people", "ciphertexts", "keys", "opened_before", "opened")),
    PromiseCheck("P7", "letters", ("letters", "forms")),
    PromiseCheck("P7, P20", "clock", ("clocks", "letters")),
    PromiseCheck("P8", "start", ("starts", "healed_after_seconds", "cpu_seconds")),
    PromiseCheck("P9", "walk", ("languages", "moves", "steps", "stood_at_in_every_language")),
    PromiseCheck("P10", tests=("fire/test_clear_chat_when_killed.py", "dispatch/erasure")),
    PromiseCheck("P11", "fresh", ("sessions", "moves")),
    PromiseCheck("P11, P26", "devices", ("people", "changes", "returned")),
    PromiseCheck(
        "P12", tests=("vault/test_bot_cannot_open_cases.py", "vault/keys/test_case_access.py")
    ),
    PromiseCheck("P13", "flood", ("sent", "asked", "answered", "p99")),
    PromiseCheck("P14", tests=("browser/test_web_desk_accessibility.py",)),
    PromiseCheck("P15", "restore", ("cases", "files", "damaged")),
    PromiseCheck("P16", tests=("store/test_migrations.py",)),
    PromiseCheck("P17", "partner_figures", ("histories", "looks", "few")),
    PromiseCheck("P19", tests=("vault/audit",)),
    PromiseCheck("P20", "rule", ("steps", "arrived", "gated", "outside")),
    PromiseCheck("P21", tests=("places/taiwan/test_taiwan_deadlines.py",)),
    PromiseCheck(
        "P22", tests=("hotline/queue/test_every_case_is_seen.py", "dispatch/test_on_call.py")
    ),
    PromiseCheck("P23", tests=("languages/test_voice_files.py", "app/test_safety_sentences.py")),
    PromiseCheck("P24", tests=("hotline/referrals/test_referrals_stateful.py",)),
    PromiseCheck("P25", tests=("vault/keys/test_key_requests.py",)),
    PromiseCheck(
        "P27",
        tests=(
            "cases/evidence/test_evidence_arrival.py", "cases/evidence/test_custody_comparison.py"
        ),
    ),
    PromiseCheck("P28", "sockets", ("sockets", "colleagues", "answered", "left_open")),
    PromiseCheck("P29", tests=("fire/test_desk_on_a_full_disk.py",)),
    PromiseCheck(
        "P30", tests=("fire/test_database_faults.py", "store/test_postgresql_faults.py")
    ),
    PromiseCheck(
        "P31", tests=("cases/record/test_record_fold.py", "desks/web/case/test_case_record.py")
    ),
    PromiseCheck("P32", "figures", ("histories", "months", "isolated")),
    PromiseCheck("P33", tests=("hotline/assist/test_assistant.py",)),
    PromiseCheck("P34", tests=("desks/web/interpreting/test_interpreter_session.py",)),
    PromiseCheck("P35", tests=("desks/web/team/test_connections_page.py",)),
    PromiseCheck("P36", tests=("site/test_site_pages.py", "site/test_site_folder.py")),
    PromiseCheck("P37", tests=("site/test_prevention_pack.py",)),
    PromiseCheck("P38", tests=("hotline/directory/test_directory_stateful.py",)),
    PromiseCheck("P39", tests=("exports/test_htcds_mapping.py", "exports/test_hostile_tables.py")),
    PromiseCheck(
        "P40", tests=("desks/web/exports/test_sealed_package.py", "exports/test_open_package.py")
    ),
    PromiseCheck("P41", tests=("desks/web/exports/test_case_file.py",)),
    PromiseCheck(
        "P42", tests=("exports/test_synthetic.py", "desks/web/exports/test_synthetic_page.py")
    ),
    PromiseCheck("P43", tests=("desks/partner_room/test_every_room_address.py",)),
    PromiseCheck("P44", tests=("hotline/deliveries/test_deliveries_stateful.py",)),
    PromiseCheck(
        "P45, P46, P51", "machines",
        ("kills", "pauses", "cuts", "lines", "letters", "answered_after_promotion"),
    ),
    PromiseCheck("P45", tests=("dispatch/test_chat_worker.py",)),
    PromiseCheck(
        "P46", tests=("mailbox/test_letter_claims.py", "store/processes/test_leadership.py")
    ),
    PromiseCheck(
        "P47", tests=("channels/telegram/webhook", "stories/test_webhook_evening.py")
    ),
    PromiseCheck(
        "P48", tests=("desks/web/auth/test_two_desks.py", "desks/partner_room/test_two_rooms.py")
    ),
    PromiseCheck("P49", tests=("vault/erasure/test_erase_from_bucket.py", "store/blobs")),
    PromiseCheck("P50", tests=("desks/web/case/test_offices_apart.py",)),
    PromiseCheck("P51", tests=("store/test_replication.py",)),
    PromiseCheck(
        "P52", tests=("dispatch/danger", "dispatch/drafts/test_stopping_ends_the_reading.py")
    ),
)  # fmt: skip


def rows_of_table(
    burn: Callable[[str], Iterable[Mapping[str, Any]]],
) -> Iterator[tuple[str, ...]]:
    """Run every check and yield its rows of the table; `burn` returns those of a drill."""
    for it in CHECKS:
        if not it.drill:
            yield it.promises, it.named, *_tested(it)
            continue
        for row in burn(it.drill):
            where = " on PostgreSQL" if row.get("database") == "postgresql" else ""
            yield it.promises, it.named + where, *_drilled(it, row)


def _drilled(check: PromiseCheck, row: Mapping[str, Any]) -> tuple[str, str]:
    faults = row["faults"]
    counted = (f"{name.replace('_', ' ')} {shown(row.get(name))}" for name in check.figures)
    return ", ".join(counted), f"{BROKEN}: {faults}" if faults else "holds"


def _tested(check: PromiseCheck) -> tuple[str, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    paths = [f"tests/{it}" for it in check.tests]
    done = subprocess.run(  # noqa: S603 - our own tests
        [*command, *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    last = done.stdout.strip().rpartition("\n")[2]
    passed = _PASSED.search(last)
    counted = f"{passed[1] if passed else 0} tests"
    return counted, "holds" if done.returncode == 0 else f"{BROKEN}: {last}"


def shown(value: object) -> str:
    """Return a figure as people read it."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def markdown(row: Sequence[str]) -> str:
    """Return a row as a line of a Markdown table."""
    return f"| {' | '.join(row)} |\n"
