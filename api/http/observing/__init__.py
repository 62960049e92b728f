"""What the service tells of itself: metrics, and a log of requests."""
