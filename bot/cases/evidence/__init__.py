"""Files of a case: download, encryption, chain of custody, export and verification."""
