"""Papers in, an index on disk out.

Comes in: files of papers (:mod:`indexer.sources`). Goes out: a folder whose SQLite catalog is the
truth and whose other parts are derived from it. Always holds: what was acknowledged survives a
kill at any instant; a generation's files never change once its manifest names them; nothing here
imports ``search`` or ``api``.
"""
