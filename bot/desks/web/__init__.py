"""Web desk: the pages on which caseworkers answer, each signed in with a key of their own.

The server renders whole pages, and an open page fetches a pane again when it has changed. A stream
tells it only the name of what changed, and the number of a case if the page shows that case. What a
caseworker does becomes a `Command` for the dispatcher (`bot.hotline.commands`); the desk makes no
decision that the hotline makes.

    app, routes, middleware   every address, its permission, and what every request passes through
    auth                      sign-in, passkeys, sessions, step-up, access to cases
    queue, case, team         the pages by subject
    live                      event log, streams, alerts
    pages, static             templates, scripts, stylesheet

Why the key lives with the session: a case opens for its assigned caseworker, not for the desk. The
key of a caseworker is wrapped under a secret that only their browser holds. The row of the session
has it, sealed under that secret and under the root; it is unwrapped for one request and ends with
the session. So any desk on the same data goes on, also after a restart (`auth/session_memory.py`;
`SECURITY.md` weighs it).

Why streams, searches and password checks have limits of each process: they save its memory and its
processor. What must hold for all desks together is a row: sessions, wrong guesses, used codes,
answers of passkeys, forms, enrolments that were begun.

Why text from a person stays text: templates escape by themselves, no script writes markup (Trusted
Types without any policy), links are shown disabled, and a file is re-encoded or sent as bytes.

Why an unknown address and a forbidden one give the same answer: a guess reveals nothing, not even
that a case exists. Only of a case that was shown in the same session, and not erased, the desk says
who has it (`case.moved`): a caseworker who is overtaken must know who helps the person now.

Why all tabs of a browser share one connection: browsers open six to a host, and the tab that holds
the Web Lock passes events on. A lock is free again as soon as its tab is closed or hangs.

Why a list is one index, read in its order: one query per queue and language would cost the same
with an empty queue as with a full one, and its parts would have to be sorted. The statement lists
the states and repeats the condition of the index, so that the database uses exactly that index.

Why events and alerts carry no content: others can see the screen. That something is waiting is
enough to make a caseworker look.

Why the shortcuts dialog is what the keyboard script reads: then the two cannot differ.
"""
