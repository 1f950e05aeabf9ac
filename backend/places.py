"""Where things lie on this machine."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_APP = "dmc-studio"


def data_folder() -> Path:
    """Return where data sets are put that have no folder of their own."""
    return platformdirs.user_data_path(_APP) / "data"


def models_folder() -> Path:
    """Return where downloaded weights are put."""
    return platformdirs.user_data_path(_APP) / "models"


def log_folder() -> Path:
    """Return where the window writes down what it noticed of itself."""
    return platformdirs.user_log_path(_APP)


def cache_folder() -> Path:
    """Return where things are put that can be made again."""
    return platformdirs.user_cache_path(_APP)
