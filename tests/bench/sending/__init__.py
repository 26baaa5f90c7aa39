"""Sending over a real socket: python-telegram-bot's `Bot` on its own HTTP client, and on ours.

The server answers from a process of its own and does as little as it can.
"""
