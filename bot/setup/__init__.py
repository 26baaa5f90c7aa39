"""Installing Haven: questions, the file of settings, credentials, service files, Telegram."""
