"""Buttons that stand side by side, of which one is down."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QPushButton

from gui.theme import Theme

_HEIGHT: Final = 26


def segment(words: str, name: str) -> QPushButton:
    """Return such a button; `name` is what a screen reader says."""
    button = QPushButton(words)
    button.setCheckable(True)
    button.setFixedHeight(_HEIGHT)
    button.setAutoDefault(False)
    button.setAccessibleName(name)
    return button


def segment_style(theme: Theme) -> str:
    """Return the look of such buttons; Fusion's own hardly shows on a dark window."""
    return f"""
QPushButton {{ background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border};
    border-radius: 4px; padding: 4px 14px; }}
QPushButton:hover, QPushButton:focus {{ border-color: {theme.accent}; }}
QPushButton:checked {{ background: {theme.accent}; color: {theme.accent_text}; border-color: {theme.accent}; }}
QPushButton:checked:focus {{ border-color: {theme.text}; }}
QPushButton:disabled {{ color: {theme.muted}; background: {theme.grid}; }}
"""
