"""What DMC is; and what it is not, since two methods share the letters."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.theme import USUAL_SIZE, font_size

_TITLE = "Preserving Cross-Modal Consistency for CLIP-based Class-Incremental Learning"
_ADDRESS = "https://arxiv.org/abs/2511.10974"
_TEXT = f"""
<p>DMC Studio trains CLIP on classes that arrive task by task, and shows what is learned and what is forgotten.</p>
<p><b>DMC and DMC-OT</b> are the methods of Chen, Xu, Goldblum, Dong and Wu,
“{_TITLE}”, 2025, <a href="{_ADDRESS}">arXiv 2511.10974</a>: the image tower adapts while the text is frozen, then text
prompts are learned while the images are frozen, with features replayed from stored class statistics. DMC-OT also brings
those statistics up to date with optimal transport.</p>
<p>It is <b>not Deep Model Consolidation</b>, an older method with the same three letters.</p>
<p>Details that the paper's abstract leaves open are choices of this program; the help of each method names them.</p>
"""


class AboutDialog(QDialog):
    """Name, version, the paper, and the other DMC."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About DMC Studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(round(520 * font_size() / USUAL_SIZE))
        title = QLabel("DMC Studio")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        release = QLabel(_version())
        release.setProperty("role", "muted")
        self.text = QLabel(_TEXT)
        self.text.setWordWrap(True)
        self.text.setOpenExternalLinks(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.setAccessibleName("About DMC")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip("Close (Esc)")
        close.setFocus()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(4)
        for widget in (title, release, self.text):
            layout.addWidget(widget)
        layout.addSpacing(12)
        layout.addWidget(buttons)


def _version() -> str:
    try:
        return f"Version {version('dmc-studio')}"
    except PackageNotFoundError:
        return "From a source folder"
