"""The menus of ready-made configurations and of the field's two settings, with the reason to choose what is on show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from backend.api import SETTINGS, Preset, RunConfig, apply_setting, setting_of


class PresetBar(QWidget):
    """Names the preset that equals the draft, or the one that it came from, and the setting that the draft follows."""

    chosen = Signal(object)
    """RunConfig of the preset that the user picked."""
    adjusted = Signal(object)
    """RunConfig with the setting that the user picked."""

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = tuple(presets)
        self._origin: Preset | None = None
        self._config: RunConfig | None = None
        self.menu = QComboBox()
        self.setting = QComboBox()
        self.reason = QLabel()
        self._fill()
        self._lay_out()
        self._fill_setting()
        self.menu.activated.connect(lambda row: self.chosen.emit(self._presets[row].config))
        self.setting.activated.connect(self._choose_setting)

    def show_config(self, config: RunConfig | None) -> None:
        """Show which preset a draft is, or which it came from."""
        self._config = config
        self.setting.setEnabled(config is not None)
        self.setting.setCurrentIndex(self.setting.findData(setting_of(config) if config else None))
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

    def _choose_setting(self, row: int) -> None:
        if self._config is not None:
            self.adjusted.emit(apply_setting(self._config, self.setting.itemData(row)))

    def _fill_setting(self) -> None:
        for id_, setting in SETTINGS.items():
            self.setting.addItem(setting.label, id_)
            self.setting.setItemData(self.setting.count() - 1, setting.help, Qt.ItemDataRole.ToolTipRole)
        self.setting.setPlaceholderText("Custom")
        self.setting.setAccessibleName("Setting")
        self.setting.setToolTip(
            "The two protocols of the field: fixes weights, transform, prompt and class order together. "
            "With any of them changed, numbers can no longer be compared: Custom"
        )
        self.setting.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setting.setMinimumContentsLength(12)

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
        label, setting = QLabel("Preset"), QLabel("Setting")
        label.setBuddy(self.menu)
        setting.setBuddy(self.setting)
        self.reason.setWordWrap(True)
        self.reason.setProperty("role", "muted")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.menu, 0, 1)
        grid.addWidget(setting, 1, 0)
        grid.addWidget(self.setting, 1, 1)
        grid.addWidget(self.reason, 2, 0, 1, 2)
