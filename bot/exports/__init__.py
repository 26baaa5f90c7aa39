"""Exports: what leaves the hotline in the standards of the field, and what comes in by them.

See README.md for which profile holds what, and why.
"""
