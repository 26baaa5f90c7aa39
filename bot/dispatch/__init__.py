"""From what arrives to what is stored: one batch, its turns, one transaction.

A batch is read, its turns are taken, and everything that follows is stored, in one hop to the
writer thread and one commit. The engine never calls the database, and nothing here calls the
network. A turn's effects are values; only what it asks of `hotline_adapter` (a receipt is signed, a
check-in agreed on) is written while it runs, in the same unit of work.

    dispatcher           the loop: collects what arrives, retries what failed, hands letters over
    receiver             what a front does instead: stores updates, for workers of any machine
    chat_worker          what a worker does: locks chats that wait, answers, commits
    batch                one batch inside a unit of work
    turn/                one turn: see its docstring for the parts and their order
    conversation_store   the encrypted row of a chat
    hotline_adapter      does for a turn what has to do with cases
    staff_service        commands and events of staff within a batch
    passphrase_hashing   the job that hashes passphrases between two turns
    contact_policy       whether a letter may be sent now
    reminders/, recovery what the bot writes unasked

Why no savepoint for each turn: nearly all turns succeed, and without savepoints those cost nothing.
If a turn fails, its batch is undone whole, with everything its turns had written; then each update
is taken alone, and one that fails again is quarantined.

Why three kinds of input and one order: an update, a command and a hashed passphrase of one chat are
taken by the one writer thread, each in a transaction that also removes it from where it waited. So
each takes effect once, whenever the process ends.

Why an update is inserted before it is handled: of two processes that get the same update, the
unique key lets one insert it, and the other waits until the first has committed. If they looked
first and inserted later, both would look, and both answer.

Why the transaction of a worker is its claim, and what several processes do about what each has in
memory: see `chat_worker`.

Where the promises about a seized phone conflict, `turn.session` says what was chosen.
"""
