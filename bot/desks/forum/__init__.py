"""The forum desk: a Telegram group with topics in which enrolled caseworkers work.

Each case has a topic with a card at its head. In mode *notify*, the default, the group learns that
a person waits, how urgently, in which language, and who answers; no word of a person is ever sent
there. In mode *content* the topic is the conversation itself. A message in a topic is a note for
colleagues: it reaches the person only as a reply to one of the person's messages, or with `/say`.

`ForumDesk` reads and shows, inside the dispatcher's units of work. `ForumDelivery` is between
the courier and the channel: it finds a case's topic, opens one where there is none, and repairs
topics that were deleted, closed or moved.

Why a card is rendered only on delivery: the group takes about twenty messages a minute, so its
letters wait longer than others. A card that is rendered late is up to date, five changes cost one
message, and the outbox holds nothing of its content.

Why the group may be lost: it is a copy. Cases, claims and messages are stored by Haven, which fills
the group again; nothing waits for it.
"""
