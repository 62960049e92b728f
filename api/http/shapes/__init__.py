"""Papers in the shapes that other services give them, for clients that know these.

Comes in: a paper. Goes out: JSON, or Markdown. Always holds: what the
index doesn't know is ``null`` or left out as the service itself does, never made up.
"""
