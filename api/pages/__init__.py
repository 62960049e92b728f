"""What people see in a browser: Jinja templates, one style sheet, no scripts.

Comes in: an answer or an error. Goes out: HTML. Always holds: text of papers and requests is
escaped; links of papers lead to ``http`` and ``https`` only; nothing is loaded from another host.
"""
