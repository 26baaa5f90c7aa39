"""The desk in a browser: where caseworkers work for eight hours, with a key of their own.

Pages are drawn here and sent whole; a pane that changed is fetched again. What rings is a name on a
stream, never a word: what somebody may see is decided when they ask for it. What a caseworker does
is a `Command`, written down for the bot like one from the group (`bot.hotline`); this room decides
nothing of it anew.

    doors      every address and who may use it; one without that stops the start
    sessions   who is signed in, and the locked key each of them carries
    signing    password, second factor, what a guess costs; `passkey_way_in` the same with a passkey
    panes      what is drawn: queue, conversation, file of a case, who opened it
    orders     what can be done, and with which fields
    bell       what happened, written down for open desks; `watching` tells browsers
    rows       a page of a list, by what somebody wants of it (`choosing`); `keys` what a key does
    team       who carries what, who read what, what takes two, what one shift leaves the next

Why the key lives with the session: a case opens for whoever claimed it, not for the desk. A
caseworker's key is locked under what only their browser holds, stays in memory, is unlocked for one
request and gone with the session. A desk that is started anew has nobody signed in.

Why nothing a person wrote becomes more than text: pages escape by themselves, no page of ours makes
markup in a browser (Trusted Types, with no policy at all), a link is shown with its dot in brackets
and opens only by copying, and a file is drawn anew or handed over as bytes.

Why an unknown address and one that is not yours are the same: whoever guesses learns nothing, not
even that a case exists. Both end in one answer, made by one function.

Why a list is one index, read in its order: a query for every queue and language costs as much with
nobody waiting as with everybody, and its parts have to be sorted. States are named one by one, and
the index says a word nobody else says: so neither is taken for anything but a list.

Why what rings says nothing: a line on the screen is read by whoever stands behind it. To know that
something waits is enough to look.

Why the sheet of keys is where the keys are read from: what is written twice is wrong once.
"""
