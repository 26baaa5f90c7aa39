"""Haven itself, walked like the peers: the real inbox, dispatcher, store, vault and courier.

Only two things are not Haven's own: the flow, which is the walk instead of the real first
conversation, and the end of the line, where letters are counted instead of sent. Once the line ends
where the courier hands a letter to its channel, which is what a turn costs; once it goes on through
the real sender and python-telegram-bot's `Bot` and ends where the peers' ends.
"""
