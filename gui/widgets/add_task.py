"""Run > Add a task: a run goes on with classes that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import (
    METHODS,
    ConfigError,
    DataError,
    DataSettings,
    Extension,
    Source,
    StudioError,
    open_learned,
    plan_extension,
)
from gui.background import submit
from gui.theme import USUAL_SIZE, font_size
from gui.widgets.path_field import PathField

_ABOUT = (
    "A run goes on with classes that it has not seen: months later, on any machine. It needs no pictures of the "
    "classes it knows; where there are some, they show what is forgotten."
)
_SOURCE = "The folder of a run, or a bundle that was exported from one"
_PICTURES = "A folder with one folder a class, such as birds/heron/001.jpg"
_MOST_NAMES = 12
_SETTLE_MS = 300
_SIZE = QSize(640, 340)


class AddTaskDialog(QDialog):
    """Asks for a run and for pictures, says what would be learned, and starts it."""

    start_requested = Signal(object)
    """The Extension."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add a task")
        self._learned: Source | None = None
        self._extension: Extension | None = None
        self._running = False
        self._asked = 0
        """Counts questions to the disk: only the newest answer is shown."""
        self.source = PathField("Run", _SOURCE)
        self.bundle_button = self.source.add_button("Bundle…", "Choose a bundle, a .zip file")
        self.run_button = self.source.add_button("Run folder…", "Choose the folder of a run")
        self.pictures = PathField("New pictures", _PICTURES)
        self.folder_button = self.pictures.add_button("Choose…", "Choose the folder with the new pictures")
        self.preview = QLabel()
        self.start_button = QPushButton("Start")
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self._connect()

    def open_at(self, folder: Path | None, *, running: bool) -> None:
        """Show the dialog for a run, if there is one to begin with."""
        self.set_running(running)
        # Sentences that wrap ask for no height of their own.
        self.resize(self.size().expandedTo(_SIZE * (font_size() / USUAL_SIZE)))
        if folder is not None:
            self.source.edit.setText(str(folder))
        self.open()
        (self.pictures if self.source.edit.text() else self.source).edit.setFocus()

    def set_running(self, running: bool) -> None:
        """Say whether a run is on: another cannot be started then."""
        self._running = running
        self._show()

    def _connect(self) -> None:
        self.source.edit.textChanged.connect(self._source_edited)
        self.pictures.edit.textChanged.connect(self._changed)
        self._settle.timeout.connect(self._look)
        self.bundle_button.clicked.connect(self._ask_bundle)
        self.run_button.clicked.connect(lambda: self._ask_folder(self.source))
        self.folder_button.clicked.connect(lambda: self._ask_folder(self.pictures))
        self.start_button.clicked.connect(self._start)

    # --- looking ---

    def _source_edited(self) -> None:
        self._learned = None
        self._changed()

    def _changed(self) -> None:
        self._asked += 1
        self._extension = None
        for field in (self.source, self.pictures):
            field.say("")
        self._show()
        self._settle.start()

    def _look(self) -> None:
        """Read, in the pool, what the run knows and what the pictures would add."""
        source, pictures = self.source.text, self.pictures.text
        if not source:
            return
        asked, learned = self._asked, self._learned

        def look() -> tuple[Source, Extension | StudioError | None]:
            known = learned or open_learned(Path(source).expanduser())
            return known, _planned(known, pictures) if pictures else None

        self.preview.setText("Looking…")
        self._card.show()
        submit(self, look, lambda found: self._found(asked, *found), lambda error: self._refuse(asked, error))

    def _found(self, asked: int, learned: Source, plan: Extension | StudioError | None) -> None:
        if asked != self._asked:
            return
        self._learned = learned
        self.source.say(_known(learned))
        if isinstance(plan, StudioError):
            field = self.pictures if _concerns_pictures(plan) else self.source
            field.say(_sentence(plan), role="error")
        elif plan is not None:
            self._extension = plan
        self._show()

    def _refuse(self, asked: int, error: StudioError) -> None:
        if asked == self._asked:
            self.source.say(_sentence(error), role="error")
            self._show()

    def _show(self) -> None:
        extension = self._extension
        self.preview.setText("" if extension is None else _words(extension))
        self._card.setVisible(extension is not None)
        self.start_button.setEnabled(extension is not None and not self._running)
        waiting = "A run is on; this can be started when it has ended."
        self.start_button.setToolTip(waiting if self._running else "Learn the new classes as a run of its own")

    def _start(self) -> None:
        if self._extension is not None:
            self.start_requested.emit(self._extension)
            self.accept()

    # --- choosing ---

    def _ask_bundle(self) -> None:
        dialog = QFileDialog(self, "Choose a bundle", "", "Bundles (*.zip);;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask(dialog, self.source)

    def _ask_folder(self, field: PathField) -> None:
        dialog = QFileDialog(self, "Choose a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask(dialog, field)

    def _ask(self, dialog: QFileDialog, field: PathField) -> None:
        dialog.fileSelected.connect(field.edit.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        about = QLabel(_ABOUT)
        about.setWordWrap(True)
        self._card = QFrame()
        self._card.setObjectName("card")
        self.preview.setWordWrap(True)
        self.preview.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.preview.setAccessibleName("What will be learned")
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self.preview)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.start_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip("Close without starting (Esc)")
        self.start_button.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        for widget in (about, self.source, self.pictures, self._card):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(buttons)
        self._show()


def _planned(learned: Source, pictures: str) -> Extension | StudioError:
    """Return what the pictures would add, or why they cannot be learned: that the run can be read is known then."""
    try:
        return plan_extension(learned, DataSettings(name="folder", root=str(Path(pictures).expanduser())))
    except StudioError as error:
        return error


def _concerns_pictures(error: StudioError) -> bool:
    if isinstance(error, ConfigError):
        return all(problem.key.startswith(("data.", "split.")) for problem in error.problems)
    return isinstance(error, DataError)


def _sentence(error: StudioError) -> str:
    """Return what is wrong and what to do, without the name of a setting, which the field tells."""
    if not isinstance(error, ConfigError):
        return str(error)
    words = " ".join(f"{problem.sentence} {problem.hint}".rstrip() for problem in error.problems)
    return words[:1].upper() + words[1:]


def _known(learned: Source) -> str:
    config = learned.config
    classes = f"{_count(len(learned.class_names), 'class', 'classes')} in {_count(len(learned.tasks), 'task', 'tasks')}"
    method = METHODS[config.method.name].label
    return f"{method} with the model '{config.model.name}' knows {classes}; accuracy {learned.last:.1f} %."


def _words(extension: Extension) -> str:
    """Return what will be learned, and what will be known of forgetting."""
    new, learned, untested = extension.new, extension.source.class_names, extension.untested
    words = f"Learns {_count(len(new), 'new class', 'new classes')} as task {len(extension.source.tasks) + 1}: "
    words += f"{_named(new)}.\n\n"
    if not untested:
        return words + "Test pictures of all learned classes are here: the charts will show what is forgotten."
    if len(untested) == len(learned):
        return words + "No test pictures of learned classes are here: what is forgotten will not be known."
    return words + (
        f"Of {len(untested)} of {len(learned)} learned classes no test pictures are here: {_named(untested)}. "
        "What is forgotten of them will not be known."
    )


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
