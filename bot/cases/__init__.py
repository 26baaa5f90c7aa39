"""Reports from people and the cases made of them: intake, urgency, queues, evidence, reading.

Answers that were choices are stored as codes, so staff read them in their own language. Urgency is
rules as data (`urgency`): rules only raise it, an unknown counts as a risk, and every level comes
with reasons in words.

Why the reasons are stored twice: caseworkers must see how urgent a case is, and what a person sent
is encrypted. The queue is ordered by what is in clear: level, language, county, waiting time. The
reasons are sealed under a transit epoch key, so the bot can show them for a day; after that,
only staff who can open the case read them, from the reports themselves.
"""
