"""What people read on a terminal: results, progress, and the streams that they go to."""
