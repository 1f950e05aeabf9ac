"""Settings of the two stages, shared by the methods that use them. No torch here: forms are made from these."""

from __future__ import annotations

from backend.config import MethodSettings, knob


class AdaptSettings(MethodSettings):
    """Stage 1: the image tower moves, the text stands still."""

    epochs: int = knob(3, "Epochs", "Passes over the task's pictures in stage 1.", unit="epochs", ge=1, le=1000)
    learning_rate: float = knob(1.5e-3, "Learning rate", "Of stage 1 (AdamW, cosine to 0).", advanced=True, gt=0, le=1)
    weight_decay: float = knob(0.0, "Weight decay", "Of stage 1.", advanced=True, ge=0, le=1)
    jitter: int = knob(
        3, "Jitter", "Largest random shift of a training picture.", unit="pixels", advanced=True, ge=0, le=64
    )


class AlignSettings(MethodSettings):
    """Stage 2: soft prompts move, the image tower stands still."""

    prompt_steps: int = knob(100, "Prompt steps", "Steps of stage 2 in each task.", unit="steps", ge=1, le=100_000)
    prompt_learning_rate: float = knob(
        0.004, "Prompt learning rate", "Of stage 2 (Adam, cosine to 0).", advanced=True, gt=0, le=1
    )
    prompt_batch: int = knob(
        256,
        "Prompt batch",
        "Features a step of stage 2, balanced over all classes seen.",
        unit="features",
        advanced=True,
        ge=1,
    )
    prompt_length: int = knob(
        0, "Prompt length", "Context vectors, shared and task-specific each; 0: as many as the template has words.",
        unit="vectors", zero="as the template", advanced=True, ge=0, le=32,
    )  # fmt: skip


class MemorySettings(MethodSettings):
    """What is stored of a class."""

    covariance_rank: int = knob(
        0,
        "Covariance rank",
        "0 stores full covariances; r stores r directions and a diagonal.",
        zero="full",
        advanced=True,
        ge=0,
        le=4096,
    )
