"""What the organisation does about what a person sent: reports, cases, references, urgency.

Answers are kept as codes wherever they were choices, so that staff read them in their own language
whatever language the person used. Urgency is rules as data (`urgency`): the machine only raises it,
what is not known counts as risk, and every level comes with its reasons in words.

Two promises meet here. "Whoever answers must see how urgent a case is" wants reasons at hand; "what
a person told is sealed" wants them hidden. The queue is ordered by what lies in clear: level,
language, county, waiting time. The reasons are sealed with the key of a half hour: for a day the
bot tells them, and after that whoever may open the case reads them from what was sent.
"""
