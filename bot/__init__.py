"""The application: channels, conversations, cases and the desks. See `bot/README.md`."""
