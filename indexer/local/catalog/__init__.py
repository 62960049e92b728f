"""The source of truth in one SQLite file: papers, embeddings, names, the change log."""
