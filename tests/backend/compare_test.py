"""Runs side by side: which are one group, which may be compared, and what differences are told."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy import stats

from backend.api import comparison_text
from backend.cli import main
from backend.compare import METRICS, compare, read_runs, settings_table
from tests.made_runs import make_run, scored, tell


@pytest.fixture
def runs(tmp_path):
    """Return a function that makes runs of one method, one a seed."""

    def make(method, seeds=(0, 1, 2), name="", **changed):
        return [make_run(tmp_path / f"{name or method}-s{seed}", method, seed, **changed) for seed in seeds]

    return make


def comparison_of(*folders):
    found, left_out = read_runs(folder for some in folders for folder in some)
    assert not left_out
    return compare(found)


def test_runs_that_differ_in_the_seed_are_one_group(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", seeds=(2, 0)))
    assert [(group.label, group.seeds) for group in comparison.groups] == [("DMC", (0, 1, 2)), ("DMC-OT", (0, 2))]


def test_what_changes_no_number_parts_no_group(runs):
    other = {"device": "cpu", "threads": 3, "save_minutes": 1.0, "keep_checkpoints": 2}
    comparison = comparison_of(runs("dmc", seeds=(0,)), runs("dmc", seeds=(1,), name="elsewhere", run=other))
    assert [group.seeds for group in comparison.groups] == [(0, 1)]


def test_groups_of_one_method_are_named_by_what_tells_them_apart(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc", name="wide", model={"lora_rank": 32}), runs("simple_cil"))
    assert [group.label for group in comparison.groups] == ["DMC, lora rank 8", "DMC, lora rank 32", "SimpleCIL"]


def test_of_runs_with_the_same_seed_the_longest_counts(runs):
    comparison = comparison_of(runs("dmc", seeds=(0,), done=1, outcome=""), runs("dmc", seeds=(0, 1), name="again"))
    (group,) = comparison.groups
    assert [run.name for run in group.runs] == ["again-s0", "again-s1"]
    assert [run.name for run in group.repeats] == ["dmc-s0"]
    assert comparison.tasks == 3


def test_metrics_are_means_over_seeds(runs):
    matrices = [[[90.0], [80.0, 70.0]], [[80.0], [60.0, 90.0]]]
    folders = [runs("dmc", seeds=(seed,), tasks=2, matrix=matrix)[0] for seed, matrix in enumerate(matrices)]
    comparison = comparison_of(folders)
    (group,) = comparison.groups
    found = {metric.id: group.metric(metric.id, comparison.tasks) for metric in METRICS}
    assert [found[m].mean for m in ("average", "last", "forgetting", "bwt")] == [80.0, 75.0, 15.0, -15.0]
    assert found["forgetting"].std == pytest.approx(np.std([10, 20], ddof=1))
    assert [point.mean for point in group.curve()] == [85.0, 75.0]
    assert [point.mean for point in group.final_row(2)] == [70.0, 80.0]


def test_an_unfinished_run_holds_the_others_at_its_last_task(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", seeds=(0, 1), done=2, outcome=""))
    assert comparison.tasks == 2
    assert [run.name for run in comparison.behind] == ["dmc_ot-s0", "dmc_ot-s1"]
    dmc = comparison.groups[0]
    assert dmc.metric("last", 2).mean == pytest.approx(np.mean([run.accuracy[1] for run in dmc.runs]))
    assert len(dmc.curve()) == 3


def test_runs_without_a_finished_task_are_told_apart(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", seeds=(0,), done=0, outcome=""))
    assert [run.name for run in comparison.unscored] == ["dmc_ot-s0"]
    assert comparison.tasks == 3


def test_what_a_resumed_run_superseded_is_forgotten(runs):
    (folder,) = runs("dmc", seeds=(0,), tasks=2, matrix=[[90.0], [10.0, 10.0]], outcome="stopped")
    (run,), _ = read_runs([folder])
    again = scored(1, [70.0, 80.0], run.scores)
    tell(folder, run.started.model_copy(update={"first_task": 1}), again)
    (run,), _ = read_runs([folder])
    assert run.accuracy == (90.0, 75.0)
    assert run.state == "interrupted"


def test_a_damaged_run_is_left_out_by_name(runs, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.toml").write_text("[data")
    torn = runs("dmc", seeds=(5,))[0]
    tell(torn, scored(7, [50.0]))
    found, left_out = read_runs([*runs("dmc"), tmp_path / "broken", torn, tmp_path / "none"])
    assert len(found) == 3
    assert set(left_out) == {tmp_path / "broken", torn, tmp_path / "none"}
    assert all(error.sentence and error.hint for error in left_out.values())


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("Setting", {"started": {"setting": "A"}}),
        ("Weights", {"started": {"weights": "ViT-B-16 openai"}}),
        ("Prompt", {"started": {"templates": ("a {}.", "the {}.")}}),
        ("Tasks", {"tasks": 4}),
        ("Transform", {"model": {"transform": "squash"}}),
        ("Scored on", {"data": {"score_on": "validation"}}),
        ("Data set", {"data": {"name": "cifar100"}}),
        ("Split hash of seed 1", {"seeds": (1,), "started": {"split_hash": "other"}}),
    ],
)
def test_what_may_not_be_compared_is_named_and_refused(runs, what, changed):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", **changed))
    (obstacle,) = comparison.obstacles
    assert obstacle.what == what
    assert {who for side in obstacle.sides.values() for who in side} == {"DMC", "DMC-OT"}
    base, other = (group.key for group in comparison.groups)
    for anyway in (False, True):
        told = comparison.differences(base, anyway=anyway)[other]["average"]
        assert (told.result is not None) is anyway
        assert ("not comparable" in told.why) is not anyway
        assert bool(comparison.best(METRICS[0], anyway=anyway)) is anyway


def test_a_third_group_is_compared_although_another_may_not(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot"), runs("joint", started={"weights": "other"}))
    base, other, foreign = (group.key for group in comparison.groups)
    told = comparison.differences(base)
    assert told[other]["last"].result is not None
    assert told[foreign]["last"].result is None


def test_weights_of_one_name_and_another_content_are_not_the_same(runs):
    folders = [*runs("dmc", seeds=(0,)), *runs("dmc_ot", seeds=(0,))]
    for folder, digest in zip(folders, ("aaaa", "bbbb"), strict=True):
        result = '{"method": "dmc", "tasks": [], "accuracy_matrix": [], "task_accuracy": [], "average": 0, "last": 0,'
        (folder / "result.json").write_text(f'{result} "forgetting": 0, "weights": "demo:{digest}"}}')
    assert [obstacle.what for obstacle in comparison_of(folders).obstacles] == ["Weights file"]


def test_differences_are_paired_by_seed(runs):
    comparison = comparison_of(runs("dmc", seeds=(0, 1, 2, 3)), runs("dmc_ot", seeds=(3, 1, 2, 9), level=85))
    base, ours = comparison.groups
    told = comparison.differences(base.key)[ours.key]["last"]
    assert told.seeds == (1, 2, 3)
    last = [{run.seed: run.accuracy[-1] for run in group.runs} for group in (ours, base)]
    pairs = [[values[seed] for seed in (1, 2, 3)] for values in last]
    assert told.result.p == pytest.approx(stats.ttest_rel(*pairs).pvalue)
    assert told.result.mean == pytest.approx(np.subtract(*pairs).mean())


def test_without_a_common_seed_there_is_no_test(runs):
    comparison = comparison_of(runs("dmc", seeds=(0,)), runs("dmc_ot", seeds=(1,)))
    base, ours = comparison.groups
    assert not comparison.obstacles
    assert "no shared seed" in comparison.differences(base.key)[ours.key]["last"].why
    assert not comparison.best(METRICS[0])


def test_the_settings_of_each_group_are_told(runs):
    comparison = comparison_of(runs("dmc"), runs("simple_cil"))
    table = settings_table(comparison.groups)
    assert table["method.name"] == ("dmc", "simple_cil")
    assert table["method.epochs"][1] == "-"
    assert table["split.classes_per_task"] == ("8", "8")
    assert "run.seed" not in table


def test_csv_and_latex_say_what_they_rest_on(runs):
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", level=90))
    base, ours = comparison.groups
    text = comparison_text(comparison, base.key, "csv").decode()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert [row["group"] for row in rows] == ["DMC", "DMC-OT"]
    assert float(rows[1]["last_mean"]) == pytest.approx(ours.metric("last", 3).mean, abs=1e-4)
    told = comparison.differences(base.key)[ours.key]["last"].result
    assert float(rows[1]["last_p"]) == pytest.approx(told.p, rel=1e-2)
    assert rows[0]["last_p"] == ""
    latex = comparison_text(comparison, base.key, "latex").decode()
    for wanted in ("n = 3", "hash-of-1", "setting: custom", "weights: demo", "paired t-test", "not corrected"):
        assert wanted in text
        assert wanted in latex
    assert latex.count("\\begin{tabular}") == latex.count("\\end{tabular}") == 2
    assert f"\\mathbf{{{ours.metric('last', 3).mean:.1f}" in latex


def test_exports_of_what_may_not_be_compared_carry_the_warning(runs):
    prompt = "a {}\n\\end{document}"
    comparison = comparison_of(runs("dmc"), runs("dmc_ot", started={"templates": (prompt,)}))
    base = comparison.groups[0].key
    for anyway in (False, True):
        for kind, mark in (("csv", "#"), ("latex", "%")):
            lines = comparison_text(comparison, base, kind, anyway=anyway).decode().splitlines()
            warnings = [line for line in lines if "WARNING" in line]
            assert all(line.startswith(mark) for line in warnings)
            assert any("Prompt" in line for line in warnings)
            assert any("anyway" in line for line in warnings) is anyway
            assert not any(line.startswith("\\end{document}") for line in lines)


def test_the_command_prints_a_table(runs, capsys):
    folders = [*runs("dmc"), *runs("dmc_ot", started={"setting": "A"})]
    assert main(["compare", *map(str, folders)]) == 0
    shown = capsys.readouterr()
    assert "DMC-OT" in shown.out
    assert "Not comparable: Setting: custom (DMC); A (DMC-OT)" in shown.err
    assert main(["compare", "--latex", "--anyway", *map(str, folders)]) == 0
    assert "\\begin{tabular}" in capsys.readouterr().out


def test_the_command_says_when_nothing_is_left(tmp_path, capsys):
    assert main(["compare", str(tmp_path)]) == 1
    assert "nothing to compare" in capsys.readouterr().err


def test_a_run_that_has_only_begun_is_read(runs):
    (folder,) = runs("dmc", seeds=(0,), done=0, outcome="")
    (folder / "events.jsonl").write_text("")
    (run,), _ = read_runs([folder])
    assert (run.state, run.tasks, run.started) == ("queued", 0, None)
