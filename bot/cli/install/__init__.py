"""Commands that install Haven."""
