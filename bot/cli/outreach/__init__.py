"""Commands for what is carried outside: posters, cards, tiles."""
