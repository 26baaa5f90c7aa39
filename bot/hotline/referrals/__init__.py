"""Referrals to other organisations, and the consent they need."""
