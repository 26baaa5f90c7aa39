"""Office hours as a person reads them: days, hours, holidays."""

from bot.text import _, pgettext

DAYS = {
    1: pgettext("day", "Monday"),
    2: pgettext("day", "Tuesday"),
    3: pgettext("day", "Wednesday"),
    4: pgettext("day", "Thursday"),
    5: pgettext("day", "Friday"),
    6: pgettext("day", "Saturday"),
    7: pgettext("day", "Sunday"),
}
"""By ISO weekday, as in the settings."""

# Translators: hours of a day, Taiwan time, e.g. 09:00-21:00.
EVERY_DAY = _("every day {span}")
# Translators: days of the week and hours, e.g. Monday to Friday 09:00-21:00.
SOME_DAYS = _("{first} to {last} {span}")
# Translators: {when} is days and hours; on some days of the year no one reads.
NOT_ON_HOLIDAYS = _("{when}, not on holidays")
NO_HOURS = _("at no fixed hours")
