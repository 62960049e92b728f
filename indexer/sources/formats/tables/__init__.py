"""Tables: what their columns are taken for, and what stands in their cells.

Start at ``headings.py``, which knows the columns by the names that exporters give them.
"""
