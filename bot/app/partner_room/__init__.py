"""The partners' room, put together: its context, its server, and a partner for the demo."""
