"""Keys: host key, epochs, cases, staff, teams, recovery."""
