"""A ranking in, a page of results with scores, facets and reasons out; start at ``builder.py``."""
