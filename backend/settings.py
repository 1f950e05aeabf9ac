"""The settings of each section of run.toml, with all that a form, the help and an error need to know of them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Settings(BaseModel):
    """A group of settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, allow_inf_nan=False, strict=True)


Menu = Literal[
    "", "methods", "datasets", "calibrators", "models", "orders", "devices", "splits", "templates", "transforms"
]
"""A list of choices for a text field (see `api.Catalogue.menu`)."""


def knob(
    default: Any,  # noqa: ANN401
    label: str,
    help: str,
    *,
    unit: str = "",
    zero: str = "",
    menu: Menu = "",
    advanced: bool = False,
    **limits: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Declare a setting with what a form shows of it.

    Args:
        default: the value of the demo preset.
        label: two or three words.
        help: one sentence: what it does and when to change it.
        unit: shown behind the field, e.g. "pictures".
        zero: shown instead of 0, where 0 is no number of `unit`.
        menu: which catalogue lists the values to choose from, for a text field.
        advanced: folded away at first.
        limits: pydantic constraints such as `ge` and `le`.
    """
    extra: dict[str, Any] = {"label": label, "unit": unit, "zero": zero, "menu": menu, "advanced": advanced}
    return Field(default=default, description=help, json_schema_extra=extra, **limits)


class DataSettings(Settings):
    """Which pictures."""

    title: ClassVar[str] = "Data"
    name: str = knob("drawn", "Data set", "The pictures and classes to learn.", menu="datasets")
    root: str = knob("", "Folder", "Where the data set lies; empty: the data folder of DMC Studio.", advanced=True)
    score_on: Literal["test", "validation"] = knob(
        "test", "Score on", "Choose settings on validation pictures; report on test pictures.", advanced=True
    )
    split: str = knob(
        "auto",
        "Test pictures",
        "Which pictures test: 'official' where the data set has a split of its own, 'folders' where train and test lie "
        "apart, 'seeded' for a draw in equal shares of every class, or the path of a list file; 'auto' takes the first "
        "of these that there is.",
        menu="splits",
        advanced=True,
    )
    split_seed: int = knob(0, "Draw's seed", "Seed of a seeded split.", advanced=True, ge=0, le=2**31 - 1)
    test_share: float = knob(
        0.2, "Test share", "Share of every class's pictures that a seeded split tests on.", advanced=True, gt=0, lt=1
    )
    template: str = knob(
        "",
        "Prompt",
        "Words around a class name, with {} for the name; empty: the data set's own; 'ensemble': the mean over the "
        "data set's published list.",
        menu="templates",
        advanced=True,
    )

    @field_validator("template")
    @classmethod
    def _has_a_place(cls, template: str) -> str:
        if template not in {"", "ensemble"} and template.count("{}") != 1:
            msg = "needs {} once, where the class name goes"
            raise ValueError(msg)
        return template


class SplitSettings(Settings):
    """How classes are dealt to tasks."""

    title: ClassVar[str] = "Split"
    initial_classes: int = knob(
        0,
        "Classes in task 1",
        "How many classes the first task holds; 0: as many as every other.",
        unit="classes",
        zero="as the others",
        ge=0,
    )
    classes_per_task: int = knob(
        8, "Classes a task", "How many classes each task adds; the last may be smaller.", unit="classes", ge=1
    )
    order: str | int | tuple[str, ...] = knob(
        "seeded",
        "Class order",
        "'seeded' shuffles by the run's seed, 'natural' keeps the data set's order, 'published' takes the data set's "
        "list from the literature (setting A), a number shuffles as "
        "numpy.random.seed(number) does (1993 is customary), a list names every class.",
        menu="orders",
    )
    sizes: tuple[Annotated[int, Field(ge=1)], ...] = knob(
        (),
        "Sizes of tasks",
        "How many classes each task holds, one number a task; empty: as the two settings above say.",
        advanced=True,
    )

    @field_validator("order", "sizes", mode="before")
    @classmethod
    def _freeze(cls, value: Any) -> Any:  # noqa: ANN401
        return tuple(value) if isinstance(value, list) else value


Tuning = Literal["lora", "full", "adapter", "none"]


class ModelSettings(Settings):
    """Which image-text model, and which of its weights move."""

    title: ClassVar[str] = "Model"
    name: str = knob("demo", "Model", "'demo', any open_clip architecture, or local-dir:FOLDER.", menu="models")
    pretrained: str = knob(
        "",
        "Weights",
        "open_clip tag or weights file; empty: those of the local directory; 'random': untrained, a control.",
        advanced=True,
    )
    transform: Literal["crop", "squash"] = knob(
        "crop",
        "Transform",
        "crop: shorter side to the model's size, then the centre; squash: both sides to it. Bicubic, the same for "
        "training and test.",
        menu="transforms",
        advanced=True,
    )
    tuning: Tuning = knob(
        "lora",
        "Vision tuning",
        "What moves in the image tower: LoRA on attention, everything (full), a linear adapter after it, or nothing.",
    )
    lora_rank: int = knob(8, "LoRA rank", "Rank of each low-rank update.", advanced=True, ge=1, le=256)
    lora_on: Literal["kv", "qkv", "attention", "all"] = knob(
        "all",
        "LoRA on",
        "Which matrices get an update: keys and values; queries too; the attention output too; or the MLP as well.",
        advanced=True,
    )


class RunSettings(Settings):
    """On what, and how exactly."""

    title: ClassVar[str] = "Run"
    seed: int = knob(0, "Seed", "Every draw of the run comes from it.", ge=0, le=2**31 - 1)
    device: str = knob(
        "auto", "Device", "auto, cpu, cuda or cuda:N.", menu="devices", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$"
    )
    precision: Literal["fp32", "bf16", "fp16"] = knob(
        "fp32",
        "Precision",
        "Numbers of the image tower in training; bf16 and fp16 need a GPU to be fast.",
        advanced=True,
    )
    batch_size: int = knob(
        48, "Batch size", "Pictures a step of stage 1.", unit="pictures", advanced=True, ge=1, le=4096
    )
    threads: int = knob(
        0, "CPU threads", "0: all cores but one, so that the window stays smooth. It changes the last bits.",
        unit="threads", zero="all but one", advanced=True, ge=0, le=1024,
    )  # fmt: skip
    save_minutes: float = knob(
        5.0,
        "Save every",
        "Longest time inside a stage until it is saved; every finished stage is saved too. It changes no number.",
        unit="minutes",
        advanced=True,
        gt=0,
        le=1440,
    )
    keep_checkpoints: int = knob(
        0,
        "Keep checkpoints",
        "Checkpoints of so many newest tasks are kept, and of the task with the best average accuracy; 0: of all.",
        unit="tasks", zero="all", advanced=True, ge=0, le=100_000,
    )  # fmt: skip
    measure_drift: bool = knob(
        True,
        "Measure drift",
        "Compare stored class means with the true ones after each task; looks at old pictures to measure only.",
        advanced=True,
    )


class MethodSettings(Settings):
    """A method's own settings; each method derives from this."""

    title: ClassVar[str] = "Method"
    name: str = knob("dmc_ot", "Method", "How the model learns.", menu="methods")
