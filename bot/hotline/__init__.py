"""The hotline: the queue, staff and their commands, the chat, referrals, erasure, check-ins.

What a caseworker does is a `Command`: a desk stores it, and the dispatcher carries it out in the
order of that person's chat, in the same transaction as everything else (`commands/registry.py`).
What came of it, and what else staff should see, are `Event`s, which each desk shows in its own way.

Why a claim and a takeover are two things: who claims a case answers for it; who takes a
conversation over silences the bot in it. A caseworker may read a case, call an office and close it
without writing a word, while the person goes on with the bot.
"""
