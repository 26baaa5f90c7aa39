"""What passes between a person and the caseworker who has taken over.

Each part holds those before it in this list, never one after it.

    caseworker_talk   what reaches the person: who writes, messages, consent for referrals
    opener            the neutral question before it, and since when the person is here
    relay             what a person writes for a caseworker
"""
