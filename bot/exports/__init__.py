"""Exports: what leaves the hotline in the standards of the field."""
