"""Which device a run is on, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from backend.api import RunConfig, RunStarted
from gui.state.log import device_words

_MOST = 64


class DeviceLabel(QLabel):
    """Before a run: what was asked for. During one: what was chosen, with the reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(8, 0, 8, 0)
        self.show_asked(None)

    def show_asked(self, config: RunConfig | None) -> None:
        """Show what the form asks for; what `auto` means is known once a run starts and torch is loaded."""
        asked = config.run.device if config else "auto"
        self._say("auto (chosen when a run starts)" if asked == "auto" else asked)

    def show_chosen(self, started: RunStarted) -> None:
        """Show what a run is on."""
        self._say(device_words(started))

    def _say(self, words: str) -> None:
        text = f"Device: {words}"
        self.setText(text if len(text) <= _MOST else text[: _MOST - 1] + "…")
        self.setToolTip(text)
        self.setAccessibleName(text)
