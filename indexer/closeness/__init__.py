"""How near papers and an index are to a question, and what is far."""
