"""The operator's page has every setting and every command, as the code has them."""

from __future__ import annotations

from bot.settings import SETTING_HINTS, SETTING_NAMES
from tests.cli.operator_tables import PAGE, commands, settings_table, with_tables


def test_the_tables_of_the_operators_page_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: python -m tests.cli.operator_tables"


def test_the_tables_hold_every_setting_and_command() -> None:
    table = settings_table()
    assert all(f"`HAVEN_{name.upper()}`" in table for name in SETTING_NAMES)
    assert set(SETTING_HINTS) == set(SETTING_NAMES)
    typed = {name for name, _ in commands()}
    assert {"haven start", "haven cases show", "haven keys new", "haven legal-hold end"} <= typed


def test_a_table_that_is_out_of_date_is_found() -> None:
    page = PAGE.read_text(encoding="utf-8")
    old = page.replace("`haven start", "`haven begin")
    assert old != with_tables(old)
