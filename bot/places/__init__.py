"""Country data: phone numbers, law, deadlines, forms, and the source of every fact."""
