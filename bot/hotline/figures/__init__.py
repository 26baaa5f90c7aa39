"""The operator's figures: what the hotline did in a month, without a list of people.

Parts:

    model          a figure as counted, and as it may be shown
    suppression    which numbers are left out, so that no small one can be computed
    bands          shares ("in time") as ranges that hide small numbers
    counters       numbers that grow with each event, in its transaction
    session_counts sessions, and the step at which each stands
    sources        what is counted from cases when a month is frozen
    casework       services and training, counted the same way
    catalogue      all of them, in the order in which they are shown
    months         freezing a month, and reading frozen ones
    report         a month or a year as rows, CSV and JSON

Why this is private, and where that ends:

- **There is no row about a person.** A counter holds a month, one property (a language, a queue, a
  step) and a number. Two properties are never counted together.
- **What goes beyond operating is counted only from cases whose person agreed to it**: how cases
  ended, referrals, services, legal events and deadlines. That a session began, that a case was
  opened and that it was answered in time is operating; it is counted for everyone.
- **Only months that are over are shown, a week after their end, once and for all.** Then the
  month is frozen: what may be shown is stored, counters are deleted, and the exact small
  numbers exist nowhere any more. So two looks at one month are equal, and their difference says
  nothing. A person who revokes before that is not counted; a case erased before that neither.
- **Numbers under 5 are left out (under 11 in the version for the public), zeros too**: "none"
  and "one" look the same, so no one learns that a single person of a language wrote. Where
  a total would give a number away, the next larger ones are left out with it, until what is left
  out together is large enough. The public version hides all that the other hides.
- **Of services people are counted, not entries**: in how many cases a doctor was given, however
  often. One person may stand in several rows, so what is left out has to hold the threshold in one
  row, not in a sum of rows.
- **A month that was frozen before a figure existed does not count it.** It says so, and never 0.
- **A year is the sum of what its months show**, "at least". It says nothing that they do not.
- Limits: figures of different kinds (sessions, cases) count different things, so none is the sum of
  others; a reader who knows how they hang together may estimate one from another. Counters of
  a month that is not frozen hold small numbers for up to five weeks; they lie in the database in
  clear, where the cases themselves are, and in its backups.
"""
