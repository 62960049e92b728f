"""The ways in: a command line, an HTTP service, a page.

Comes in: a command, a request. Goes out: a call into ``search`` or ``indexer`` and its answer,
worded for a person or a program. Always holds: no FAISS and no SQL here; every error is one line
with a documented exit code or HTTP status (:mod:`indexer.errors`).
"""
