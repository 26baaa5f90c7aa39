"""Telegram: what arrives becomes `Update`, what is said goes out through python-telegram-bot's Bot.

    poller    fetches batches of updates, hands them over, and confirms them only when they are kept
    patience  how long it waits after failures, and who gives way when two fetch
    offset    where the next batch begins
    split     one answer of Telegram, cut into single updates, byte for byte
    parse     one update, read; `contents` reads what a message holds, `shapes` says what of an
              update we look at, `kinds` what becomes of it
    mend      words with broken characters, made whole
    stuck     getting past an answer that cannot be cut
    group     one update from the group of a desk, read
    commands  the menu that offers `/start`, `/help` and the others
    profile   what the bot is called and says of itself before anybody has written
    connect   a Bot that logs nothing, and the check that it is the right one
    request   the HTTP client under that Bot
    dated     Telegram's own clock, by the date of its answers
    faults    what can go wrong on the way, told apart by whether anything was sent; `outcome` says
              what that means for a letter
    sender    carries a letter out; `topics` puts it into a topic, `recordings` sends each once
    pieces    a long text, cut where no character breaks
    files     fetches a file a person sent

Why our own poller: python-telegram-bot confirms a batch before a handler has seen it (179 of 240
messages lost in one measured crash), and one update it cannot parse stops all others for a day.
Why our own reading: `Update.de_json` costs some sixty times what `parse` does; it is the oracle in
the tests instead. Why aiohttp under the Bot: eight times the sends a second of the default client
with 32 on their way, and it can tell a letter that never left from one that may have arrived.
"""
