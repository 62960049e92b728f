"""Test collections in, retrieval quality and latency out; start at ``evaluate.py``."""
