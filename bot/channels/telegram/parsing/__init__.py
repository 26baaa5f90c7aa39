"""Raw updates to `Update`s: only the fields Haven uses."""
