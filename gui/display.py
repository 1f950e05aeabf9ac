"""Is there a display, and does Qt find what it needs to use it?"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping

from backend.api import QT_X11, missing_libraries


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether a window can be seen; `platform` as in `sys.platform`."""
    if environment.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return False
    return platform != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def missing_packages(
    environment: Mapping[str, str], platform: str, load: Callable[[str], object] = ctypes.CDLL
) -> tuple[str, ...]:
    """Return the Debian packages without which Qt would abort on this X11 display."""
    if platform != "linux" or environment.get("QT_QPA_PLATFORM") or environment.get("WAYLAND_DISPLAY"):
        return ()
    return tuple(missing_libraries(QT_X11, platform, load).values())
