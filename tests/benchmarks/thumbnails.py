"""How smoothly the thumbnail grid of the Data page scrolls over 50,000 pictures while they are being decoded.

`python -m tests.benchmarks.thumbnails` runs this part alone; it needs no screen.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks import probing

Line = tuple[str, str, str]

PICTURES, CLASSES = 50_000, 100
FRAMES = 600
FRAME_MS = 16


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    for name, found in probing.probe("thumbnails", "--probe").items():
        frames = 1000 * np.array(found["frames"])
        p50, p99 = np.percentile(frames, [50, 99])
        yield (
            f"scroll {PICTURES:,} pictures, {name}",
            f"{len(frames)} frames: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {frames.max():.1f} ms "
            f"(p99 {1000 * np.percentile(found['work'], 99):.1f} ms of the thread's own work); "
            f"{found['decoded']} pictures decoded meanwhile",
            f"{p99:.1f} ms (p99 under 33 ms)",
        )


def probe() -> int:
    """Scroll by program; print the seconds that each frame took, events and painting, and those spent working."""
    from PySide6.QtWidgets import QApplication

    from backend.pictures import Pictures
    from gui import background, theme
    from gui.app import make_app
    from gui.widgets.thumbnail_grid import ThumbnailGrid

    class Photographs(Pictures):
        """JPEG pictures of 160 x 120, decoded from memory as a data set on disk is from its files."""

        def __init__(self) -> None:
            from PIL import Image

            rng = np.random.default_rng(0)
            smooth = rng.integers(0, 255, (20, 12, 16, 3), np.uint8)
            self._files = [_jpeg(Image.fromarray(pixels).resize((160, 120))) for pixels in smooth]
            self.labels = np.sort(rng.integers(0, CLASSES, PICTURES))
            self.names = tuple(f"{i:06}.jpg" for i in range(PICTURES))
            self.decoded = 0

        def load(self, index: int) -> np.ndarray:
            from PIL import Image

            self.decoded += 1
            return np.asarray(Image.open(io.BytesIO(self._files[index % len(self._files)])).convert("RGB"))

    app = make_app()
    theme.apply(app, theme.LIGHT)
    pictures = Photographs()
    grid = ThumbnailGrid()
    grid.resize(900, 700)
    grid.show_pictures(pictures, tuple(f"class {i}" for i in range(CLASSES)))
    grid.show()
    found: dict[str, dict[str, object]] = {}
    bar = grid.verticalScrollBar()
    for name, step in (("by the wheel", 40), ("by dragging the bar", bar.maximum() // FRAMES)):
        before, frames, work = pictures.decoded, [], []
        for frame in range(FRAMES):
            begun, worked = time.perf_counter(), time.thread_time()
            bar.setValue(frame * step)
            QApplication.processEvents()
            work.append(time.thread_time() - worked)
            frames.append(time.perf_counter() - begun)
            time.sleep(max(0.0, FRAME_MS / 1000 - frames[-1]))
        found[name] = {"frames": frames, "work": work, "decoded": pictures.decoded - before}
    grid.hide()
    background.wait()
    print(json.dumps(found))
    return 0


def _jpeg(picture: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG")
    return stream.getvalue()


if __name__ == "__main__":
    if "--probe" in sys.argv:
        sys.exit(probe())
    for line in lines():
        print(" | ".join(line))
