"""The offline key is an age identity: its file, its passphrase, and the setting of recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BackupError, SettingError
from bot.vault.backup.offline_key import BackupRecipients, OfflineKey, OfflineKeys
from tests.support.age_key_files import use_cheap_key_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KEY, OTHER = OfflineKey.generate(), OfflineKey.generate()
LOCK = "four words and more"


def never(path: Path) -> str:
    raise AssertionError(f"asked for a passphrase of {path}")


def encrypted(path: Path, *keys: OfflineKey) -> Path:
    with path.open("wb") as out:
        BackupRecipients(tuple(key.recipient for key in keys)).encrypt(iter([b"plain"]), out)
    return path


def opened(archive: Path, paths: Sequence[Path], ask: Callable[[Path], str] = never) -> bytes:
    with OfflineKeys.load(paths, ask).decrypt(archive) as stream:
        return stream.read(100)


def key_file(path: Path, text: str) -> Path:
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="ascii")
    path.chmod(0o400)
    return path


# --- The setting ------------------------------------------------------------------------------


def test_a_recipient_is_read_as_it_was_printed() -> None:
    assert BackupRecipients.parse(f" {KEY.recipient}\n") == KEY.public
    two = BackupRecipients.parse(f"{KEY.recipient}, {OTHER.recipient},{KEY.recipient}")
    assert two.written == (KEY.recipient, OTHER.recipient)


def test_recipients_can_stand_in_a_file_as_age_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "recipients"
    path.write_text(f"# Lin, stick 1\n{KEY.recipient}\n\n  {OTHER.recipient}\n", encoding="ascii")
    assert BackupRecipients.parse(str(path)).written == (KEY.recipient, OTHER.recipient)
    third = OfflineKey.generate()
    assert BackupRecipients.parse(f"{third.recipient},{path}").written[0] == third.recipient


@given(st.integers(4, 61), st.sampled_from("023456789acdefghjklmnpqrstuvwxyz"))
def test_a_character_mistyped_is_noticed(at: int, letter: str) -> None:
    written = KEY.recipient
    mistyped = written[:at] + letter + written[at + 1 :]
    if mistyped == written:
        return
    with pytest.raises(SettingError, match="HAVEN_BACKUP_KEY") as refused:
        BackupRecipients.parse(mistyped)
    assert mistyped not in str(refused.value)


@given(st.text(max_size=80))
def test_whatever_else_is_written_is_no_recipient(noise: str) -> None:
    with pytest.raises(SettingError, match="HAVEN_BACKUP_KEY"):
        BackupRecipients.parse(f"{noise}\0")


def test_a_private_half_in_the_setting_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="private half") as refused:
        BackupRecipients.parse(KEY.secret)
    assert KEY.secret[20:40] not in str(refused.value)
    path = key_file(tmp_path / "offline.key", f"{KEY.secret}\n")
    with pytest.raises(SettingError, match="private half"):
        BackupRecipients.parse(str(path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "nor a file that can be read"),
        ("", "names no recipient"),
        ("# nobody yet\n", "names no recipient"),
        ("age1nobody\n", "no age recipient"),
        ("ssh-ed25519 AAAA\n", "no age recipient"),
    ],
)
def test_a_file_without_recipients_is_named_with_the_fix(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    path = tmp_path / "recipients"
    if text is not None:
        path.write_text(text, encoding="ascii")
    with pytest.raises(SettingError, match=reason):
        BackupRecipients.parse(str(path))
    with pytest.raises(SettingError, match="names no recipient"):
        BackupRecipients.parse(" , ")


# --- The file ---------------------------------------------------------------------------------


def test_a_new_key_is_for_its_owner_alone_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "stick" / "offline.key"
    made = OfflineKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o400
    archive = encrypted(tmp_path / "archive", made)
    assert opened(archive, [path]) == b"plain"
    with pytest.raises(SettingError, match="exists"):
        OfflineKey.create(path)
    assert opened(archive, [path]) == b"plain"


def test_a_key_with_a_passphrase_opens_with_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cheap_key_files(monkeypatch)
    path = tmp_path / "offline.key"
    made = OfflineKey.create(path, LOCK)
    assert made.secret not in path.read_text(encoding="ascii")
    archive = encrypted(tmp_path / "archive", made)
    assert opened(archive, [path], lambda _: LOCK) == b"plain"
    with pytest.raises(BackupError, match="not its passphrase"):
        opened(archive, [path], lambda _: "four words and less")


def test_each_of_several_recipients_opens_an_archive_alone(tmp_path: Path) -> None:
    archive = encrypted(tmp_path / "archive", KEY, OTHER)
    for key in (KEY, OTHER):
        with OfflineKeys([key]).decrypt(archive) as stream:
            assert stream.read(100) == b"plain"
    with (
        pytest.raises(BackupError, match="another offline key; name that file with --key"),
        OfflineKeys([OfflineKey.generate()]).decrypt(archive),
    ):
        pass


def test_all_identity_files_are_tried_and_those_with_a_passphrase_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cheap_key_files(monkeypatch)
    locked = tmp_path / "locked.key"
    right = OfflineKey.create(locked, LOCK)
    plain = key_file(tmp_path / "plain.key", f"# two\n{OTHER.secret}\n{KEY.secret}\n")
    assert opened(encrypted(tmp_path / "a", KEY), [locked, plain]) == b"plain"  # asks for nothing
    asked: list[Path] = []

    def ask(path: Path) -> str:
        asked.append(path)
        return LOCK

    keys = OfflineKeys.load([locked, plain], ask)
    for name in "bc":
        with keys.decrypt(encrypted(tmp_path / name, right)) as stream:
            assert stream.read(100) == b"plain"
    assert asked == [locked]


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "offline.key"
    OfflineKey.create(path)
    path.chmod(0o444)
    with pytest.raises(BackupError, match="chmod 0400"):
        OfflineKeys.load([path], never)


def test_a_missing_or_damaged_key_file_is_named_with_the_fix(tmp_path: Path) -> None:
    damaged = {
        "": "is no offline key",
        f"{KEY.recipient}\n": "is no offline key",
        "# a comment\n": "is no offline key",
        f"{KEY.secret}\nand more\n": "is no offline key",
        f"# one\n{KEY.secret[:-1]}\n": "line 2 is damaged",
        "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n": "the file is damaged",
    }
    archive = encrypted(tmp_path / "archive", KEY)
    for text, reason in damaged.items():
        path = key_file(tmp_path / "offline.key", text)
        with pytest.raises(BackupError, match=reason):
            opened(archive, [path], lambda _: "words")
    with pytest.raises(BackupError, match=r"there is no file .*none: fetch the offline key"):
        OfflineKeys.load([tmp_path / "none"], never)
    with pytest.raises(BackupError, match="cannot be read"):
        OfflineKeys.load([tmp_path], never)


def test_no_private_half_can_be_read_off_an_object() -> None:
    assert KEY.secret not in f"{KEY!r} {KEY} {[KEY]} {OfflineKeys([KEY])!r}"
