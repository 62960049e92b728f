"""Changes to an index on a cluster, by the one process that may make them."""
