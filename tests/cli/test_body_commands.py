"""What an operator types about bodies abroad: done, or refused with the fix; a key stays theirs."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from bot.exports.open_package import fingerprint, public_text
from tests.support.cli_runner import is_user_message, log_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_runner import Haven

ADD = (
    "bodies", "add", "harapan", "Yayasan Harapan, Indonesia", "--country", "id", "--until",
    "2099-12-31",
)  # fmt: skip
KEY = bytes(range(32))


def test_a_body_is_registered_with_its_rules_and_key_and_ended(
    run_command: Haven, tmp_path: Path
) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    made = run_command(*ADD, "--part", "language", "--part", "report", "--purpose", "return")
    assert made.returncode == 0, made.stderr
    assert "open_package.py" in made.stdout
    key = run_command("bodies", "key", "harapan", public_text(KEY).upper())
    assert "not confirmed" in key.stdout
    assert fingerprint(KEY) not in key.stdout  # it is heard from the body, not read here
    (row,) = json.loads(run_command("bodies", "list", "--json").stdout)
    assert (row["parts"], row["purposes"]) == (["language", "report"], ["return"])
    assert (row["country"], row["key"], row["consent_days"]) == ("ID", "not confirmed", 14)
    assert "contact" in run_command("bodies", "parts").stdout
    assert run_command("bodies", "end", "harapan").returncode == 0
    (row,) = json.loads(run_command("bodies", "list", "--json").stdout)
    assert row["key"] == "ended"
    with closing(log_of(tmp_path)) as log:
        noted = {it[0] for it in log.execute("SELECT deed FROM audit")}
    assert {"body_add", "body_key", "body_end"} <= noted


def test_a_mistake_about_a_body_is_answered_with_the_fix(run_command: Haven) -> None:
    run_command("staff", "add", "Lin Mei-hua", "--language", "id")
    for given, words in (
        ((*ADD, "--part", "everything"), "is none of: language"),
        ((*ADD, "--purpose", "profit"), "protection, return, prosecution"),
        ((*ADD[:4], "--country", "Indonesia", "--until", "2099-12-31"), "two letters"),
        ((*ADD[:6], "--until", "next year"), "2027-12-31"),
        ((*ADD[:6], "--until", "2020-01-01"), "before the first day"),
        (("bodies", "add", "nia", *ADD[3:]), "take another code"),
        (("bodies", "key", "harapan", public_text(KEY)), "haven bodies list"),
        (("bodies", "key", "harapan", public_text(KEY)[:-1] + "x"), "no public key"),
        (("bodies", "end", "harapan"), "haven bodies list"),
    ):
        result = run_command(*given)
        assert result.returncode != 0, given
        assert is_user_message(result.stderr), result.stderr
        assert words in " ".join(result.stderr.replace("│", " ").split()), (given, result.stderr)
