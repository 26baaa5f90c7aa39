"""Commands for what stands outside: posters, the public site, the prevention pack."""
