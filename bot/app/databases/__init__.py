"""Changes of whole databases: an upgrade with its rehearsal, and the move to PostgreSQL."""
