"""``nearpaper digest``: what is new to an index, written or e-mailed.

Comes in: a TOML file of saved searches (``searches.py``) and an index. Goes out: text, HTML, or
mails (``letter.py``, ``mail.py``). Always holds: how far each reader has got is kept on disk
(``progress.py``) and moves only after the news were handed over, so that nothing is sent twice and
what failed is sent next time.
"""
