"""Keys: who may ask a service. A file of hashes, never of the keys themselves."""
