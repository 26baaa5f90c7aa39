"""The audit log: a keyed hash chain."""
