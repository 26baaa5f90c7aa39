"""What people type in place of pressing a button, compared with the lists of each language."""
