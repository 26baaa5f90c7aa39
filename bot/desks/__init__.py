"""Where caseworkers answer. A desk reads what they do into commands and shows them events."""
