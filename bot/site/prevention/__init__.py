"""The prevention pack: slides, a quiz on paper, notes and posts, in the words of the chat."""
