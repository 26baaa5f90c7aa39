"""New caseworkers rehearse: fictional people come into a queue of their own.

A scene is a person who does not exist, written as a transcript: what they do in the chat, and what
they answer to a caseworker. Everything between is the house as it is: the stand-in for Telegram,
the bot, the group in which caseworkers answer. Whoever has finished hears how long each person
waited, beside what is promised, and which signs were there and not named.

Why a mark in the folder: practice and what is real must never lie in one place. A training makes
its folder and marks it, and takes no other; a real bot does not start in a folder that is marked.
What the environment names of a real deployment (databases, backups) is not looked at.
"""
