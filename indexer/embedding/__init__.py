"""Which embedder a run of indexing uses, and what it embeds ahead of its turn."""
