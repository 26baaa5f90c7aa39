"""Nothing is lost: what arrived (inbox), what is to be said (outbox), and who carries it (courier).

Why an update is answered in the transaction that stores it: an fsync is the price of a promise,
and two promises in one commit cost one. While the process is healthy an arriving update, the turn
it leads to and the letters that follow become durable together; before that commit Telegram still
holds the update, so whatever instant the process dies at, it comes again. The first batch after a
start is stored on its own before it is handled: an update that killed the last process is then
counted, and after three deaths it is set aside so that everybody else is served.

Why a letter of the bot may be repeated and a letter of a person may not: `sendMessage` has no key
that makes it once. The bot's questions are harmless twice, so a crash between sending and writing
that down sends again. What a caseworker wrote is marked `sending` durably first; after a crash it
is `uncertain`, shown so, and never sent again by itself.

Two promises meet here. "An acknowledged message is never lost" wants every letter kept until it
is certain; "what was said leaves no trace" wants words gone. The words of a letter are sealed
while they wait and dropped the moment the channel has taken it; only its number stays, 48 hours,
so that it can be deleted from the person's phone.
"""
