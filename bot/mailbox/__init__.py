"""What arrived (inbox), what is to be sent (outbox), and what sends it (courier).

Why an update is answered in the transaction that stores it: every durable commit costs an fsync,
and one commit for both costs one. An update, its turn and its letters become durable together;
until then Telegram still has the update, so it comes again whenever the process ends. The first
batch after a start is stored before it is handled: an update that ended the last process is then
counted, and after eight times it is quarantined, so that everybody else is served.

Why a letter of the bot may be sent twice and one of a person may not: `sendMessage` takes no key
that makes it happen once. The bot's questions do no harm twice, so a crash between sending and
storing the result sends again. A caseworker's letter is marked `sending` durably first; after a
crash it is `uncertain`, is shown so, and is never sent again by itself.

Where two promises conflict: "an acknowledged message is never lost" wants every letter kept until
it is certain, "what was said leaves no trace" wants its text gone. The text is sealed while it
waits and deleted once the channel has taken it; only the message's id stays, for 48 hours, so that
it can be deleted from the person's phone.
"""
