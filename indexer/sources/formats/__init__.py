"""One reader for each format: a stream in, records and rejects out, in bounded memory.

Start at ``jsonl.py``, the simplest. A reader knows its format and nothing of the others; what they
share is in the folder above, where ``detect.py`` names them all.
"""
