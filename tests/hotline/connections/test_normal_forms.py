"""Two notations of one value are compared as one; two values are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.hotline.connections.kinds import ConnectionKind
from bot.hotline.connections.normalise import normal_forms

NAME, PHONE, PLATE, VESSEL, ADDRESS = ConnectionKind
ONE_PHONE = (
    "0912345678", "0912-345-678", "0912 345 678", "(0912) 345678", "+886912345678",
    "+886 912 345 678", "886-912-345-678", "00886912345678", "+886 (0) 912-345-678",
    "\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "0912.345.678 #12",
    "tel. 0912-345-678", "0912345678 (LINE)",
    "\u1040\u1049\u1041\u1042\u1043\u1044\u1045\u1046\u1047\u1048",
)  # fmt: skip
SAME = (
    (PHONE, ONE_PHONE),
    (NAME, ("Nguyễn Văn Đức", "NGUYEN VAN DUC", "Văn Đức, Nguyễn", "Mr. Nguyen Van Duc")),
    (NAME, ("王小明", "王 小明", "王小明先生", "王小明 (Wang Xiao-Ming)")),
    (NAME, ("Wang Xiaoming", "WANG, Xiao-Ming", "王小明 Wang Xiaoming")),
    (NAME, ("臺灣人力仲介有限公司", "台灣人力仲介")),
    (NAME, ("PT. Maju Jaya", "Maju Jaya Co., Ltd.")),
    (NAME, ("สมชาย ใจดี", "สมชายใจดี")),
    (NAME, ("王小明", "Wang Xiaoming / 王小明", "หวัง เสี่ยวหมิง (王小明, Wang Xiao-Ming)")),
    (NAME, ("Wang Xiaoming", "Wang Xiaoming / 王小明", "หวังเสี่ยวหมิง WANG XIAO MING")),
    (NAME, ("หวัง เสี่ยวหมิง", "หวังเสี่ยวหมิง WANG XIAO MING")),
    (PLATE, (
        "ABC-1234", "abc 1234", "\uff21\uff22\uff23-1234", "ABC1234", "ABC\u20101234", "ABC.1234",
        "車牌 ABC-1234", "車號\uff1aabc1234號", "plate no. ABC-1234", "A B C 1 2 3 4",
    )),
    (VESSEL, (
        "福元12號", "漁船福元12號", "福元 12", "福元十二號", "福元第12號", "福元\uff11\uff12号",
        "船名\uff1a福元12號", "福元十二",
    )),
    (VESSEL, (
        "Fu Yuan No. 12", "F/V FUYUAN 12", "fu-yuan 12", "MV Fu Yuan 12", "FU YUAN NO.12",
        "Fuyuan 12 hao", "vessel Fu Yuan Number 12",
    )),
    (VESSEL, ("IMO 9123456", "9123456", "imo9123456", "IMO No. 9123456", "IMO number: 9123456")),
    (VESSEL, ("CT4-1234", "CT4 1234", "ct4-1234")),
)  # fmt: skip
DIFFERENT = (
    (PHONE, ("0912345678", "0912345679", "02-2345-6789", "+62 812 3456 789")),
    (NAME, ("王小明", "王小美", "Wang Xiaoming", "Budi Santoso", "Budi Santosa")),
    (PLATE, ("ABC-1234", "ABC-1235")),
    (VESSEL, ("福元12號", "福元13號", "IMO 9123456", "IMO 9123457", "CT4-1234")),
)  # fmt: skip
SAYS_NOTHING = (
    (NAME, ("", "王", "王先生", "老闆", "Pak", "môi giới", "Li", "???", "12345", 300 * "x")),
    (PHONE, ("12", "after eight", "0912 345")),
    (PLATE, ("red", "AB")),
)  # fmt: skip


def forms(kind: ConnectionKind, typed: str) -> set[str]:
    """Return the forms of a value in Taiwan."""
    return set(normal_forms(kind, typed, "TW"))


def test_each_notation_of_one_value_is_that_value() -> None:
    wrong = [
        (kind, values[0], it)
        for kind, values in SAME
        for it in values
        if not forms(kind, values[0]) & forms(kind, it)
    ]
    assert wrong == []


def test_different_values_have_no_form_in_common() -> None:
    assert all(forms(kind, it) for kind, values in DIFFERENT for it in values)
    same = [
        (one, other)
        for kind, values in DIFFERENT
        for one in values
        for other in values
        if one != other and forms(kind, one) & forms(kind, other)
    ]
    assert same == []


def test_what_says_too_little_is_not_compared() -> None:
    found = [(kind, it) for kind, values in SAYS_NOTHING for it in values if forms(kind, it)]
    assert found == []


def test_two_numbers_in_one_value_are_both_compared() -> None:
    assert forms(PHONE, "0912 345 678 / 0922 345 678") == {"+886912345678", "+886922345678"}


LETTERS = st.sampled_from(
    "aBé đĐNguyễn王小明臺號二段路巷弄區市縣十之先生公司สมชาយကမ 0129-.,/'()İßﬁ"
)


@pytest.mark.parametrize("kind", ConnectionKind)
@example(typed="I:BU")
@example(typed="bo.ss")
@settings(max_examples=60, deadline=None)
@given(typed=st.text(LETTERS, max_size=20) | st.text(max_size=30))
def test_a_form_leads_to_itself(kind: ConnectionKind, typed: str) -> None:
    for form in normal_forms(kind, typed, "TW"):
        again = normal_forms(kind, form, "TW")
        assert form in again
        assert kind is NAME or again == (form,)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(900_000_000, 999_999_999), cuts=st.lists(st.integers(1, 8), max_size=3))
def test_a_number_is_found_however_it_is_cut_and_no_other_is(
    number: int, cuts: list[int]
) -> None:  # fmt: skip
    digits = f"0{number}"
    for cut in sorted(cuts, reverse=True):
        digits = f"{digits[:cut]}-{digits[cut:]}"
    assert forms(PHONE, digits) == forms(PHONE, f"+886{number}")
    assert not forms(PHONE, digits) & forms(PHONE, f"0{number ^ 1}")
