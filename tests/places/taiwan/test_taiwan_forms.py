"""Drafts for offices: marked, blank where nothing is known; no word of a person is obeyed."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.escape_text import escape_line
from bot.places.forms import BLANK, MAX_ANSWER_LENGTH, fill_form
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.forms import OBJECTION, OFFICE_FORMS

RULES = TAIWAN.deadline_rules
HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "{name}", "<b>x</b>", "\u202eabc",
           "【草稿", "a\nb", "{told}", "\x1b[2J")  # fmt: skip


@pytest.mark.parametrize("code", OFFICE_FORMS.forms)
def test_a_draft_is_marked_above_and_below_and_what_is_unknown_is_visibly_blank(code: str) -> None:
    form = OFFICE_FORMS.forms[code]
    text = fill_form(OFFICE_FORMS, form, {}, [])
    lines = text.splitlines()
    assert lines[0] == lines[-1] == (form.notice or OFFICE_FORMS.draft_notice)
    assert bool(form.notice) is form.is_report
    assert "須由人員" in lines[0]
    assert text.count(BLANK) >= 10
    assert "{" not in text


def test_what_is_known_stands_where_it_belongs_in_years_of_the_republic() -> None:
    known = {"served_on": OFFICE_FORMS.format_day(date(2026, 11, 25)), "organisation": "Hope House"}
    text = fill_form(OFFICE_FORMS, OBJECTION, known, [("發生的事", "He keeps my passport.")])
    assert "民國 115 年 11 月 25 日" in text
    assert "Hope House" in text
    assert "「He keeps my passport.」" in text


def test_forms_use_only_dates_that_staff_enter_and_reports_when_it_was_noticed() -> None:
    for paper in OFFICE_FORMS.forms.values():
        internal = RULES.event_kinds.keys() - RULES.typed_kinds.keys()
        known = internal if paper.is_report else RULES.typed_kinds.keys()
        assert set(paper.events.values()) <= known
        blanks = {line for line in paper.lines if "{told}" in line}
        assert blanks == ({"{told}"} if paper.includes_answers else set())


@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(HOSTILE))
def test_quoted_text_cannot_change_the_layout_of_a_form(words: str) -> None:
    shown = escape_line(words)
    text = fill_form(OFFICE_FORMS, OBJECTION, {"reference": "K7M4Q2"}, [(shown, shown)])
    plain = fill_form(OFFICE_FORMS, OBJECTION, {"reference": "K7M4Q2"}, [("x", "x")])
    assert len(text.split("\n")) == len(plain.split("\n"))
    assert all(not line.startswith(("=", "+", "-", "@", "\t", "<")) for line in text.split("\n"))
    assert not [it for it in text if unicodedata.category(it) == "Cc" and it != "\n"]
    assert text.count(BLANK) - shown.count(BLANK) * 2 == plain.count(BLANK)


def test_something_very_long_is_cut_and_the_rest_of_the_paper_is_there() -> None:
    text = fill_form(OFFICE_FORMS, OBJECTION, {}, [("x", "y" * 90_000)])
    assert text.count("y") == MAX_ANSWER_LENGTH
    assert text.endswith(f"{OFFICE_FORMS.draft_notice}\n")
