"""The processes of one deployment: which of them run, which one leads, which one polls."""
