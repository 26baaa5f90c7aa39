"""Referrals that a partner received, and those it sends to the hotline."""
