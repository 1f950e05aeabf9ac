"""DMC: two stages, each with the other modality frozen."""

from __future__ import annotations

from backend.config import METHODS, knob
from backend.stages.two_stage import TwoStage, TwoStageSettings


class DmcSettings(TwoStageSettings):
    """DMC-OT's settings with both of its additions off."""

    calibrator: str = knob(
        "none", "Calibration", "How stored class statistics follow the image tower when it moves.", menu="calibrators"
    )
    task_prompts: bool = knob(False, "Task-specific prompts", "Give the classes of each task a context of their own.")


@METHODS.register
class Dmc(TwoStage):
    """Adapt vision against frozen text, then learn one shared prompt context with replayed class Gaussians."""

    id = "dmc"
    label = "DMC"
    help = (
        "Decoupled multi-modal consistency (arXiv 2511.10974, our reading): adapt the image tower against frozen text, "
        "then learn prompts with replay from stored class Gaussians."
    )
    rank = 11
    Settings = DmcSettings
