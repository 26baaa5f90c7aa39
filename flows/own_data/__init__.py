"""What is stored about a person, how it is protected, and how it is erased."""
