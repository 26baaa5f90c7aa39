"""Database tables, by subject."""
