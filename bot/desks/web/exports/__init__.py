"""Cases that leave the desk in a standard of the field, and cases that come in by one."""
