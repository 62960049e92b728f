"""Papers in, points in a plane with named regions out; start at ``map.py``."""
