"""Texts and buttons that several flows share, and texts around a conversation."""
