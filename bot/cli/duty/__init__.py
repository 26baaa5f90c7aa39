"""Commands of hours and on-call."""
