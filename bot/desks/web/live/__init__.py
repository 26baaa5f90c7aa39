"""Live updates: event log, server-sent events, alerts."""
