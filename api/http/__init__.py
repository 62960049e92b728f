"""The HTTP service: requests in, JSON or pages out; start at ``app.py``."""
