"""How a conversation begins, goes on and stops."""
