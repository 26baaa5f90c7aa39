"""Telegram: updates are read as `Update`, letters are sent with python-telegram-bot's Bot.

    poller           fetches batches of updates, confirms them only once they are stored
    backoff          waiting after failures; which of two pollers stops
    offset           the offset of the next batch
    split_batch      one response cut into updates, byte for byte; what to do if it cannot be cut
    parse            one update from a private chat; `parse_content` reads the content of a message,
                     `parse_group` updates of a desk's group
    schema           the fields of updates that are read
    update_types     how each type of update and content is treated
    fix_unicode      replaces broken characters
    command_menu     the menu of `/start`, `/help` and the others
    profile          the bot's name and description
    client           a Bot that logs nothing; checks that it is the right one
    aiohttp_request  the HTTP client of the Bot
    server_time      Telegram's time, from the date of its responses
    transport_errors errors by whether anything was sent; `delivery_errors` says what that means for
                     a letter
    sender           delivers a letter; `forum_topics` places it in a topic, `voice_cache` uploads a
                     recording once
    split_text       a long text cut where no character breaks
    file_download    downloads a file that a person sent

Why our own poller: python-telegram-bot confirms a batch before a handler has seen it (179 of 240
messages lost in one measured crash), and one update it cannot parse stops all others for a day.
Why our own parser: `Update.de_json` takes about sixty times as long; the tests compare with it.
Why aiohttp under the Bot: eight times the sends per second of the default client with 32 in flight,
and it tells a letter that was never sent from one that may have arrived.
"""
