"""Files of papers in, papers and rejects out; a reader for each format is in ``formats/``.

Comes in: a path, or ``-`` for standard input, plain or compressed by gzip or zstd. Goes out: a
:class:`Source` that yields clean papers, a :class:`Removal` where an archive says that a paper is
gone, and a :class:`Reject` for every record that is neither.
Always holds: memory stays bounded whatever the input; a bad record never stops a run; an input
that can't be read at all raises :class:`~indexer.errors.SourceError`.
"""

from indexer.sources.detect import FORMATS
from indexer.sources.items import Item, Reject, Removal, judge
from indexer.sources.source import STDIN, Source, open_source

__all__ = ["FORMATS", "STDIN", "Item", "Reject", "Removal", "Source", "judge", "open_source"]
