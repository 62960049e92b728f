"""The map of an index as one file: what it shows, its style sheet and its script."""
