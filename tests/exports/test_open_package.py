"""The script that bodies abroad open packages with: test vectors of the standards, bad packages."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports import open_package as script
from bot.vault.keys.hpke import KeyPair, pad, seal_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = KeyPair.from_private(bytes(range(32)))
HEAD = script.MAGIC + script.VERSION + sha256(KEY.public).digest()
ALTERED = "altered or cut"


def unhex(text: str) -> bytes:
    return bytes.fromhex("".join(text.split()))


def package(plain: bytes, head: bytes = HEAD, public: bytes = KEY.public) -> bytes:
    return head + seal_to(public, head, pad(plain))


def content(**changed: object) -> bytes:
    words = b"Help with papers."
    one = {"name": "parts.txt", "sha256": sha256(words).hexdigest(),
           "base64": base64.b64encode(words).decode()}  # fmt: skip
    return json.dumps({"format": "haven-package", "version": 1, "files": [one], **changed}).encode()


GOOD = package(content())


def refusal(data: bytes, private: bytes = KEY.private_bytes) -> str:
    with pytest.raises(script.PackageError) as raised:
        script.open_package(data, private)
    return str(raised.value)


def test_x25519_gives_the_vectors_of_rfc_7748() -> None:
    scalar = unhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    point = unhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
    wanted = unhex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    assert script.x25519(scalar, point) == wanted
    once = script.x25519(script.BASE_POINT, script.BASE_POINT)
    assert once == unhex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")


def test_hkdf_gives_the_first_vector_of_rfc_5869() -> None:
    key = script.hkdf_extract(bytes(range(13)), b"\x0b" * 22)
    assert key == unhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    assert script.hkdf_expand(key, bytes(range(0xF0, 0xFA)), 42) == unhex(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_chacha20_poly1305_gives_the_vector_of_rfc_8439() -> None:
    sealed = unhex(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69"
        "da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad67594"
        "5585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
    )
    plain = script.aead_open(
        bytes(range(0x80, 0xA0)), unhex("070000004041424344454647"), sealed,
        unhex("50515253c0c1c2c3c4c5c6c7"),
    )  # fmt: skip
    assert plain.startswith(b"Ladies and Gentlemen of the class of '99: If I could offer you")


def test_hpke_gives_the_vector_of_rfc_9180_for_this_suite() -> None:
    private = unhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    encapsulated = unhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
    info = unhex("4f6465206f6e2061204772656369616e2055726e")
    key, nonce = script.hpke_keys(private, encapsulated, info)
    assert key == unhex("ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91")
    assert nonce == unhex("5c4d98150661b848853b547f")
    sealed = unhex(
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    opened = script.hpke_open(private, encapsulated, sealed, info, b"Count-0")
    assert opened == b"Beauty is truth, truth beauty"


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=700), st.binary(min_size=32, max_size=32))
def test_what_the_vault_seals_the_script_opens(plain: bytes, private: bytes) -> None:
    key = KeyPair.from_private(private)
    sealed = seal_to(key.public, HEAD, pad(plain))
    padded = script.hpke_open(private, sealed[:32], sealed[32:], HEAD)
    assert padded.rpartition(script.PADDING_MARKER)[0] == plain


def test_a_package_opens_into_a_new_folder_with_what_it_says_of_itself(tmp_path: Path) -> None:
    opened = script.open_package(GOOD, KEY.private_bytes)
    paths = script.write_content(opened, tmp_path / "new")
    assert [it.name for it in paths] == ["parts.txt", "package.json"]
    assert paths[0].read_bytes() == b"Help with papers."
    assert paths[0].stat().st_mode & 0o077 == 0
    with pytest.raises(script.PackageError, match="cannot be made"):
        script.write_content(opened, tmp_path / "new")


@settings(max_examples=40, deadline=None)
@given(st.integers(script.HEAD_BYTES, len(GOOD) - 1), st.integers(1, 255))
def test_a_package_with_any_byte_changed_is_refused(at: int, by: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= by
    if at != script.HEAD_BYTES + 31 or by != 0x80:  # RFC 7748 ignores that one bit
        assert ALTERED in refusal(bytes(changed))


@pytest.mark.parametrize("left", [9, 41, 60, 89, len(GOOD) - 16, len(GOOD) - 1])
def test_a_package_that_was_cut_is_refused(left: int) -> None:
    assert ALTERED in refusal(GOOD[:left])


def test_the_letter_of_one_package_under_the_head_of_another_is_refused() -> None:
    other = KeyPair.from_private(bytes(range(1, 33)))
    head = script.MAGIC + script.VERSION + sha256(other.public).digest()
    moved = head + GOOD[script.HEAD_BYTES :]
    assert "another key" in refusal(moved)
    assert ALTERED in refusal(moved, other.private_bytes)


def test_another_key_is_named_by_its_fingerprint() -> None:
    other = KeyPair.from_private(bytes(range(1, 33)))
    said = refusal(GOOD, other.private_bytes)
    assert script.fingerprint(other.public) in said
    assert script.fingerprint(KEY.public) in said


def _file(name: str, data: bytes = b"x", digest: str = "") -> dict[str, str]:
    return {"name": name, "sha256": digest or sha256(data).hexdigest(),
            "base64": base64.b64encode(data).decode()}  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [
        [_file("../a.txt")], [_file("/etc/a.txt")], [_file("a.exe")], [_file("c:a.txt")],
        [_file("package.json")], [_file("a.txt"), _file("a.txt")],
        [_file("a.txt", digest="0" * 64)], [{"name": "a.txt"}], ["a.txt"], "a.txt", None,
    ],
)  # fmt: skip
def test_a_sender_who_means_harm_leads_no_file_out_of_the_folder(files: object) -> None:
    assert "made wrongly" in refusal(package(content(files=files)))


def test_a_package_with_a_key_that_occurs_twice_is_refused_with_the_key() -> None:
    plain = content().replace(b'"files":', b'"files": [], "files":', 1)
    assert plain != content()
    assert "made wrongly: the key 'files' occurs twice" in refusal(package(plain))


@pytest.mark.parametrize("plain", [b"", b"{", b"[]", b"1", b'{"format": "other", "files": []}'])
def test_what_is_no_content_is_refused(plain: bytes) -> None:
    assert "made wrongly" in refusal(package(plain))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no package"), (b"%PDF-1.7", "no package"), (b"HAVENPKG\x02" + bytes(99), "newer"),
    ],
)  # fmt: skip
def test_another_file_is_named_as_such(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_point_of_small_order_is_refused() -> None:
    assert ALTERED in refusal(HEAD + bytes(32) + bytes(64))


def _misspelt(text: str) -> str:
    digit = text[20]
    return text[:20] + ("0" if digit != "0" else "1") + text[21:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_misspelt, "mistake"), (lambda text: text[:-1], "no public key"),
        (lambda _text: "", "no public key"), (lambda text: text[7:], "no public key"),
    ],
)  # fmt: skip
def test_a_key_that_was_copied_wrongly_is_refused(change: Callable[[str], str], words: str) -> None:
    text = script.public_text(KEY.public)
    assert script.parse_key(f" {text.upper()}\n", script.PUBLIC_PREFIX) == KEY.public
    with pytest.raises(script.PackageError, match=words):
        script.parse_key(change(text), script.PUBLIC_PREFIX)


def test_the_script_makes_a_key_and_opens_a_package_on_its_own(tmp_path: Path) -> None:
    def run(*given: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own script, isolated from all packages
            [sys.executable, "-I", "-S", script.__file__, *given], cwd=tmp_path, check=False,
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout

    assert run()[0] == 2
    code, said = run("newkey", "my.key")
    assert code == 0
    line = next(it for it in said.splitlines() if it.startswith(script.PUBLIC_PREFIX))
    public = script.parse_key(line, script.PUBLIC_PREFIX)
    assert script.fingerprint(public) in said
    assert run("newkey", "my.key") == (1, "my.key exists already; it is not overwritten.\n")
    head = script.MAGIC + script.VERSION + sha256(public).digest()
    hostile = {"organisation": "Hope\x1b[31m House", "contact": "02-1234"}
    plain = content(notice="Tell no one.", **{"from": hostile})
    (tmp_path / "p.haven").write_bytes(package(plain, head, public))
    code, said = run("open", "p.haven", "my.key")
    assert code == 0
    assert "\x1b" not in said
    assert "Tell no one." in said
    assert (tmp_path / "p-opened" / "parts.txt").read_bytes() == b"Help with papers."
    (tmp_path / "q.haven").write_bytes(GOOD)
    code, said = run("open", "q.haven", "my.key")
    assert (code, "another key" in said, said.count("\n")) == (1, True, 1)
