"""Cases that staff opened: how the person reached us, call-backs, and joining a chat by a code."""
