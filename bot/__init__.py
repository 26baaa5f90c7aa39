"""The application: channels, conversations, cases and the people who answer them.

A turn is a function; everything around it is a letterbox. An update is written down before anything
else happens to it; the dispatcher takes what waits, in order for every chat, and calls the engine,
which touches no clock, database or network; one transaction keeps where the person is now, what
followed, and the letters to send; then the courier sends, as often as it takes.

    cli           the command line; its commands stand in a file for each thing an operator does:
                  office, admission, locksmith, country, translators, evidence, scripts, seeking,
                  statute, awaited, drafting, wishing, outreach, receipting, rescuing, records,
                  archives
    training      fictional people who come to new caseworkers, in the sandbox
    demo          everything on this machine; checkup is what `haven doctor` looks at, proving what
                  `haven flows check` proves
    front         the desk in a browser, put together
    signing       how whoever is at a terminal proves who they are
    app           builds the house and runs it; queue_view shows staff the queue at a terminal
    shift         what runs for caseworkers; forgetting is what erases, resealing what seals anew
    opening       where the keys of a deployment come from
    wording       what a deployment says; spoken is every phrase there is, and where it stands
    channels      how people reach us: telegram
    desks         where caseworkers answer: web and forum
    sandbox       a stand-in for Telegram on this machine, with a phone page
    dispatch      one batch in, its turns out, one transaction
    hotline       people waiting for people: claims, promises, takeover, phrasebook
    partners      organisations that share our link, and how many came by it
    cases         what the organisation does about a report: reference, urgency, queue
    places        what is true in one country, as data
    mailbox       nothing is lost: inbox, outbox, courier
    conversation  how a conversation is written and held; pure
    vault         keys, sealing, erasure, backups, the audit log
    store         the database
    messages      what arrives and what is said; languages are the catalogues, text a phrase that
                  waits to be translated
    log           what may be logged; listener serves inside a process that has other things to do
    settings      from the environment; clock tells the time, errors are ours

They stand in the order of the floors, `flows` between `spoken` and `channels`. A room may use any
floor below its own, none above, and not the room beside it. The contracts in `pyproject.toml` say
which floors there are; `tests/house` holds us to them.
"""
