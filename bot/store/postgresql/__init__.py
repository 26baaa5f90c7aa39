"""PostgreSQL as the store: connections and who makes them, sessions, pipelines, values."""
