"""What the rest of a question may be, while it is typed.

Comes in: the beginning of a question, and a snapshot. Goes out: titles, authors, categories,
venues, years and long forms of the index. Always holds: nothing that grows with the index is gone
through for a question.
"""
