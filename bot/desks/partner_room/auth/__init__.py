"""How members get into the room: invitations, sign-in, sessions, their own account."""
