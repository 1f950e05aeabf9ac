"""One ONNX file of image tower and classifier, compared with PyTorch before it is written.

Input `pixels` (n, 3, size, size) float32: pictures prepared as `preprocess` in the metadata says. Outputs `logits` and
`probabilities` (n, classes). The metadata has the classes in the order of these columns, and how far the file's logits
were from PyTorch's. Anything above `LIMIT` is not written.

Run as a program with a run folder and the file to write, it tells its steps as lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.answering import trained
from backend.checkpoint import Checkpoint
from backend.disk import write_atomic
from backend.encoders import tuning
from backend.encoders.clip import ClipEncoder, preprocessing
from backend.errors import ConfigError, ExportError, StudioError
from backend.exports.results import classes, newest, result_of
from backend.units import size

LIMIT: Final = 1e-3
"""Largest difference of a logit that is accepted."""
OPSET: Final = 18
BATCHES: Final = (1, 2, 5)
"""Sizes of the batches that are compared."""
_MOST_BYTES: Final = 2_000_000_000
"""An ONNX file holds no more."""
_WEIGHTS: Final = "Export the checkpoint instead: open_clip loads it."


class Classifier(nn.Module):
    """Image tower, adapter and classifier in one: pixels `(n, 3, size, size)` to logits and probabilities `(n, c)`."""

    def __init__(self, encoder: ClipEncoder, text_features: Tensor, scale: float) -> None:
        super().__init__()
        tuning.merge(encoder.model.visual)
        self.visual = encoder.model.visual
        self.adapter = encoder.adapter
        self.scale = scale
        self.text_features = nn.Buffer(text_features)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits and probabilities of prepared pictures."""
        features = F.normalize(self.adapter(self.visual(pixels)), dim=-1)
        logits = self.scale * features @ self.text_features.T
        return logits, logits.softmax(dim=-1)


def made(saved: Checkpoint, about: dict[str, Any], tell: Callable[[str], None]) -> bytes:
    """Return the ONNX file of a checkpoint.

    Args:
        saved: the checkpoint.
        about: what classes.json says.
        tell: told in words what is done now and, at last, the largest difference from PyTorch.

    Raises:
        ExportError: the tower cannot be written as ONNX, or the file's logits are too far from PyTorch's.
        CheckpointError: the weights that it was trained from have changed.
    """
    import onnx

    tell("Loading the model")
    encoder = trained(saved, torch.device("cpu"))
    module = Classifier(encoder, saved.tensors["classifier"], float(saved.tensors["scale"])).eval()
    if (weight := sum(value.nbytes for value in module.state_dict().values())) > _MOST_BYTES:
        raise ExportError(f"An ONNX file holds at most 2 GB; this model has {size(weight)}.", _WEIGHTS)
    tell("Writing the graph")
    graph = _graph(module, encoder.size)
    tell("Comparing with PyTorch")
    difference = largest_difference(graph.SerializeToString(), module, encoder.size)
    if not difference <= LIMIT:
        sentence = f"The ONNX file was not kept: its logits differ from PyTorch's by {difference:.2g}, over {LIMIT:g}."
        raise ExportError(sentence, _WEIGHTS)
    facts = {
        "format": "dmc-studio onnx 1",
        "classes": about,
        "preprocess": {"size": encoder.size, **preprocessing(encoder), "values": "RGB, 0 to 1, then (x - mean) / std"},
        "compared": {"largest_difference": difference, "limit": LIMIT, "batches": BATCHES},
    }
    onnx.helper.set_model_props(graph, {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()})
    tell(f"Largest difference from PyTorch: {difference:.1e} (up to {LIMIT:g} is accepted)")
    return graph.SerializeToString()


def _graph(module: Classifier, side: int) -> Any:  # noqa: ANN401 - an onnx.ModelProto
    try:
        program = torch.onnx.export(
            module,
            (torch.zeros(2, 3, side, side),),
            dynamo=True,
            input_names=["pixels"],
            output_names=["logits", "probabilities"],
            dynamic_shapes={"pixels": {0: torch.export.Dim("batch")}},
            opset_version=OPSET,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        first = str(error).strip().splitlines()[0].rstrip(".")
        raise ExportError(f"This image tower cannot be written as ONNX: {first}.", _WEIGHTS) from error
    assert program is not None
    return program.model_proto


def largest_difference(graph: bytes, module: nn.Module, side: int) -> float:
    """Return how far an ONNX file's logits are from a module's at most, on batches of seeded noise."""
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    differences: list[float] = []
    for count in BATCHES:
        pixels = torch.randn(count, 3, side, side, generator=generator)
        with torch.no_grad():
            expected = module(pixels)[0].numpy()
        got: Any = session.run(["logits"], {"pixels": pixels.numpy()})[0]
        differences.append(float(np.abs(got - expected).max()))
    return float(np.max(differences))  # which keeps a NaN


def main(folder: str, to: str) -> int:
    """Write the file; tell the steps, or what went wrong, on stdout; return the exit code."""
    lines = sys.stdout

    def say(*words: str) -> None:
        print(json.dumps(words), file=lines, flush=True)

    with contextlib.redirect_stdout(sys.stderr):
        try:
            saved = newest(Path(folder))
            about = classes(saved, result_of(Path(folder), saved))
            write_atomic(Path(to), made(saved, about, lambda words: say("tell", words)))
        except StudioError as error:
            kind = ExportError if isinstance(error, ConfigError) else type(error)  # which is not made of two texts
            say(kind.__name__, error.sentence, error.hint)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
