"""Full-text search in cases, in processes of its own."""
