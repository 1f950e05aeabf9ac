"""All that a run has learned as one file (see `backend.bundle`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend import bundle, checkpoint
from backend.checkpoint import MANIFEST, STATE
from backend.config import parse_config, to_toml
from backend.errors import CheckpointError
from backend.exports.results import as_json, classes, newest, result_of

_README: Final = """A run of DMC Studio after task {task}: {count} classes, {method} on {dataset}.

Classify pictures:

    dmc-studio predict THIS_FILE.zip picture.png

Go on with new classes, on this machine or another (in the window: Run > Add a task):

    dmc-studio extend THIS_FILE.zip --root new-pictures --out grown

Both start from the weights that the run started from, {weights}; they are not in here and are loaded by that name.
Their hash must be {hash}.

state.safetensors has what was learned, manifest.json what it means, config.toml the settings, result.json the numbers,
classes.json the classes in the order of the classifier's rows, bundle.json the size and hash of each of these.
"""


def packed(folder: Path) -> bytes:
    """Return a bundle of a run's newest checkpoint.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: the checkpoint is too large, or went away meanwhile.
    """
    path = newest(folder).path
    try:
        manifest, state = (path / MANIFEST).read_bytes(), (path / STATE).read_bytes()
    except OSError as error:
        sentence = f"'{path}' cannot be read: {error.strerror}."
        raise CheckpointError(sentence, "If the run is still on, export it again.") from error
    saved = checkpoint.read(manifest, state, str(path))
    config, result = parse_config(saved.manifest["config"]), result_of(folder, saved)
    readme = _README.format(
        task=saved.task + 1,
        count=len(saved.manifest["class_names"]),
        method=config.method.name,
        dataset=config.data.name,
        weights=result["weights"].rpartition(":")[0],
        hash=saved.manifest["weights"],
    )
    members = {
        MANIFEST: manifest,
        STATE: state,
        bundle.CONFIG: to_toml(config).encode(),
        bundle.RESULT: as_json(result),
        bundle.CLASSES: as_json(classes(saved, result)),
        bundle.README: readme.encode(),
    }
    return bundle.pack(folder.resolve().name, members)
