"""Qt item models over `gui.state`."""
