"""DMC-OT: DMC with optimal-transport calibration and task-specific prompts."""

from __future__ import annotations

from backend.config import METHODS
from backend.stages.two_stage import TwoStage, TwoStageSettings


@METHODS.register
class DmcOt(TwoStage):
    """DMC, whose stored statistics follow the image tower, and whose tasks have prompt contexts of their own."""

    id = "dmc_ot"
    label = "DMC-OT"
    help = (
        "DMC plus two things (arXiv 2511.10974, our reading): stored class statistics are pushed along by optimal "
        "transport when the image tower moves, and each task has prompt contexts of its own."
    )
    rank = 10
    Settings = TwoStageSettings
