"""What the window knows, as plain Python without Qt."""
