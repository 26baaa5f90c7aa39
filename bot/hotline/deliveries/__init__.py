"""Referrals delivered to a partner's room, their answers, and what partners refer to us.

See README.md for what is decided, and why.
"""
