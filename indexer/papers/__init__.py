"""A raw record in, a clean :class:`~indexer.papers.paper.Paper` out.

Always holds: ids are normalised, text is Unicode without control characters, what isn't known is
empty. Nothing here knows of an index.
"""
