"""Tests that go on as long as one likes, at full length: state machines, random walks, kills.

The suite runs each of them for a short while (`tests/support/drill_length.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from tests.fire.drill_command import run_command
from tests.support.drill_length import FULL_LENGTH
from tests.support.paths import ROOT

FULL = {
    "tests/cases/test_case_state_machine.py": "any order of moves leads a case only where it may",
    "tests/conversation/test_engine_properties.py": "a conversation goes on whatever is answered",
    "tests/desks/web/security/test_access_to_foreign_cases.py": "a foreign case is not there",
    "tests/desks/web/security/test_csrf_and_cookies.py": "no form from elsewhere changes anything",
    "tests/desks/web/security/test_html_escaping.py": "whatever anyone writes is text on a page",
    "tests/desks/web/security/test_route_fuzzing.py": "no request makes the web desk fail",
    "tests/desks/web/security/test_unexpected_form_fields.py": "a form takes its own fields alone",
    "tests/desks/web/team/test_overdue_counts.py": "every overdue reply is counted",
    "tests/dispatch/contact_policy/test_contact_policy.py": "nothing goes outside a contact rule",
    "tests/dispatch/danger/test_danger_button.py": "the numbers are one press from every question",
    "tests/dispatch/danger/test_reading_ended_in_own_words.py": "who says so is read no longer",
    "tests/dispatch/input/test_attachments_from_people.py": "a file is kept at every question",
    "tests/dispatch/input/test_buttons.py": "every button fits into what Telegram takes",
    "tests/dispatch/input/test_typed_answers.py": "every label can be typed",
    "tests/dispatch/turns/test_dispatch_stateful.py": "random actions of people lose nothing",
    "tests/dispatch/turns/test_order_and_isolation.py": "one update's failure is no other's",
    "tests/fire/test_case_privacy_drill.py": "a quiet chat answers as one without a case",
    "tests/fire/test_clean_root_drill.py": "the operator's page leads from a bare Debian on",
    "tests/fire/test_devices_drill.py": "no device reads or erases what another wrote",
    "tests/hotline/check_ins/test_check_ins_stateful.py": "staff are called by silence and duress",
    "tests/hotline/deliveries/test_deliveries_stateful.py": "a partner reads what stands agreed",
    "tests/hotline/directory/test_directory_stateful.py": "two people decide what is shown",
    "tests/hotline/erasure/test_erasure_requests.py": "erasure requests in any order",
    "tests/hotline/on_call/test_on_call_stateful.py": "an emergency calls until one sees it",
    "tests/hotline/queue/test_every_case_is_seen.py": "every case is in the lists that need it",
    "tests/hotline/queue/test_offers.py": "a case is offered first to who speaks its language",
    "tests/hotline/queue/test_queue_stateful.py": "a case has one holder, and returns to the queue",
    "tests/hotline/referrals/test_referrals_stateful.py": "only what was agreed to is passed on",
    "tests/hotline/staff/test_staff_records.py": "staff records follow every change",
    "tests/languages/test_learnt_questions.py": "a cry for help is not answered like a question",
    "tests/mailbox/test_courier_stateful.py": "every letter ends, in order, and none twice",
    "tests/mailbox/test_fair_queue_under_flood.py": "a flood shuts no one out",
    "tests/mailbox/test_inbox_deduplication.py": "an update is handled once",
    "tests/mailbox/test_letter_claims.py": "a letter is handed over in order, by whoever claims it",
    "tests/stories/test_evening_on_several_machines.py": "an evening goes on while machines die",
    "tests/stories/test_transcripts_through_dispatch.py": "a transcript is the same twice",
    "tests/vault/backup/test_archive_format.py": "a damaged archive is never restored",
    "tests/vault/backup/test_backup_and_restore.py": "killed anywhere, a backup is whole or none",
    "tests/vault/erasure/test_erase_case.py": "killed anywhere, an erasure is finished",
    "tests/vault/erasure/test_retention_stateful.py": "a case is erased when due, and only then",
    "tests/vault/keys/test_case_access.py": "a case opens for its members and no others",
    # Last, for the short drill runs the first files, and a browser takes minutes.
    "tests/browser/test_first_words_in_ten_languages.py": "the numbers are in sight on a phone",
    "tests/browser/test_web_desk_accessibility.py": "everyone can use every page in either theme",
}
"""Every file that asks for `drill_length`, and what it shows."""
SLOW = 3600
"""Seconds after which a file has hung."""


def run_file(path: str) -> str:
    """Run one file at full length; return its last line if something in it failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", path]
    done = subprocess.run(  # noqa: S603 - our own tests
        command, cwd=ROOT, env=os.environ | {FULL_LENGTH: "1"}, capture_output=True, text=True,
        timeout=SLOW, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout.strip().rpartition("\n")[2]


def drill(files: int = 5) -> dict[str, Any]:
    """Run the first so many files at full length, and return what failed."""
    began = time.monotonic()
    found = {path: run_file(path) for path in list(FULL)[:files]}
    return {
        "files": len(found),
        "seconds": round(time.monotonic() - began),
        "faults": {path: line for path, line in found.items() if line},
    }


if __name__ == "__main__":
    sys.exit(run_command(drill))
