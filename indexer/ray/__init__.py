"""Embedding on Ray: actors, one per node or GPU, each with a copy of the model."""
