"""The forum desk: a Telegram group with topics in which enrolled caseworkers work.

Each case has a topic with a card at its head. In mode *notify*, which is the default, the group
learns that somebody waits, how urgently, in which language, and who answers; no word of a person
ever goes there. In mode *content* the topic is the conversation itself. A message written there is
a note for colleagues: nothing reaches a person unless somebody answers one of the person's messages
or says so.

`Forum` reads and shows, inside the dispatcher's units of work. `Mirror` stands between the courier
and the channel: it knows which topic shows which case, opens one where there is none, and mends
what was deleted, closed or moved.

Why what a topic shows is written only when it is delivered: the group takes some twenty messages a
minute, so letters wait there longer than anywhere. A card drawn late tells what is true by then,
five changes cost one message, and the outbox holds nothing of it.

Why the group may be lost: it is a mirror. Cases, claims and words are kept in the house; a desk
that was deleted, closed or barred is filled again from there, and nobody waits for it.
"""
