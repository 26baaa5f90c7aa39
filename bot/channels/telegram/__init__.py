"""Telegram: updates are read as `Update`, letters are sent with python-telegram-bot's Bot.

Why our own poller: python-telegram-bot confirms a batch before a handler has seen it (179 of 240
messages lost in one measured crash), and one update it cannot parse stops all others for a day.
Why our own parser: `Update.de_json` takes about sixty times as long; the tests compare with it.
Why aiohttp under the Bot: eight times the sends per second of the default client with 32 in flight,
and it tells a letter that was never sent from one that may have arrived.
"""

from bot.optional_imports import without_modules

with without_modules("httpx._main"):  # its command line, which loads rich and pygments: 3 MB
    import httpx  # noqa: F401 - python-telegram-bot imports it

with without_modules("frozenlist._frozenlist"):  # lists read a few times a call, in C++: 1.4 MB
    import frozenlist  # noqa: F401 - aiohttp imports it
