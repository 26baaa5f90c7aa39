"""Pages of the web desk: help by models that an operator installed."""
