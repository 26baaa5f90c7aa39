"""The others: the same walk in python-telegram-bot and in aiogram, each as its makers show it.

Their transports do everything up to the network (they build the request and read the answer) and
there find a canned reply. Where a peer leaves a choice, the faster one is taken.
"""
