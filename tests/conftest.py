"""What every test gets: no screen, one quiet OpenMP, and a home of its own instead of the user's."""

from __future__ import annotations

import gc
import os
import tempfile

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["DMC_STUDIO_PROBE"] = "off"  # no window of a test measures the machine unasked

# Before any test module is imported: some names of folders are made at import.
_home = tempfile.TemporaryDirectory(prefix="dmc-studio-tests-")
for _folder in ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME", "DOCUMENTS_DIR"):
    os.environ[f"XDG_{_folder}"] = os.path.join(_home.name, _folder.lower())  # noqa: PTH118 - the environment holds text

# A busy machine is slow, not wrong. What CI sets for Hypothesis stays.
settings.register_profile("studio", deadline=None)
settings.load_profile("studio")


def pytest_collection_finish() -> None:
    """Keep the collector from going through all of torch, again and again: what was imported stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    _home.cleanup()
