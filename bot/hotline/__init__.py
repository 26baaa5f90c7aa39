"""People waiting for people: who waits, who answers, how a caseworker steps into a chat and out.

What a caseworker does is a `Command`: a value a desk writes down and the dispatcher carries out in
the order of that person's chat, in the same transaction as everything else. What came of it, and
what else staff should see, are `Event`s, which desks show as they can.

Why a claim and a takeover are two things: whoever claims a case answers for it; whoever takes a
conversation over silences the bot in it. A caseworker who reads a case, calls an office and closes
it never wrote a word, and the person went on with the bot meanwhile.
"""
