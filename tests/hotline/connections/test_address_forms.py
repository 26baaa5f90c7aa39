"""An address is compared down to its number; a street alone connects nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hotline.connections.kinds import ConnectionKind
from bot.hotline.connections.normalise import normal_forms

if TYPE_CHECKING:
    from collections.abc import Callable

FULL_WIDTH = {ord("0") + it: 0xFF10 + it for it in range(10)}
ADDRESS = ConnectionKind.ADDRESS
SAME = (
    (
        "106 臺北市大安區和平東路二段5-1號3樓",
        "台北市大安區和平東路2段5之1號3樓",
        "台北和平東路二段五之一號",
        "台灣臺北市 和平東路2段\uff15號之1",
    ),
    (
        "桃園縣中壢市中山東路三段120巷五弄12號",
        "320桃園市中壢區中山東路3段一百二十巷5弄十二號4樓之2",
        "桃園市中壢區中山東路3段120巷5弄12號旁邊",
    ),
    ("高雄市前鎮區中正一路105號", "高雄市前鎮區中正1路一\u3007五號", "高雄前鎮區中正一路105"),
    ("屏東縣東港鎮新生里3鄰延平路12號", "屏東縣東港鎮延平路12號2樓"),
    (
        "No. 5, Lane 3, Heping E. Rd., Sec. 2, Da'an Dist., Taipei City 106, Taiwan",
        "5 heping e road section 2, lane 3, Taipei",
        "3F., No.5, Ln. 3, Sec. 2, Heping East Road, Taipei",
    ),
    (
        "No. 12, Zhongshan Rd., Zhongli District, Taoyuan City 320",
        "Zhongshan Road 12, Zhongli, Taoyuan",
    ),
    ("Jl. Merdeka No. 5, Jakarta", "jalan merdeka 5, JAKARTA"),
    ("123 ถนนสุขุมวิท กรุงเทพ", "123, ถนนสุขุมวิท, กรุงเทพ"),
)
DIFFERENT = (
    "台北市和平東路2段5號",
    "台北市和平東路2段51號",
    "台北市和平東路3段5號",
    "台北市和平東路2段3巷5號",
    "台北市和平東路2段3弄5號",
    "台北市和平東路2段5之1號",
    "新北市板橋區中正路5號",
    "新北市三重區中正路5號",
    "基隆市中正路5號",
    "5 Heping Road, Taipei",
    "5 Heping Road, Keelung",
    "7 Heping Road, Taipei",
)
SAYS_NOTHING = (
    "near the harbour",
    "中山路",
    "12",
    "台北市中山路",
    "桃園市",
    "中正路5號",
    "5號",
    "5 Heping Road",
    "Heping Road, Taipei",
    "台北市5號",
)


def forms(typed: str) -> set[str]:
    """Return the forms of an address in Taiwan."""
    return set(normal_forms(ADDRESS, typed, "TW"))


def test_each_notation_of_one_address_is_that_address() -> None:
    wrong = [(them[0], it) for them in SAME for it in them if not forms(it) & forms(them[0])]
    assert wrong == []


def test_different_houses_have_no_form_in_common() -> None:
    assert all(forms(it) for it in DIFFERENT)
    assert len({form for it in DIFFERENT for form in forms(it)}) == len(DIFFERENT)


def test_an_address_without_number_or_without_city_is_not_compared() -> None:
    assert [it for it in SAYS_NOTHING if forms(it)] == []


COUNTY = st.sampled_from(("", "台北市", "臺北市", "新北市", "嘉義縣", "高雄市"))
ROAD = st.sampled_from(("中山路", "和平東路", "市民大道", "三民一路", "五權西三街", "林森北路"))
DISTRICT = st.sampled_from(("大安區", "前鎮區", "新市區", "東區", "平鎮區", "中正區"))
SMALL = st.integers(1, 999)
DIGIT_NAMES = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """Return a number in Chinese numerals, as addresses have it."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    found = f"{DIGIT_NAMES[hundreds]}百" if hundreds else ""
    if tens:
        found += "十" if tens == 1 and not hundreds else f"{DIGIT_NAMES[tens]}十"
    elif hundreds and ones:
        found += "零"
    return found + (DIGIT_NAMES[ones] if ones else "")


@settings(max_examples=80, deadline=None)
@given(
    around=st.tuples(COUNTY, DISTRICT), road=ROAD, lane=st.none() | SMALL, number=SMALL,
    other=SMALL, floor=st.integers(1, 20),
)  # fmt: skip
def test_an_address_is_the_same_in_every_notation_and_no_other_number_is(
    around: tuple[str, str], road: str, lane: int | None, number: int, other: int, floor: int
) -> None:  # fmt: skip
    def written(number: int, spell: Callable[[int], str], after: str) -> str:
        in_lane = f"{spell(lane)}巷" if lane else ""
        return f"{''.join(around)}{road}{in_lane}{spell(number)}號{after}"

    plain = forms(written(number, str, ""))
    assert len(plain) == 1
    assert forms(written(number, numeral, f"{numeral(floor)}樓")) == plain
    full_width = written(number, str, f"{floor}樓之2").translate(FULL_WIDTH)
    assert forms(f"106 {full_width}") == plain
    street = f"{road}{f'{lane}巷' if lane else ''}{number}號"
    assert set(normal_forms(ADDRESS, street, "TW", around)) == plain
    if other != number:
        assert not forms(written(other, numeral, "")) & plain


def test_a_street_takes_the_city_that_is_written_down_next_to_it() -> None:
    def form(typed: str, *around: str) -> tuple[str, ...]:
        return normal_forms(ADDRESS, typed, "TW", around)

    whole = form("新北市板橋區中正路5號")
    assert whole
    for around in (("新北市", "板橋區"), ("板橋", "NWT"), ("New Taipei City", "板橋區")):
        assert form("中正路5號", *around) == whole
    assert form("板橋區中正路5號", "新北市", "板橋區") == whole
    assert form("中正路5號") == ()
    assert form("中正路", "新北市", "板橋區") == ()
    assert form("5 Heping Road", "TPE") == form("5 Heping Rd., Taipei City")
