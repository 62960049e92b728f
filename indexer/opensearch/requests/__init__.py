"""Requests to the nodes of a cluster: signed in, tried again, and each answer looked at."""
