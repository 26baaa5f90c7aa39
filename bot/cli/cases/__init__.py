"""Commands about cases, their files, deadlines and papers."""
