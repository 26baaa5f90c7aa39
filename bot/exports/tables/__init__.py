"""Tables as files: spreadsheets, CSV and JSON, written, and read without trusting them."""
