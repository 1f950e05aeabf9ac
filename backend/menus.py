"""What there is to choose from: methods, data sets, models and so on, and the presets."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from backend.config import CALIBRATORS, DATASETS, METHODS, RunConfig, Settings, read_config
from backend.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu.

    Attributes:
        id: the value of the setting.
        label: a few words.
        help: one sentence.
        settings: of methods: the model that a form is made from.
        also: other keys that the choice sets, such as the weights that belong to an architecture.
    """

    id: str
    label: str
    help: str
    settings: type[Settings] | None = None
    also: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made configuration with the reason to choose it."""

    id: str
    label: str
    help: str
    config: RunConfig


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All menus, and the plug-ins that could not be loaded (name -> why)."""

    methods: tuple[Entry, ...]
    datasets: tuple[Entry, ...]
    calibrators: tuple[Entry, ...]
    models: tuple[Entry, ...]
    presets: tuple[Preset, ...]
    broken: Mapping[str, str]

    def menu(self, name: str) -> tuple[Entry, ...]:
        """Return the entries of a menu that a setting names (see `config.knob`)."""
        return {
            "methods": self.methods,
            "datasets": self.datasets,
            "calibrators": self.calibrators,
            "models": self.models,
            "orders": _ORDERS,
            "devices": _DEVICES,
            "splits": _SPLITS,
            "templates": _TEMPLATES,
            "transforms": _TRANSFORMS,
        }[name]


_ORDERS = (
    Entry("seeded", "Shuffled by seed", "Every seed of a run deals the classes anew."),
    Entry("natural", "As listed", "The data set's own order."),
    Entry(
        "published", "As published", "The list that the literature of setting A uses: CIFAR-100, ImageNet-R, CUB-200."
    ),
    Entry("1993", "Seed 1993", "numpy.random.seed(1993), customary in the field's toolboxes."),
)
_SPLITS = (
    Entry("auto", "Automatic", "The data set's own split, its folders, or a seeded draw: the first that there is."),
    Entry("official", "Official", "The split that came with the data set."),
    Entry("folders", "Folders", "Training and test pictures lie in folders of their own."),
    Entry("seeded", "Seeded draw", "The same share of every class, drawn with the seed beside."),
)
_TEMPLATES = (
    Entry("", "The data set's own", "One sentence that fits the data set, such as 'a photo of a {}.'."),
    Entry("a good photo of a {}.", "a good photo of a {}.", "What setting A uses."),
    Entry("ensemble", "Ensemble", "Mean of the text features over the data set's published list; setting B."),
)
_TRANSFORMS = (
    Entry("crop", "Shorter side, centre crop", "Keeps proportions and loses the rim; CLIP's own, and setting A."),
    Entry("squash", "Squash", "Both sides to the model's size: all of the picture, out of proportion; setting B."),
)


def _model(name: str, tag: str, label: str, help_: str) -> Entry:
    return Entry(name, label, help_, also={"model.pretrained": tag})


_MODELS: Final = (
    _model("demo", "", "Demo CLIP (ViT, shipped)", "A 0.8 M-parameter image tower trained on the drawn world."),
    _model("ViT-B-16-quickgelu", "openai", "ViT-B/16, OpenAI weights", "What setting A uses; downloads 600 MB once."),
    _model("ViT-B-16", "laion400m_e32", "ViT-B/16, LAION-400M weights", "What setting B uses; downloads 600 MB once."),
    _model("ViT-B-16", "laion2b_s34b_b88k", "ViT-B/16, LAION-2B weights", "Newer weights; downloads 600 MB once."),
    _model("ViT-B-32-quickgelu", "openai", "ViT-B/32, OpenAI weights", "Four times faster and a few points weaker."),
    _model("ViT-L-14-quickgelu", "openai", "ViT-L/14, OpenAI weights", "For a GPU with 16 GB; downloads 1.7 GB once."),
)
_DEVICES = (
    Entry("auto", "Automatic", "The first GPU, or the CPU where there is none."),
    Entry("cpu", "CPU", "Always there; the same bits every time."),
    Entry("cuda", "CUDA GPU", "The first NVIDIA GPU."),
)


def catalogue() -> Catalogue:
    """Return all menus; scans the plug-in folders on first use."""

    def entries(registry: Any) -> tuple[Entry, ...]:  # noqa: ANN401
        return tuple(Entry(p.id, p.label, p.help, getattr(p, "Settings", None)) for p in registry)

    methods, datasets, calibrators = (entries(registry) for registry in (METHODS, DATASETS, CALIBRATORS))
    broken = {**METHODS.broken, **DATASETS.broken, **CALIBRATORS.broken}
    return Catalogue(methods, datasets, calibrators, _MODELS, presets(), broken)


def presets() -> tuple[Preset, ...]:
    """Return the presets of `resources/presets`: TOML whose first two comment lines are label and reason."""
    found: list[Preset] = []
    for file in sorted(files("resources").joinpath("presets").iterdir(), key=lambda f: (f.name != "demo.toml", f.name)):
        if file.name.endswith(".toml"):
            text = file.read_text(encoding="utf-8")
            with contextlib.suppress(ConfigError):  # it asks for a plug-in that is broken, which the catalogue names
                found.append(_preset(file.name.removesuffix(".toml"), text))
    return tuple(found)


def _preset(id_: str, text: str) -> Preset:
    label, reason = (line.removeprefix("#").strip() for line in text.splitlines()[:2])
    return Preset(id_, label, reason, read_config(text))
