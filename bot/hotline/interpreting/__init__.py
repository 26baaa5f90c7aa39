"""Interpreting: sessions of interpreters, what is shared with them, and what they rendered.

An interpreter is invited to one conversation at a time, under a pseudonym. The key of the case is
never wrapped to them: each shared text is sealed to their own key, as a copy that ends with the
session. A rendering is sealed to the case and stands next to the original; it replaces nothing.
"""
