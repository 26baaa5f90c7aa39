"""The first language of a person, by the code their app reports."""

from __future__ import annotations

from weakref import ref

import pytest

from bot.languages import negotiate


@pytest.mark.parametrize(
    ("says", "reads"),
    [
        ("id", "id"),
        ("in", "id"),
        ("VI-vn", "vi"),
        ("zh-hans", "zh_Hans"),
        ("zh-Hant-CN", "zh_Hant"),
        ("zh-CN", "zh_Hans"),
        ("zh-SG", "zh_Hans"),
        ("zh-HK", "zh_Hant"),
        ("zh-MO", "zh_Hant"),
        ("zh", "zh_Hant"),
        ("yue", "zh_Hant"),
        ("cmn-Hans", "zh_Hans"),
        ("my", "my"),
        ("my-MM", "my"),
        ("ja-JP", "ja"),
        ("zh_TW", "zh_Hant"),
        ("tl", "fil"),
        ("th-TH-u-nu-thai", "th"),
        ("", "en"),
        ("km", "km"),
        ("km-KH", "km"),
        ("ko", "en"),
        ("id" * 40, "en"),
    ],
)
def test_a_person_begins_in_the_language_of_their_app(says: str, reads: str) -> None:
    assert negotiate(says) == reads


class Said(str):
    """Words that can be watched being forgotten."""

    __slots__ = ("__weakref__",)


def test_made_up_languages_fill_no_memory() -> None:
    """An app can report any language code, so none is cached."""
    said = Said("xx-made-up")
    watched = ref(said)
    assert negotiate(said) == "en"
    del said
    assert watched() is None
