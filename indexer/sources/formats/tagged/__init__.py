"""Formats of lines that begin with a tag, as reference managers and databases export them.

``lines.py`` cuts records and values; each format beside it says what its tags mean.
"""
