"""What people see in a browser: Jinja templates, a style sheet, two small scripts.

Comes in: an answer, a paper or an error. Goes out: HTML that works without the scripts. Always
holds: text of papers and requests is escaped; links of papers lead to ``http`` and ``https`` only;
nothing is loaded from another host.
"""
