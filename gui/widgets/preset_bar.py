"""The menu of ready-made configurations, with the reason to choose the one on show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from backend.api import Preset, RunConfig


class PresetBar(QWidget):
    """Names the preset that equals the draft; with any change it says which one the draft came from."""

    chosen = Signal(object)
    """RunConfig of a preset that the user picked."""

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = tuple(presets)
        self._origin: Preset | None = None
        self.menu = QComboBox()
        self.reason = QLabel()
        self._fill()
        self._lay_out()
        self.menu.activated.connect(lambda row: self.chosen.emit(self._presets[row].config))

    def show_config(self, config: RunConfig | None) -> None:
        """Show which preset a draft is, or which it came from."""
        row = next((row for row, preset in enumerate(self._presets) if preset.config == config), -1)
        self.menu.setCurrentIndex(row)
        if row >= 0:
            self._origin = self._presets[row]
            self.reason.setText(self._origin.help)
        else:
            self.reason.setText(f"Changed from “{self._origin.label}”." if self._origin else "Settings of your own.")

    def forget_origin(self) -> None:
        """Take what is shown next as the user's own settings, e.g. those of an old run."""
        self._origin = None

    def _fill(self) -> None:
        for preset in self._presets:
            self.menu.addItem(preset.label)
            self.menu.setItemData(self.menu.count() - 1, preset.help, Qt.ItemDataRole.ToolTipRole)
        self.menu.setPlaceholderText("Custom")
        self.menu.setAccessibleName("Preset")
        self.menu.setToolTip("Fill in a ready-made configuration; replaces every setting below")
        self.menu.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.menu.setMinimumContentsLength(12)
        self.menu.view().setMinimumWidth(self.menu.view().sizeHintForColumn(0) + 24)

    def _lay_out(self) -> None:
        label = QLabel("Preset")
        label.setBuddy(self.menu)
        self.reason.setWordWrap(True)
        self.reason.setProperty("role", "muted")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.menu, 0, 1)
        grid.addWidget(self.reason, 1, 0, 1, 2)
