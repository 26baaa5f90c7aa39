"""The record of a case at the web desk: what is known, with its sources, and the form for it."""
