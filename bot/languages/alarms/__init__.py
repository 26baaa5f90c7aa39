"""Urgent words: the lists of phrases, how they are indexed, and how they are found."""
