"""Commands and checks about the health of an installation."""
