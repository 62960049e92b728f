"""An index in memory: exact, slow and obvious, for tests, trials and a few thousand papers."""
