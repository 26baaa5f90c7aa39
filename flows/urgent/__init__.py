"""Danger and despair: numbers first, then one question."""
