"""Casework in the file of a case: service plan, duties to report, and files that staff add."""
