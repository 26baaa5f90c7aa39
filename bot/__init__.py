"""The application: channels, conversations, cases and the people who answer them.

A turn is a function; everything around it is a letterbox. An update is written down before anything
else happens to it; the dispatcher takes what waits, in order for every chat, and calls the engine,
which touches no clock, database or network; one transaction keeps where the person is now, what
followed, and the letters to send; then the courier sends, as often as it takes.

    cli           the command line; demo and checkup are its longer commands
    app           builds the house and runs it; queue_view shows staff the queue at a terminal
    channels      how people reach us: telegram
    training      fictional people who come to new caseworkers, in the sandbox
    sandbox       a stand-in for Telegram on this machine, with a phone page
    dispatch      one batch in, its turns out, one transaction
    partners      organisations that share our link, and how many came by it
    cases         what the organisation does about a report: reference, urgency, queue
    places        what is true in one country, as data
    mailbox       nothing is lost: inbox, outbox, courier
    conversation  how a conversation is written and held; pure
    vault         keys, sealing
    store         the database

Floors, from the top: cli; demo and checkup; app and queue_view; flows; channels and sandbox;
dispatch; partners; cases and places; mailbox and conversation; vault; store; messages and
languages; text and log; settings and clock; errors. A room may use any floor below its own, none
above, and not the room beside it. The contracts stand in `pyproject.toml`; `tests/house` holds us
to them.
"""
