"""Casework in the file of a case: the service plan."""
