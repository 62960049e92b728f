"""``nearpaper digest``: what is new to an index, as text, HTML or mail.

Comes in: a TOML file of saved searches (``saved_searches.py``) and an index. Goes out: letters and
mails (``letter.py``, ``mail.py``). Always holds: how far each reader has got is kept on disk
(``state.py``) and moves only after the news was delivered, so that nothing is sent twice and what
failed is sent next time.
"""
