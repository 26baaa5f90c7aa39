"""What a deployment sets: a wrong value is named with the fix, and what is right is understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.app.hours_text import hours_text
from bot.errors import SettingError
from bot.hotline.staff.service_hours import plan_of_settings
from bot.languages import LANGUAGES
from bot.settings import SETTING_HINTS, load_settings
from tests.support.content.catalogue_files import read_in

TODAY = date(2026, 11, 28)
WRONG = [
    ("weekdays", "3-3"), ("weekdays", "0-5"), ("weekdays", "1-8"), ("weekdays", "monday"),
    ("holidays", "2027-02-30"), ("holidays", "2027-01-01;2027-01-02"), ("holidays", "tomorrow"),
    ("promise_minutes", "2,15,240,1440"), ("promise_minutes", "2,15,240,1440,4320,9000"),
    ("promise_minutes", "15,2,240,1440,4320"), ("promise_minutes", "0,15,240,1440,4320"),
    ("promise_minutes", "2,15,240,1440,99999"), ("promise_minutes", "2,15,four,1440,4320"),
    ("promise_minutes", ""), ("claim_lapses_minutes", 0), ("silence_minutes", 0),
    ("hours", "9-21"), ("desk_listen", "127.0.0.1:99999"), ("desk_listen", "127.0.0.999:80"),
    ("watch_listen", "127.0.0.1:70000"), ("desk_listen", "127.0.0.1:8090\n"),
    ("telegram_token", f"123456:{'A' * 35}\n"), ("keep_days", "nan"), ("keep_days", ""),
    ("synthetic_budget", "nan"), ("desk_mode", "both"), ("allow_async_standby", "perhaps"),
    ("organisation", "Hope \u202eesuoH"), ("organisation", "Hope\u200bHouse"),
    ("organisation", "a" * 61), ("organisation", "Hope\nHouse"),
    ("organisation", "https://hope.example"), ("organisation", "Hope House, www.hope.example"),
    ("organisation", "Hope House (hope.org.tw)"), ("organisation", "t.me/hope"),
    ("organisation", "Ask @hope_house"), ("organisation", "Hope House t\uff0eme/hope"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_with_the_fix_and_never_with_its_value(
    name: str, value: object
) -> None:
    with pytest.raises(SettingError) as refused:
        load_settings(**{name: value})
    assert str(refused.value) == f"HAVEN_{name.upper()}: {SETTING_HINTS[name]}"


@pytest.mark.parametrize(
    "name",
    ["St. Anna", "Garden of Hope 02-123", "Women's House No.5", "H.O.P.E. e.V.", "Dr. Lin & Co.",
     "St.Anna", "希望之家。台北"],
)  # fmt: skip
def test_a_name_with_a_dot_is_no_link(name: str) -> None:
    assert load_settings(organisation=name).organisation == name


def test_hours_in_another_form_are_refused_with_the_form_they_have() -> None:
    with pytest.raises(SettingError, match="both times with four digits"):
        load_settings(hours="9-18")


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SettingError) as refused:
        load_settings(keep_days=1, hours="9", no_such="x")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "HAVEN_HOURS", "HAVEN_KEEP_DAYS", "HAVEN_NO_SUCH",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["yes", "Yes", "true", "on", "1"])
def test_yes_is_understood_however_it_is_written(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAVEN_ALLOW_ASYNC_STANDBY", text)
    assert load_settings().allow_async_standby is True


def test_every_setting_is_read_as_its_type_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {
        "DATA": "/srv/haven", "KEEP_DAYS": "30", "DESK_GROUP": "-1001234567890",
        "SYNTHETIC_BUDGET": "0.5", "desk_mode": "content", "ORGANISATION": "Hope House",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"HAVEN_{name}", value)
    settings = load_settings(with_file=False)
    assert settings.data == Path("/srv/haven")
    assert (settings.keep_days, settings.desk_group) == (30, -1001234567890)
    assert (settings.synthetic_budget, settings.desk_mode) == (0.5, "content")
    assert settings.organisation == "Hope House"


def test_no_secret_is_shown_where_settings_are_printed() -> None:
    secrets = {
        "telegram_token": f"123456:{'A' * 35}",
        "telegram_proxy": "http://u:hunter2@proxy.example.org:3128",
        "smtp_url": "smtps://u:hunter2@mail.example.org:465",
    }
    settings = load_settings(**secrets)
    shown = f"{settings} {settings!r} {settings.telegram_token}"
    assert not [it for it in (*secrets.values(), "hunter2") if it in shown]
    assert settings.token() == secrets["telegram_token"]  # the control: it is there


def test_reply_times_are_read_by_priority() -> None:
    assert load_settings(promise_minutes="1,1,30,60,60").response_minutes == (1, 1, 30, 60, 60)


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [("1-7", {1, 2, 3, 4, 5, 6, 7}), ("1-5", {1, 2, 3, 4, 5}), ("6-2", {6, 7, 1, 2})],
)
def test_days_go_over_the_end_of_the_week(weekdays: str, days: set[int]) -> None:
    assert load_settings(weekdays=weekdays).open_weekdays == days


def test_holidays_are_dates() -> None:
    assert load_settings().holiday_dates == set()
    assert load_settings(holidays="2027-01-01,2027-02-06").holiday_dates == {
        date(2027, 1, 1), date(2027, 2, 6),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "at no fixed hours"),
        ({"weekdays": "1-5"}, "at no fixed hours"),
        ({"hours": "09:00-21:00"}, "every day 09:00-21:00"),
        ({"hours": "09:00-21:00", "weekdays": "2-1"}, "every day 09:00-21:00"),
        ({"hours": "09:00-21:00", "weekdays": "1-5"}, "Monday to Friday 09:00-21:00"),
        (
            {"hours": "09:00-21:00", "weekdays": "6-2", "holidays": "2027-01-01"},
            "Saturday to Tuesday 09:00-21:00, not on holidays",
        ),
    ],
)
def test_people_are_told_the_days_and_hours_as_they_are_set(
    given: dict[str, str], said: str
) -> None:
    assert hours_text(plan_of_settings(load_settings(**given)), TODAY, read_in("en")) == said


@pytest.mark.parametrize("tag", LANGUAGES)
def test_in_every_language_days_and_hours_are_said_whole(tag: str) -> None:
    given = {"hours": "09:00-21:00", "weekdays": "1-5", "holidays": "2027-01-01"}
    said = hours_text(plan_of_settings(load_settings(**given)), TODAY, read_in(tag))
    assert "09:00-21:00" in said
    assert "{" not in said


# --- The file of settings, and names that are none ----------------------------------------------


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "haven.env"
    path.write_text("# a comment\nHAVEN_ORGANISATION=\"Women's House\"\nHAVEN_KEEP_DAYS='30'\n")
    monkeypatch.setenv("HAVEN_ENV_FILE", str(path))
    return path


def test_settings_are_read_from_the_file_and_the_environment_wins(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().organisation == "Women's House"
    assert load_settings().keep_days == 30
    monkeypatch.setenv("HAVEN_KEEP_DAYS", "60")
    assert load_settings().keep_days == 60
    assert load_settings(keep_days=40).keep_days == 40
    assert load_settings(with_file=False).organisation == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("HAVEN_HOUR=9", "HAVEN_HOUR in {} is no setting of Haven: did you mean HAVEN_HOURS?"),
        ("PATH=/bin", "PATH in {} is no setting of Haven: remove it"),
        ("\nHAVEN_HOURS", '{}, line 5: write it as HAVEN_NAME="value"'),
        ('HAVEN_HOURS="9', '{}, line 4: write it as HAVEN_NAME="value"'),
        ("HAVEN_HOURS=9", f"HAVEN_HOURS: {SETTING_HINTS['hours']}"),
    ],
)  # fmt: skip
def test_a_wrong_line_of_the_file_is_named_with_the_fix(
    settings_file: Path, line: str, said: str
) -> None:
    settings_file.write_text(settings_file.read_text() + line + "\n")
    with pytest.raises(SettingError) as refused:
        load_settings()
    assert str(refused.value) == said.format(settings_file)


def test_a_file_that_does_not_exist_is_named(settings_file: Path) -> None:
    settings_file.unlink()
    with pytest.raises(SettingError, match=r"haven\.env cannot be read; haven setup writes it"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HAVEN_TELEGRAM_TOKN", "did you mean HAVEN_TELEGRAM_TOKEN?"),
        ("HAVEN_BACKUP", "did you mean HAVEN_BACKUPS?"),
        ("HAVEN_QQQQ_XXXX", "remove it"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_right_one(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_settings()  # the control
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingError) as refused:
        load_settings()
    assert str(refused.value) == f"{name} is no setting of Haven: {said}"
