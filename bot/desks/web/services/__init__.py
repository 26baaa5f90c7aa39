"""Pages of the directory of services: finding one for a person, the work list, proposals."""
