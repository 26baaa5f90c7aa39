"""Caseworkers: accounts, duty, opening hours, shift notes, approvals."""
