"""One file per group of addresses.

Comes in: a request whose parameters FastAPI has checked. Goes out: one call into
:class:`search.engine.Engine`, as JSON or as a page. Always holds: endpoints that may block are
plain functions, which FastAPI runs off the event loop.
"""
