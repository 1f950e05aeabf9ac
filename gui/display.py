"""Is there a display, and does Qt find what it needs to use it?"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping

_NEEDED = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's X11 plug-in loads, and the Debian package that has it. Qt's own message names the wrong library."""
BARE = "libgl1 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon0 libglib2.0-0"
"""What Qt needs before any window, on a bare Debian."""


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
    missing: list[str] = []
    for library, package in _NEEDED.items():
        try:
            load(library)
        except OSError:
            missing.append(package)
    return tuple(missing)
