"""What is typed about receipts: a pair that fits is told all, any other pair the same nothing."""

from __future__ import annotations

import sqlite3
from base64 import b64decode
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bot.cases.receipts import Receipts, salt_and_pepper
from bot.cases.state_machine import Role
from bot.vault.passphrase_hash import hash_passphrase
from tests.support.cli_runner import CommandResult, command_runner, written
from tests.support.database.key_store_fixtures import QUEUES, staff_keys
from tests.support.database_fixtures import query
from tests.support.harnesses.retention_harness import RetentionHarness, deployed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Haven = Callable[..., CommandResult]

NUMBER, WORD = "K7M4Q9WXA3", "pohon mangga"
END = "-----END PUBLIC KEY-----\n"
MEIS, IDAS = "mei mei mei mei mei", "ida ida ida ida ida"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
    """A deployment with one case, whose person has a receipt; two colleagues have keys."""
    made = deployed_in(tmp_path)
    staff_keys(made.vault).enrol(made.mei.id, Role.SUPERVISOR, QUEUES, MEIS, made.now)
    staff_keys(made.vault).enrol(made.ida.id, Role.AUDITOR, (), IDAS, made.now)
    made.run(lambda work: made.vault.cases.wraps.rewrap_all(work, None, made.now))
    case = made.opens()
    of_word = hash_passphrase(WORD, *salt_and_pepper(made.vault, NUMBER))
    receipts = Receipts(made.vault, made.audit)
    assert made.run(lambda work: receipts.issue(work, case, NUMBER, of_word, made.now))
    yield made
    made.close()


@pytest.fixture
def haven(shelf: RetentionHarness, tmp_path: Path) -> Haven:
    return command_runner(tmp_path)


def verified(haven: Haven, folder: Path, number: str, words: str) -> CommandResult:
    """Verify a receipt with a passphrase, which stands in a file."""
    file = folder / "passphrase"
    file.unlink(missing_ok=True)
    return haven("receipt", "verify", number, "--passphrase-file", str(written(file, words)))


def deeds(shelf: RetentionHarness) -> list[tuple[str, str, str]]:
    sql = "SELECT actor, deed, detail FROM audit WHERE deed LIKE 'receipt_%' ORDER BY id"
    return query(shelf.database, sql)  # type: ignore[return-value]


def test_the_pair_that_fits_says_when_and_how_much_and_no_more(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    said = verified(haven, tmp_path, "k7m4q 9wxa3", " Pohon  MANGGA")
    assert said.returncode == 0, said.stderr
    assert f"number: {NUMBER}" in said.stdout
    assert "is unchanged here" in said.stdout
    ((case, reference),) = query(shelf.database, "SELECT id, reference FROM cases")
    assert case not in said.stdout
    assert reference not in said.stdout
    assert deeds(shelf) == [("operator", "receipt_verify", "yes")]


def test_a_wrong_pair_is_answered_like_an_unknown_one(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    wrong = verified(haven, tmp_path, NUMBER, "durian")
    unknown = verified(haven, tmp_path, "AAAAAAAAAA", WORD)
    assert wrong == unknown
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert deeds(shelf) == [("operator", "receipt_verify", "no")] * 2
    assert {row[0] for row in query(shelf.database, "SELECT subject FROM audit WHERE detail = 'no'")
            } == {"receipt"}  # fmt: skip


def test_a_wrong_pair_costs_as_many_digests_as_an_unknown_one(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []

    def counted(*given: object) -> bytes:
        costs.append(given[3:])
        return bytes(32)

    monkeypatch.setattr("bot.cases.receipts.hash_passphrase", counted)
    verified(haven, tmp_path, NUMBER, "durian")
    verified(haven, tmp_path, "AAAAAAAAAA", WORD)
    assert costs == [(), ()]  # one each, at the full price


def test_the_passphrase_is_read_from_a_file_or_prompted(haven: Haven, tmp_path: Path) -> None:
    file = written(tmp_path / "word", WORD)
    assert haven("receipt", "verify", NUMBER, "--passphrase-file", str(file)).returncode == 0
    nobody = haven("receipt", "verify", NUMBER)
    assert (nobody.returncode, "terminal" in nobody.stderr) == (1, True)


def writes(shelf: RetentionHarness, sql: str) -> None:
    """Change the database behind everybody's back."""
    with closing(sqlite3.connect(str(shelf.database.url.database))) as connection, connection:
        connection.execute(sql)


def test_what_was_changed_since_is_said(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    writes(shelf, "UPDATE reports SET sent_at = sent_at - 1")
    said = verified(haven, tmp_path, NUMBER, WORD)
    assert "has been changed here since" in said.stdout
    writes(shelf, "UPDATE receipts SET count = 7")
    said = verified(haven, tmp_path, NUMBER, WORD)
    assert "was not issued here" in said.stdout


def prints(
    haven: Haven, shelf: RetentionHarness, tmp_path: Path, who: str, password: str
) -> CommandResult:
    file = written(tmp_path / f"password-{who}", password)
    return haven("receipt", "print", NUMBER, "--as", who, "--password-file", str(file))


def test_a_printed_receipt_can_be_verified_with_the_public_key(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    said = prints(haven, shelf, tmp_path, shelf.mei.id, MEIS)
    assert said.returncode == 0, said.stderr
    text, _, rest = said.stdout.partition("\nEd25519 of the lines above: ")
    signature, pem = rest.split("\n", 1)
    pem = pem[: pem.index(END)] + END
    assert pem == haven("receipt", "key").stdout
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(b64decode(signature), text.encode())
    with pytest.raises(InvalidSignature):
        public.verify(b64decode(signature), text.replace("received: 2", "received: 3").encode())
    assert (shelf.mei.id, "receipt_print", "") in deeds(shelf)


def test_a_receipt_is_printed_only_with_keys_that_open_the_case(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    said = prints(haven, shelf, tmp_path, shelf.ida.id, IDAS)
    assert (said.returncode, said.stdout) == (1, "")
    wrong = prints(haven, shelf, tmp_path, shelf.mei.id, IDAS)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert deeds(shelf) == []


def test_an_unknown_receipt_number_is_not_printed(
    shelf: RetentionHarness, haven: Haven, tmp_path: Path
) -> None:
    file = written(tmp_path / "password", MEIS)
    said = haven(
        "receipt", "print", "AAAAAAAAAA", "--as", shelf.mei.id, "--password-file", str(file)
    )
    assert (said.returncode, "AAAAAAAAAA" in said.stderr) == (1, True)


def test_it_is_gone_with_its_case(shelf: RetentionHarness, haven: Haven, tmp_path: Path) -> None:
    ((case,),) = query(shelf.database, "SELECT id FROM cases")
    assert shelf.erases(case) == ()
    gone = verified(haven, tmp_path, NUMBER, WORD)
    assert gone == verified(haven, tmp_path, "AAAAAAAAAA", WORD)
