"""A query and a snapshot of an index in, a :class:`~search.ranking.ranking.Ranking` out.

Start at ``retriever.py``. Always holds: a ranking is a value; each step is a function from ranking
to ranking; the first k never change with k.
"""
