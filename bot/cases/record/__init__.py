"""The record of a case: what is known of people, employers, places and events, field by field.

Every value is an entry of its own that is only ever added: who said it, by what way it came, when,
and what it replaces. The record is computed from the entries (`record.py`), so nothing is
overwritten: two sources that differ are shown as contradicting, and what was corrected or withdrawn
stays in the history. Entries are sealed to the case. What the answers of a report already say is
read from the report (`from_answers.py`) and is not stored twice.

Why the bot validates so little: it carries commands out and cannot open a case. It checks that a
field exists and that a choice is one; what an entry replaces is judged when staff read the record.

A typed value is kept as it was typed. Where it can be read as a day, a telephone number, an amount,
a country or a language, the parsed form is stored next to it (`values.py`).
"""
