"""Copies of whole databases, compared row by row: into PostgreSQL, and before an upgrade."""
