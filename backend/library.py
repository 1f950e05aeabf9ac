"""What can be said of a data set without training on it: found or not, which layout, how many pictures of what.

And how it comes to this machine: fetched, or unpacked from an archive that the user has.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.archives import unpack
from backend.config import DATASETS, DataSettings, RunConfig
from backend.disk import writing
from backend.download import Tick, fetch
from backend.errors import DataError
from backend.gate import Gate
from backend.grown import dataset_of
from backend.pictures import PARTS, Dataset, Part, Pictures
from backend.places import data_folder


@dataclass(frozen=True, slots=True)
class DataReport:
    """A data set as it is on this machine.

    Attributes:
        id: its name in the configuration.
        label: its name in menus.
        found: whether it is there; if not, `problem` and `hint` say what is missing, and where it is expected.
        layout: what was found on disk and which split it makes, in words.
        class_names: in the data set's own order.
        counts: pictures of each class, by part.
        problem: one sentence; empty if found.
        hint: what to do about it.
        folder: where it lies, or would lie after `fetch_data`; empty where nothing is on disk.
        automatic: whether `fetch_data` can get it.
        download_bytes: how much that downloads; 0 where unknown.
        manual: what a person downloads and from where; empty where there is nothing to download.
    """

    id: str
    label: str
    found: bool
    layout: str = ""
    class_names: tuple[str, ...] = ()
    counts: Mapping[Part, tuple[int, ...]] = field(default_factory=dict[Part, tuple[int, ...]])
    problem: str = ""
    hint: str = ""
    folder: str = ""
    automatic: bool = False
    download_bytes: int = 0
    manual: str = ""


def describe(settings: DataSettings) -> DataReport:
    """Look for a data set; reads lists and folders, decodes nothing. Call it off the GUI thread."""
    kind: type[Dataset] = DATASETS[settings.name]
    dataset = kind(settings)
    layout, problem, hint = "", "", ""
    names: tuple[str, ...] = ()
    counts: dict[Part, tuple[int, ...]] = {}
    try:
        names, layout = dataset.class_names, dataset.layout
        counts = {part: _counts(dataset.pictures(part), len(names)) for part in PARTS}
    except DataError as error:
        names, layout, problem, hint = (), "", error.sentence, error.hint
    return DataReport(
        id=kind.id,
        label=kind.label,
        found=not problem,
        layout=layout,
        class_names=names,
        counts=counts,
        problem=problem,
        hint=hint,
        folder=str(dataset.folder or ""),
        automatic=bool(kind.sources),
        download_bytes=sum(source.size for source in kind.sources),
        manual=kind.manual,
    )


def open_pictures(settings: DataSettings, part: Part) -> Pictures:
    """Return the pictures of a part, to look at.

    Raises:
        DataError: the data set is missing.
    """
    return DATASETS[settings.name](settings).pictures(part)


def open_scored(config: RunConfig) -> tuple[Pictures, tuple[str, ...]]:
    """Return the pictures that a run is scored on, those of earlier data sets too, and the classes of their labels.

    Raises:
        DataError: the data set is missing.
    """
    dataset = dataset_of(config)
    return dataset.pictures(config.data.score_on), dataset.class_names


def fetch_data(settings: DataSettings, *, tick: Tick, gate: Gate) -> Path:
    """Download and unpack a data set into `settings.root`, or else the data folder; return its folder there.

    Raises:
        DataError: no machine may fetch it, or what came is not this data set.
        DownloadError: an archive cannot be had.
        ArchiveError: an archive cannot be unpacked.
        StorageError: there is no room.
        Stopped: the gate was closed; what was downloaded is kept, and the next call goes on.
    """
    kind: type[Dataset] = DATASETS[settings.name]
    if not kind.sources:
        hint = f"Download it yourself, then import the archive. {kind.manual}" if kind.manual else ""
        raise DataError(f"{kind.label} cannot be fetched by a program.", hint)
    place = _place(settings)
    if (there := _look_in(place, kind.id)).found:
        return Path(there.folder)
    archives = [fetch(source, place.parent / "downloads", tick=tick, gate=gate) for source in kind.sources]
    folder = _install(archives, place, kind, tick=tick, gate=gate)
    for archive in archives:
        archive.unlink(missing_ok=True)
    return folder


def import_archive(settings: DataSettings, archive: Path, *, tick: Tick, gate: Gate) -> Path:
    """Unpack a tar or zip file into `settings.root`, or else the data folder; return the data set's folder there.

    The folder can be given as `data.root`; for the data sets with a home of their own an empty root finds it too.

    Raises:
        DataError: it is not this data set (what was unpacked is removed again), or the data set is there already.
        ArchiveError: it cannot be unpacked.
        StorageError: there is no room.
        Stopped: the gate was closed; nothing is left.
    """
    kind: type[Dataset] = DATASETS[settings.name]
    place = _place(settings)
    if kind.several:
        place /= archive.name.partition(".")[0] or "pictures"
    if (there := _look_in(place, kind.id)).found:
        hint = "Remove that folder first if you want another copy."
        raise DataError(f"{kind.label} is already in '{there.folder}'.", hint)
    return _install([archive], place, kind, tick=tick, gate=gate)


def _place(settings: DataSettings) -> Path:
    """Return the folder that a data set is put into."""
    return Path(settings.root).expanduser() if settings.root else data_folder() / settings.name


def _install(archives: list[Path], place: Path, kind: type[Dataset], *, tick: Tick, gate: Gate) -> Path:
    """Unpack archives into a folder that other files may lie in; what they added goes again if it is not the data."""
    new = not place.exists()
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
    before = set(place.iterdir())
    complete = False
    try:
        for archive in archives:
            unpack(archive, place, tick=tick, gate=gate)
        report = _look_in(place, kind.id)
        if not report.found:
            names = ", ".join(f"'{archive.name}'" for archive in archives)
            raise DataError(f"{names} does not hold {kind.label}. {report.problem}", report.hint)
        complete = True
        return Path(report.folder)
    finally:
        if not complete:
            _remove({place} if new else set(place.iterdir()) - before)


def _look_in(place: Path, name: str) -> DataReport:
    return describe(DataSettings(name=name, root=str(place)))


def _remove(paths: set[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _counts(pictures: Pictures, classes: int) -> tuple[int, ...]:
    return tuple(np.bincount(pictures.labels, minlength=classes).tolist())
