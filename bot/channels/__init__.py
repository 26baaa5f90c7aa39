"""Channels: how people reach the hotline. Each turns updates into `Update`s and delivers letters.

A channel does not import the store, the mailbox or the conversation; it is given what it needs.
"""
