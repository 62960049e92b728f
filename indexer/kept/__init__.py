"""What was read or worked out a moment ago, kept in memory for whoever asks for it again."""
