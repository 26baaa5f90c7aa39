"""Interpreting at the desk: the interpreter's page, the panel of a case, interpreters and fees."""
