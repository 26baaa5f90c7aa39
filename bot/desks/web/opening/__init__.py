"""Pages on which a caseworker opens a case, and lets a chat join it."""
