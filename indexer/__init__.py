"""Papers in, an index on disk out.

Comes in: files of papers (:mod:`indexer.sources`). Goes out: a store (:mod:`indexer.store`), by
default a folder with an SQLite catalog, the source of truth, and the search indexes made from it.
Always holds: what was acknowledged survives a kill at any instant; a snapshot never changes;
nothing here imports ``search`` or ``api``.
"""
