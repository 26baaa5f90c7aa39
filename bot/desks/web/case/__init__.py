"""The case page: conversation, file, law, actions."""
