"""A picture from a camera, where Qt's multimedia part is installed and sees one. Nothing here is needed without it."""

from __future__ import annotations

import importlib
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget


def has_camera() -> bool:
    """Tell whether a picture can be taken; for the thread pool, because loading Qt's multimedia part takes a while."""
    try:
        return bool(importlib.import_module("PySide6.QtMultimedia").QMediaDevices.videoInputs())
    except ImportError:
        return False


class CameraDialog(QDialog):
    """Shows what the camera sees; Enter takes it."""

    taken = Signal(QImage)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        media: Any = importlib.import_module("PySide6.QtMultimedia")
        video: Any = importlib.import_module("PySide6.QtMultimediaWidgets")
        self.setWindowTitle("Take a picture")
        self._view = video.QVideoWidget()
        self._view.setMinimumSize(480, 360)
        self._camera = media.QCamera()
        self._capture = media.QImageCapture()
        self._session = media.QMediaCaptureSession()
        self._session.setCamera(self._camera)
        self._session.setImageCapture(self._capture)
        self._session.setVideoOutput(self._view)
        self._capture.imageCaptured.connect(self._take)
        self._capture.errorOccurred.connect(lambda *told: self._complain(str(told[-1])))
        self._camera.errorOccurred.connect(lambda *told: self._complain(str(told[-1])))
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.shutter = buttons.addButton("Take it", QDialogButtonBox.ButtonRole.ActionRole)
        self.shutter.setToolTip("Ask about what the camera sees now (Enter)")
        self.shutter.setDefault(True)
        self.shutter.clicked.connect(lambda: self._capture.capture())
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._view, 1)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.finished.connect(lambda _: self._camera.stop())
        self._camera.start()

    def _take(self, number: int, image: QImage) -> None:
        del number
        self.taken.emit(image.copy())
        self.accept()

    def _complain(self, words: str) -> None:
        self.problem.setText(f"The camera does not work: {words}")
        self.problem.show()
