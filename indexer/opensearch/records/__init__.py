"""What stands on a cluster: mappings, papers and changes as documents, the head."""
