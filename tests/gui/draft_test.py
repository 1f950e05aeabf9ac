"""The draft keeps what the user typed, says what is wrong with it, and swaps a method's own settings."""

from __future__ import annotations

import pytest

from backend.api import METHODS, RunConfig, parse_config
from gui.state.draft import Draft


def test_starts_as_the_demo() -> None:
    draft = Draft()
    assert draft.config == RunConfig()
    assert not any(draft.changed(key) for key in ("run.seed", "split.classes_per_task", "method.name", "method.epochs"))


def test_a_change_is_validated_and_told() -> None:
    draft, heard = Draft(), []
    draft.subscribe(lambda: heard.append(draft.config))
    draft.set("run.seed", 3)
    assert draft.config == parse_config({"run": {"seed": 3}})
    assert heard == [draft.config]
    assert draft.changed("run.seed")
    draft.set("run.seed", 3)
    assert len(heard) == 1


def test_settings_that_belong_together_change_together() -> None:
    draft, heard = Draft(), []
    draft.subscribe(lambda: heard.append(draft.config))
    draft.set_together({"split.sizes": (30, 10), "split.order": "natural"})
    assert heard == [parse_config({"split": {"sizes": [30, 10], "order": "natural"}})]


def test_an_ended_subscription_hears_nothing() -> None:
    draft, heard = Draft(), []
    end = draft.subscribe(lambda: heard.append(1))
    end()
    draft.set("run.seed", 3)
    assert heard == []


def test_a_wrong_value_stays_and_names_its_key() -> None:
    draft = Draft()
    draft.set("run.device", "gpu")
    draft.set("split.classes_per_task", 0)
    assert draft.config is None
    assert {problem.key for problem in draft.problems} == {"run.device", "split.classes_per_task"}
    assert draft.value("run.device") == "gpu"
    draft.reset("run.device")
    draft.reset("split.classes_per_task")
    assert draft.config == RunConfig()


def test_another_method_keeps_the_other_sections_and_brings_its_own_fields() -> None:
    draft = Draft()
    draft.set("run.seed", 7)
    draft.set("split.classes_per_task", 4)
    draft.set("method.epochs", 9)
    draft.set("method.name", "simple_cil")
    assert draft.config == parse_config(
        {"run": {"seed": 7}, "split": {"classes_per_task": 4}, "method": {"name": "simple_cil"}}
    )
    assert draft.method is METHODS["simple_cil"].Settings


def test_going_back_to_a_method_finds_its_fields_as_they_were() -> None:
    draft = Draft()
    draft.set("method.epochs", 9)
    draft.set("method.name", "simple_cil")
    draft.set("method.name", "dmc_ot")
    assert draft.value("method.epochs") == 9
    draft.load(RunConfig())
    draft.set("method.name", "simple_cil")
    draft.set("method.name", "dmc_ot")
    assert not draft.changed("method.epochs")


@pytest.mark.parametrize("method", [method.id for method in METHODS])
def test_every_method_has_a_valid_draft_with_nothing_of_its_own_changed(method: str) -> None:
    draft = Draft()
    draft.set("method.name", method)
    assert draft.config == parse_config({"method": {"name": method}})
    assert [key for key in draft.method.model_fields if draft.changed(f"method.{key}")] == (
        [] if method == "dmc_ot" else ["name"]
    )
