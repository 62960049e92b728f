"""One process or several that answer at one address."""
