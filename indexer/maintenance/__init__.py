"""Keeping an index in order: remove, rebuild, compact, check, back up, restore, export."""
