"""DMC Studio's backend: runs headless and knows nothing of Qt."""

import os

# Spinning OpenMP threads starve the window: must be set before torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
