"""The commands for what stands outside: the public site, the prevention pack."""
