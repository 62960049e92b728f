"""Conditions and rankings as queries, and what they find."""
