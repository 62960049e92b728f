"""What keeps the service answering however much is asked: bounds, lines, deadlines."""
