"""Where things lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "dmc-studio"


def runs_folder() -> Path:
    """Return where runs go by default; the environment variable DMC_STUDIO_RUNS overrides it."""
    override = os.environ.get("DMC_STUDIO_RUNS")
    return Path(override) if override else platformdirs.user_data_path(_APP, appauthor=False) / "runs"


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


def index_folder() -> Path:
    """Return where the indexes of run lists are put; they can be made again."""
    return cache_folder() / "runs"
