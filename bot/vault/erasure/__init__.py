"""Erasure and retention: what is deleted, when, and the ledger of it."""
