"""The banner: what is cut is cut where it hurts least, and its kind is told by more than a colour."""

from __future__ import annotations

import pytest

from gui import theme
from gui.widgets.banner import Banner, Offer
from gui.widgets.wrapped import LINES, WrappedLabel

PATH = "/media/ana/A disk with a name/" + "a-very-long-folder-name/" * 8 + "state.safetensors"
LONG = f"Paused: '{PATH}' cannot be written: its folder is gone. Put it back."


@pytest.fixture
def label(qtbot):
    made = WrappedLabel()
    qtbot.addWidget(made)
    made.show()
    return made


def width_of(label, letters):
    return label.fontMetrics().horizontalAdvance("n" * letters)


def test_a_text_that_fits_is_shown_as_it_is(label):
    label.resize(width_of(label, 60), 40)
    label.setText("The disk is full. Free some space.")
    assert label.painted() == label.text()
    assert label.toolTip() == ""
    assert label.heightForWidth(label.width()) == label.fontMetrics().lineSpacing()


def test_a_long_path_is_cut_before_the_sentence_is(label):
    label.resize(width_of(label, 60), 40)
    label.setText(LONG)
    painted = label.painted()
    assert painted.startswith("Paused: '/media/ana/")
    assert painted.endswith("state.safetensors' cannot be written: its folder is gone. Put it back.")
    assert "…" in painted
    assert label.toolTip() == LONG
    assert label.text() == LONG


def test_what_does_not_fit_at_all_ends_in_dots(label):
    label.resize(width_of(label, 30), 40)
    label.setText(LONG)
    assert label.painted().startswith("Paused: '/media/ana/")
    assert label.painted().endswith("…")
    assert label.heightForWidth(label.width()) == LINES * label.fontMetrics().lineSpacing()


def test_one_endless_word_is_broken_and_cut(label):
    label.resize(width_of(label, 20), 40)
    label.setText("x" * 500)
    assert 20 < len(label.painted()) < 100


def test_more_room_brings_the_rest_back(label):
    label.resize(width_of(label, 30), 40)
    label.setText(LONG)
    label.resize(width_of(label, 400), 40)
    assert label.painted() == LONG
    assert label.toolTip() == ""


@pytest.fixture
def banner(qtbot, qapp):
    theme.apply(qapp, theme.LIGHT)
    made = Banner()
    qtbot.addWidget(made)
    made.resize(700, 40)
    made.set_theme(theme.LIGHT)
    return made


def test_a_banner_is_as_high_as_its_two_lines(banner):
    banner.offer("Short.", Offer("Go", "Goes", lambda: None))
    low = banner.heightForWidth(500)
    banner.offer(LONG, Offer("Go", "Goes", lambda: None))
    margins = banner.layout().contentsMargins()
    lines = LINES * banner.text.fontMetrics().lineSpacing()
    assert banner.heightForWidth(500) >= lines + margins.top() + margins.bottom()
    assert banner.heightForWidth(500) > low


def test_a_warning_has_another_sign_another_border_and_another_name(banner):
    go = Offer("Go", "Goes", lambda: None)
    banner.offer("The run can go on.", go)
    mark, info = banner._mark, banner._mark.pixmap().toImage()
    assert mark.accessibleName() == "Info"
    assert theme.LIGHT.accent in banner.styleSheet()
    banner.offer("The disk is full.", go, kind="warning")
    assert mark.accessibleName() == "Warning"
    assert mark.pixmap().toImage() != info
    assert theme.LIGHT.warn in banner.styleSheet()
    banner.set_theme(theme.DARK)
    assert theme.DARK.warn in banner.styleSheet()
    banner.offer("The run can go on.", go)
    assert mark.accessibleName() == "Info"
