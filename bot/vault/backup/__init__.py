"""Encrypted backups: create, read, restore."""
