"""Staff commands: one registry, one handler per command."""
