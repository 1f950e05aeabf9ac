"""What carries a run for the window: a thread of its own, a worker process, or somebody else's process."""
