"""Training: new caseworkers practise with fictional people who come into a queue of their own.

A scenario is a fictional person, written as a transcript: what they do in the chat, and how they
reply to a caseworker. Everything else is the real software: the sandbox, the bot, the web desk and
the group in which caseworkers reply. At the end, or on the desk's page *Practice*, trainees see how
long each person waited compared with the response time, and which indicators they did not name.

Why the folder has a marker: practice and real data must never share a folder. A training creates
and marks its folder and accepts no other; a real bot does not start in a marked folder. Environment
settings of a real deployment (databases, backups) are ignored.
"""
