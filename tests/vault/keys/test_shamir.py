"""Two of three parts give a secret back, one tells nothing; the field is AES's."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vault.keys.escrow import SHARES, combine, inverse, multiply, split

bytes_ = st.integers(0, 255)


def test_products_are_those_of_fips_197() -> None:
    """FIPS 197, sections 4.2 and 4.2.1."""
    assert multiply(0x57, 0x83) == 0xC1
    assert multiply(0x57, 0x13) == 0xFE
    assert [multiply(0x57, power) for power in (2, 4, 8, 16)] == [0xAE, 0x47, 0x8E, 0x07]


def test_inverses_are_those_of_the_s_box() -> None:
    """FIPS 197, section 5.1.1: the table begins with inverses, then moved bits."""
    table = [0x63, 0x7C, 0x77, 0x7B, 0xF2, 0x6B, 0x6F, 0xC5, 0x30, 0x01, 0x67, 0x2B]
    for element, wanted in enumerate(table):
        found = inverse(element)
        moved = found
        for turn in range(1, 5):
            moved ^= (found << turn | found >> (8 - turn)) & 0xFF
        assert moved ^ 0x63 == wanted


def test_every_element_but_zero_has_one_inverse() -> None:
    assert inverse(0) == 0
    assert all(multiply(element, inverse(element)) == 1 for element in range(1, 256))
    assert len({inverse(element) for element in range(256)}) == 256


@given(bytes_, bytes_, bytes_)
def test_it_is_a_field(a: int, b: int, c: int) -> None:
    assert multiply(a, b) == multiply(b, a)
    assert multiply(a, multiply(b, c)) == multiply(multiply(a, b), c)
    assert multiply(a, b ^ c) == multiply(a, b) ^ multiply(a, c)
    assert multiply(a, 1) == a


KNOWN = {
    # The line 0x2a + 0xbb x, and others, computed by hand: addition is xor, 2x and 3x are FIPS's.
    (0x2A, 0xBB): (0x91, 0x47, 0xFC),
    (0x00, 0x01): (0x01, 0x02, 0x03),
    (0xFF, 0x80): (0x7F, 0xE4, 0x64),
}


@pytest.mark.parametrize(("line", "parts"), KNOWN.items())
def test_parts_are_the_known_ones(line: tuple[int, int], parts: tuple[int, ...]) -> None:
    secret, slope = line
    assert split(bytes([secret]), bytes([slope])) == {
        number: bytes([part]) for number, part in enumerate(parts, 1)
    }


@given(st.binary(max_size=64))
def test_any_two_parts_give_the_secret(secret: bytes) -> None:
    parts = split(secret)
    assert len(parts) == SHARES
    for two in combinations(parts, 2):
        assert combine({number: parts[number] for number in two}) == secret


def test_one_part_tells_nothing() -> None:
    """For each part and each secret there is exactly one line: every secret is as likely."""
    for number in range(1, SHARES + 1):
        for secret in (0, 1, 0x2A, 255):
            seen = {split(bytes([secret]), bytes([slope]))[number][0] for slope in range(256)}
            assert seen == set(range(256))


def test_each_secret_has_a_slope_of_its_own_that_is_not_zero() -> None:
    """Of 32 bytes with a slope of zero every part would be the secret."""
    secret = bytes(range(32))
    one, other = split(secret), split(secret)
    assert secret not in one.values()
    assert set(one.values()).isdisjoint(other.values())


def test_a_scheme_whose_slope_is_fixed_would_tell() -> None:
    assert {split(b"a", b"\0")[1], split(b"a", b"\0")[2]} == {b"a"}


@pytest.mark.parametrize(
    "parts", [{}, {1: b"a"}, {1: b"a", 2: b"b", 3: b"c"}, {1: b"a", 4: b"b"}, {0: b"a", 1: b"b"},
              {1: b"a", 2: b"bc"}],
)  # fmt: skip
def test_what_are_no_two_parts_is_refused(parts: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="part"):
        combine(parts)
