"""The text of a question in, what it asks for out. Nothing here reads an index."""
