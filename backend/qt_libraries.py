"""The shared libraries that Qt loads on Linux, and the Debian packages that have them. Plain data: no Qt here."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping
from typing import Final

APT: Final = "apt-get install -y --no-install-recommends"

QT_BASE: Final[Mapping[str, str]] = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt needs before any window, even one that nobody sees."""

QT_X11: Final[Mapping[str, str]] = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's X11 plug-in loads on top. Qt's own message names the wrong library."""


def missing_libraries(
    needed: Mapping[str, str], platform: str = sys.platform, load: Callable[[str], object] = ctypes.CDLL
) -> dict[str, str]:
    """Return the libraries that cannot be loaded, with the Debian package of each; on Linux only."""
    missing: dict[str, str] = {}
    for library, package in needed.items() if platform == "linux" else ():
        try:
            load(library)
        except OSError:
            missing[library] = package
    return missing
