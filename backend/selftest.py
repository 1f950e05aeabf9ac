"""Self-tests: zero-shot and SimpleCIL against published numbers tell whether data and weights are right.

Both are deterministic and agree within 0.5 between code bases, 1.0 where the published split itself is not public.
Sources of the numbers: setting A as RAPF and its followers report it; setting B as LAMDA's PILOT line does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from backend.config import DATASETS, DataSettings, RunConfig
from backend.errors import ConfigError, nearest
from backend.library import DataReport, describe

_NAMES: Final = {"zero_shot": "Zero-shot", "simple_cil": "SimpleCIL"}


@dataclass(frozen=True, slots=True)
class SelfTest:
    """A published number, in percent, and what it was measured on.

    Attributes:
        setting: `A` or `B`; `demo` is the demo model, with numbers of our own.
        dataset: id of the data set.
        method: `zero_shot` or `simple_cil`.
        last: accuracy over all classes.
        average: mean of A_t; none where it was not published.
        classes: how many classes were used.
        per_task: classes a task.
        tolerance: how far a right result may be off, in percent points.
        split: which test pictures were used, if other copies of the data set have others.
        mistakes: results that give away a certain mistake, and its name.
    """

    setting: Literal["A", "B", "demo"]
    dataset: str
    method: Literal["zero_shot", "simple_cil"]
    last: float
    average: float | None
    classes: int
    per_task: int
    tolerance: float = 0.5
    split: str = ""
    mistakes: tuple[tuple[float, str], ...] = ()

    @property
    def label(self) -> str:
        """What it is, in a few words."""
        where = "demo model" if self.setting == "demo" else f"setting {self.setting}"
        return f"{_NAMES[self.method]} on {self.dataset}, {where}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a result agrees with what was published, and the reason in a sentence."""

    fine: bool
    sentence: str


_QUICK_GELU: Final = ((62.8, "this is what OpenAI weights give without QuickGELU; choose ViT-B-16-quickgelu"),)
_LOOSE: Final = 1.0
_DRAWS: Final = "a draw of 6,000 test pictures that is not public"
_CUB: Final = "LAMDA's own folders with 2,358 test pictures"
_UCF: Final = "LAMDA's own folders with 2,639 test pictures"

SELF_TESTS: Final = [
    SelfTest("demo", "drawn", "zero_shot", 43.6, 53.4, 40, 8),
    SelfTest("demo", "drawn", "simple_cil", 57.2, 69.0, 40, 8),
    SelfTest("A", "cifar100", "zero_shot", 66.7, None, 100, 10, mistakes=_QUICK_GELU),
    SelfTest("A", "imagenet_r", "zero_shot", 72.0, None, 200, 20, _LOOSE, _DRAWS),
    SelfTest("B", "cifar100", "zero_shot", 71.38, 81.81, 100, 10),
    SelfTest("B", "cifar100", "simple_cil", 76.63, 84.15, 100, 10),
    SelfTest("B", "imagenet_r", "zero_shot", 77.32, 83.50, 200, 20, _LOOSE, _DRAWS),
    SelfTest("B", "imagenet_r", "simple_cil", 74.55, 81.13, 200, 20, _LOOSE, _DRAWS),
    SelfTest("B", "cub200", "zero_shot", 63.06, 74.21, 200, 20, _LOOSE, _CUB),
    SelfTest("B", "cub200", "simple_cil", 77.52, 83.83, 200, 20, _LOOSE, _CUB),
    SelfTest("B", "ucf101", "zero_shot", 67.79, 75.88, 100, 10, _LOOSE, _UCF),
    SelfTest("B", "ucf101", "simple_cil", 85.79, 90.41, 100, 10, _LOOSE, _UCF),
]


def find_self_test(dataset: str, setting: str, method: str = "zero_shot") -> SelfTest:
    """Return the self-test of a data set.

    Raises:
        ConfigError: nothing was published for it; says for what.
    """
    for test in SELF_TESTS:
        if (test.dataset, test.setting, test.method) == (dataset, setting, method):
            return test
    known = {f"{test.dataset} --setting {test.setting} --method {test.method}" for test in SELF_TESTS}
    asked = f"{dataset} --setting {setting} --method {method}"
    raise ConfigError.at("--self-test", f"there is no published number for {asked}.", nearest(asked, known))


def configuration(test: SelfTest, root: str = "") -> RunConfig:
    """Return the run that a self-test is; `root` is the folder of the data set, if it has one of its own."""
    from backend.setting import apply

    config = RunConfig().replaced(
        data={"name": test.dataset, "root": root},
        split={"classes_per_task": test.per_task},
        method={"name": test.method},
        model={"tuning": "none"},
        run={"measure_drift": False},
    )
    return config if test.setting == "demo" else apply(config, test.setting)


def obstacle(test: SelfTest, root: str = "") -> str:
    """Return why a self-test cannot be run now, or nothing; lists files: call it off the GUI thread."""
    if test.dataset not in DATASETS:
        return f"The data set '{test.dataset}' is not installed."
    return _data_obstacle(test, describe(DataSettings(name=test.dataset, root=root)))


def missing_weights(test: SelfTest) -> str:
    """Return what is downloaded before a self-test can run, or nothing; imports torch: call it off the GUI thread."""
    from backend.encoders.weights import stored_weights

    model = configuration(test).model
    if test.setting == "demo" or stored_weights(model.name, model.pretrained):
        return ""
    return f"The weights {model.name} {model.pretrained} are not on this machine: the run downloads them first."


def _data_obstacle(test: SelfTest, found: DataReport) -> str:
    if not found.found:
        return f"{found.problem} {found.hint}".rstrip()
    if len(found.class_names) != test.classes:
        return f"The published number is of {test.classes} classes; {len(found.class_names)} were found."
    return ""


def verdict(test: SelfTest, result: Mapping[str, Any]) -> Verdict:
    """Compare the contents of a result.json with what was published."""
    pairs = [("last", test.last), ("average", test.average)]
    known = [(name, float(result[name]), value) for name, value in pairs if value is not None]
    whose = "our own" if test.setting == "demo" else "the published"
    said = ", ".join(f"{name} {got:.1f} against {whose} {value:.1f}" for name, got, value in known)
    what = f"{_NAMES[test.method]}: {said}"
    if all(abs(got - value) <= test.tolerance for _, got, value in known):
        return Verdict(True, f"{what}: data and weights are right.")
    for value, mistake in test.mistakes:
        if abs(result["last"] - value) <= test.tolerance:
            return Verdict(False, f"{what}: {mistake}.")
    if test.split:
        return Verdict(False, f"{what}. That was measured on {test.split}; with other test pictures it proves nothing.")
    if test.setting == "demo":
        return Verdict(False, f"{what}: something in this installation computes otherwise; `dmc-studio doctor` looks.")
    return Verdict(False, f"{what}: data, weights, transform or template differ from those of setting {test.setting}.")
