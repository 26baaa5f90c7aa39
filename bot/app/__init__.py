"""Builds the application from its settings, and runs it."""
