"""Authentication: login, passkeys, TOTP, sessions, step-up, access to cases."""
