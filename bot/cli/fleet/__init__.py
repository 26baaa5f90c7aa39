"""Several deployments, from one control file: each in processes of its own."""
