"""The webhook: Telegram posts each update to us, in place of our polling.

`order` decides when an update may be handled, `server` answers the posts, `source` tells Telegram
where to post and hands over what came, `state` reads what Telegram says of its posts.

Why in order at all: Telegram posts over many connections at once. As its server is written
(tdlib/telegram-bot-api, `WebhookActor`), the messages of one chat come one after another, but a
button press, a reaction and a membership change of the same person each come on a way of their own,
and its documentation promises no order whatever.

Why 503 has `Retry-After`: that server repeats a failed post after two seconds, then four, up to two
minutes; with the header it repeats it after those seconds each time. So people are answered within
seconds once the database is back.
"""
