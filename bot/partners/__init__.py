"""Organisations that share our link, the links they give out, and how many chats began by them.

Why a code and not a name in the link: it is random, so that it says nothing to whoever sees it and
cannot be made by anybody else; it is looked up, so that it can be revoked. A code that is forged,
revoked, or of a partner that was disabled is as if it had not been there.

Why a code only chooses the language in which the first question is asked: that question also names
the number for whoever is in danger, and whoever holds the phone may read another language than the
poster's. It decides nothing later, and is not written into a case.

Three promises meet in the counting: one chat is counted once, however often somebody taps the link;
nobody can tell from what is kept who came; and what is erased is gone.

- So that a chat is counted once, a month remembers two bytes of a keyed digest of link and chat.
  Every 65,536th chat has the same two: nobody is found by going through all accounts, and now and
  then a chat is not counted. Whoever has the host key and suspects one person can, while the month
  lasts, see that this is likely: that much is kept, and no more.
- They are deleted with every case of the chat, and all of them when their month is over. They are
  in no backup. Whoever comes again afterwards is counted again: the person goes before the figure.
- What is shown are counts of a month of five and more. A month that is not over is not shown: its
  count would tell a partner at which hour somebody came.
"""
