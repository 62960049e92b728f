"""A question or some papers and an index in, ranked papers with reasons out.

Start at :class:`search.engine.Engine`. Always holds: an answer comes from one generation of the
index; whenever k papers pass the filters, k papers come back; pages never repeat or drop a paper;
nothing here imports ``api``.
"""
