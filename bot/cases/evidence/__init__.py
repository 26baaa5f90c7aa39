"""Files of a case: received, encrypted, kept with a chain of custody, exported."""
