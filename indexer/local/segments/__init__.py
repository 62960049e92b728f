"""The search indexes, made from the catalog: immutable files, swapped whole.

A published generation is a large base segment, a small tail segment with what came since, and a
lexicon. The manifest names their files.
"""
