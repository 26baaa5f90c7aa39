"""Exports at the desk: packages for bodies abroad, case files for a prosecutor, synthetic data."""
