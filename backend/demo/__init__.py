"""The drawn world and the demo model: what DMC Studio runs on when there is nothing to download."""
