"""Papers for offices as a reader checks them: which blanks are left that could be filled.

The table is written from the papers and the catalogue of the record, not from Haven's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.places.forms import BLANK

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FILLED_BY = {
    "姓名": "person.name", "外文姓名": "person.name", "姓名或稱呼": "person.name person.alias",
    "出生年月日": "person.born", "出生年月日或年齡": "person.born person.age",
    "國籍": "person.nationality", "使用語言": "person.language",
    "護照或居留證號碼": "person.passport person.residence_number",
    "在臺通訊地址": "person.street person.city person.county",
    "目前所在": "person.street person.city person.county",
    "安全聯絡方式及時間": "person.mobile person.phone person.account",
    "鑑別機關": "identification.unit identification.notice_number",
    "居留許可有效期限": "person.permit_until",
    "姓名或名稱": "suspect.name employer.name employer.boss",
    "地點": "place.street place.county employer.street exploitation.place",
}  # fmt: skip
"""Fields of the record that hold what a line of a paper asks for, by the line's label."""
FOR_PEOPLE = frozenset({
    "受通報機關", "其他相關證明文件", "是否有立即危險", "知悉日期", "居留許可核發日期",
    "□ 其他相關證明文件", "申請人簽章", "鑑別通知書日期",
})  # fmt: skip
"""What no field of the record holds: a signature, a choice of staff, days of legal events."""


def could_be_filled(draft: str, known: AbstractSet[str]) -> list[str]:
    """Return the labels of blank lines for which the record has a value, or that no one listed."""
    left = [_label(line) for line in draft.splitlines() if BLANK in line]
    return [
        label
        for label in left
        if label not in FOR_PEOPLE
        and (label not in FILLED_BY or not known.isdisjoint(FILLED_BY[label].split()))
    ]


def _label(line: str) -> str:
    """Return what a line asks for, without what stands in brackets."""
    return line.partition("\uff1a")[0].partition("\uff08")[0].strip()
