"""Questions: one file per kind, and how what a person writes is parsed."""
