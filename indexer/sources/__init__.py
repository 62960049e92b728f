"""Files of papers in, papers and rejects out: one file per kind of input.

Comes in: a path, or ``-`` for standard input, plain or compressed by gzip or zstd. Goes out: a
:class:`Source` that yields clean papers and, for every record that isn't one, a :class:`Reject`.
Always holds: memory stays bounded whatever the input; a bad record never stops a run; an input
that can't be read at all raises :class:`~indexer.errors.SourceError`.
"""

from indexer.sources.detect import FORMATS
from indexer.sources.source import Reject, Source, open_source

__all__ = ["FORMATS", "Reject", "Source", "open_source"]
