"""What papers call things: the words they write, and what their abbreviations stand for.

Made from the papers' texts alone and mergeable by adding counts, so that every store can keep it in
parts. Start at ``glossary.py``, which answers; ``counts.py`` counts, ``tables.py`` stores.
"""
