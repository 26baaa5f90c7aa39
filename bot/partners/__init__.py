"""Partner organisations, the links they give out, and counts of the chats that start from a link.

Why a link holds a code and not a name: the code is random, so it tells nothing to people who see it
and cannot be guessed, and it is looked up, so it can be revoked. A code that is unknown, revoked,
or of a disabled partner is ignored.

Why a code only chooses the language of the first question: that question also names the number for
people in danger, and the person who holds the phone may read another language than the poster's.
The code decides nothing later and is not stored with a case.

How chats are counted once each, without a list of people:

- Each month stores two bytes of a keyed digest of link and chat. One in 65,536 chats shares them,
  so going through all accounts finds no one, and now and then a chat is not counted. Someone with
  the host key who suspects one person can see, while the month lasts, that this is likely.
- These marks are deleted with every case of the chat, and all of them when their month is over.
  They are in no backup. A person who returns after that is counted again: erasure goes before
  accuracy.
- Only counts of five and more, of months that are over, are shown. The count of the current month
  would tell a partner at which hour someone came.
"""
