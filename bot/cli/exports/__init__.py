"""Commands about what leaves the hotline."""
