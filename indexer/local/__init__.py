"""An index in a folder: SQLite as the source of truth, the search indexes made from it.

Start at ``store.py``. Always holds: what was committed is on the disk; a rename of the manifest
publishes; readers never see half of a change.
"""
