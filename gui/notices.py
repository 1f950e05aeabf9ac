"""Speaks up when long work is done and nobody is looking: the desktop's message, or the window asks for attention."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from gui.icons import icon
from gui.preferences import Preferences

_SHOWN_MS = 10_000


class Notices(QObject):
    """Says nothing while its window has the keyboard: the status bar says the same there."""

    def __init__(self, window: QMainWindow, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._tray: QSystemTrayIcon | None = None
        self._act: Callable[[], None] = lambda: None

    def tell(self, title: str, text: str, act: Callable[[], None] = lambda: None) -> bool:
        """Tell that something is done; a click brings the window to the front and calls `act`.

        Returns:
            Whether anybody was told: False in front of a window that is looked at, and where notices are off.
        """
        if not self._preferences.notify or QApplication.activeWindow() is not None:
            return False
        self._act = act
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._shown_tray().showMessage(title, text, icon("app"), _SHOWN_MS)
        QApplication.alert(self._window)
        return True

    def come_forward(self) -> None:
        """Bring the window to the front and show what the last message was about."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        act, self._act = self._act, lambda: None
        act()

    def close(self) -> None:
        """Take the tray icon away."""
        if self._tray is not None:
            self._tray.hide()

    def _shown_tray(self) -> QSystemTrayIcon:
        """Return the icon in the tray; it is there only after there was something to say."""
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("app"), self)
            self._tray.setToolTip("DMC Studio")
            self._tray.messageClicked.connect(self.come_forward)
            self._tray.activated.connect(lambda _: self.come_forward())
        self._tray.show()
        return self._tray
