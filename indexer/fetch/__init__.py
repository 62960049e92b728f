"""Archives in, an index up to date with them out: one file per interface that an archive offers.

Comes in: an archive, what to ask it for, and the days to ask about. Goes out: papers in the index,
through :mod:`indexer.pipeline`. Always holds: one request at a time, and none sooner behind the
last one than the archive allows; a page is on the disk before the next is asked for; how far a
harvest is stands in the catalog, committed together with the papers.
"""
