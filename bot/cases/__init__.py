"""What the organisation does about what a person sent: reports, cases, references, urgency.

Answers are kept as codes wherever they were choices, so that staff read them in their own language
whatever language the person used. Urgency is rules as data (`urgency`): the machine only raises it,
what is not known counts as risk, and every level comes with its reasons in words.

Two promises meet here. "Whoever answers must see how urgent a case is" wants reasons at hand; "what
a person told is sealed" wants them hidden. The queue shows level, language, county and waiting
time; the reasons are sealed with the case.
"""
