"""What takes updates from Telegram: a poller, or the server to which Telegram posts."""
