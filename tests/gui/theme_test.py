from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontInfo, QIcon
from PySide6.QtWidgets import QApplication

from gui import icons, theme

ICONS = [
    *("start", "pause", "resume", "stop", "add", "export", "folder", "copy", "reset", "sun", "moon", "settings"),
    *("run-done", "run-failed", "run-stopped", "run-running", "warning", "error", "info", "search", "document"),
    *("more", "app"),
]
THEMES = [theme.LIGHT, theme.DARK]


def luminance(colour: str) -> float:
    parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("worn", THEMES, ids=lambda t: t.name)
def test_text_can_be_read(worn: theme.Theme) -> None:
    for ground in (worn.window, worn.base, worn.surface):
        assert contrast(worn.text, ground) >= 7
        for token in ("muted", "accent", "ok", "warn", "error"):
            assert contrast(getattr(worn, token), ground) >= 4.5, (token, ground)
    assert contrast(worn.accent_text, worn.accent) >= 4.5


@pytest.mark.parametrize("worn", THEMES, ids=lambda t: t.name)
def test_lines_can_be_told_apart(worn: theme.Theme) -> None:
    assert len(worn.series) == len(set(worn.series)) == 8
    assert all(contrast(colour, worn.surface) >= 3 for colour in worn.series)
    assert len({worn.style(index) for index in range(64)}) == 64
    assert len({worn.style(index)[1] for index in range(8)}) == 8


def test_dark_is_dark() -> None:
    assert theme.DARK.dark
    assert not theme.LIGHT.dark


@pytest.mark.parametrize("worn", THEMES, ids=lambda t: t.name)
def test_apply(qapp: QApplication, worn: theme.Theme) -> None:
    theme.apply(qapp, worn)
    assert theme.current() is worn
    assert qapp.palette().window().color().name() == worn.window
    assert QFontInfo(qapp.font()).family() == theme.FONT
    assert QFontInfo(theme.monospace()).family() == theme.MONOSPACE
    theme.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize("worn", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("kind", ["QCheckBox", "QAbstractSpinBox", "QComboBox"])
def test_fields_can_be_seen(qapp: QApplication, worn: theme.Theme, kind: str) -> None:
    theme.apply(qapp, worn)
    outline = QApplication.palette(kind).window().color().darker(140).name()  # as Fusion draws it
    assert contrast(outline, worn.base) >= (3 if worn.dark else 2)
    theme.apply(qapp, theme.LIGHT)


def test_every_icon_is_there() -> None:
    assert set(ICONS) <= set(icons.names())


def test_icons_are_drawn_and_follow_the_theme(qapp: QApplication) -> None:
    pictures = {}
    for worn in THEMES:
        theme.apply(qapp, worn)
        pictures[worn.name] = {name: icons.icon(name).pixmap(20, 20).toImage() for name in ICONS}
    theme.apply(qapp, theme.LIGHT)
    for name, picture in pictures["light"].items():
        assert any(picture.pixelColor(x, y).alpha() > 200 for x in range(20) for y in range(20)), name
        assert (picture == pictures["dark"][name]) == (name == "app"), name


def test_a_disabled_icon_is_paler(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    made = icons.icon("start")
    assert made.pixmap(20, 20).toImage() != made.pixmap(20, 20, QIcon.Mode.Disabled).toImage()


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")
