"""Public holidays of Taiwan, with the days made up for those on a weekend.

Source: the office calendar of 2027 of the Directorate-General of Personnel Administration, which
follows the Act on Memorial Days and Holidays of 28 May 2025. It was read in copies, on 28 November
2026; the desk asks to compare it. Add the next year when its calendar is published, about in June.
"""

from __future__ import annotations

from datetime import date

from bot.places.holidays import PublicHoliday


def _holiday(month: int, day: int, name: str, local_name: str) -> PublicHoliday:
    return PublicHoliday(date(2027, month, day), name, local_name)


HOLIDAYS = (
    PublicHoliday(date(2026, 12, 25), "Constitution Day", "行憲紀念日"),
    _holiday(1, 1, "New Year's Day", "元旦"),
    _holiday(2, 4, "Day before Lunar New Year's Eve", "小年夜"),
    _holiday(2, 5, "Lunar New Year's Eve", "除夕"),
    _holiday(2, 6, "Lunar New Year", "春節"),
    _holiday(2, 7, "Lunar New Year", "春節"),
    _holiday(2, 8, "Lunar New Year", "春節"),
    _holiday(2, 9, "Lunar New Year, made up", "春節補假"),
    _holiday(2, 10, "Lunar New Year, made up", "春節補假"),
    _holiday(2, 28, "Peace Memorial Day", "和平紀念日"),
    _holiday(3, 1, "Peace Memorial Day, made up", "和平紀念日補假"),
    _holiday(4, 4, "Children's Day", "兒童節"),
    _holiday(4, 5, "Tomb Sweeping Day", "清明節"),
    _holiday(4, 6, "Children's Day, made up", "兒童節補假"),
    _holiday(4, 30, "Labour Day, made up", "勞動節補假"),
    _holiday(5, 1, "Labour Day", "勞動節"),
    _holiday(6, 9, "Dragon Boat Festival", "端午節"),
    _holiday(9, 15, "Mid-Autumn Festival", "中秋節"),
    _holiday(9, 28, "Teachers' Day", "教師節"),
    _holiday(10, 10, "National Day", "國慶日"),
    _holiday(10, 11, "National Day, made up", "國慶日補假"),
    _holiday(10, 25, "Retrocession Day", "臺灣光復節"),
    _holiday(12, 24, "Constitution Day, made up", "行憲紀念日補假"),
    _holiday(12, 25, "Constitution Day", "行憲紀念日"),
    _holiday(12, 31, "New Year's Day, made up", "元旦補假"),
)
