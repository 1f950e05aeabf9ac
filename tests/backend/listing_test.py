"""Folders of pictures, class names, draws and list files: what comes out, and what is refused with which sentence."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import DATASETS, DataSettings
from backend.errors import DataError
from backend.listing import naming
from backend.listing.draw import draw
from tests.layouts import write_class_folders, write_folders, write_picture, write_train_test_folders


def opened(root, **settings):
    return DATASETS["folder"](DataSettings(name="folder", root=str(root), **settings))


def refused(root, **settings):
    dataset = opened(root, **settings)
    with pytest.raises(DataError) as caught:
        dataset.pictures("train")
    assert caught.value.hint
    return caught.value.sentence


def counts(dataset):
    return {part: len(dataset.pictures(part)) for part in ("train", "validation", "test")}


# Folders


def test_folders_inside_a_class_folder_belong_to_the_class(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 2)
    write_folders(tmp_path / "cat", ("2023", "2024"), 2)
    dataset = opened(tmp_path)
    assert dataset.class_names == ("cat", "dog")
    assert sum(counts(dataset)[part] for part in ("train", "test")) == 8
    assert "cat/2023/000.jpg" in dataset.pictures("train").names + dataset.pictures("test").names


def test_what_is_no_picture_is_ignored_and_counted_but_hidden_files_are_not(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 4)
    for name in ("cat/notes.txt", "dog/list.csv", "dog/.DS_Store", ".git/index"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert opened(tmp_path).layout.endswith("pictures; 2 other files ignored")


def test_an_archive_that_holds_one_folder_of_folders_is_seen_through(tmp_path):
    write_folders(tmp_path / "my photos" / "all", ("cat", "dog"), 3)
    assert opened(tmp_path).class_names == ("cat", "dog")


def test_a_link_to_a_folder_above_does_not_go_round_for_ever(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 3)
    (tmp_path / "cat" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert sum(counts(opened(tmp_path))[part] for part in ("train", "test")) == 6


def test_with_three_parts_the_validation_folder_validates(tmp_path):
    for part, pictures in (("train", 5), ("val", 2), ("test", 3)):
        write_folders(tmp_path / part, ("cat", "dog"), pictures)
    dataset = opened(tmp_path)
    assert counts(dataset) == {"train": 10, "validation": 4, "test": 6}
    assert "10 training, 4 validation and 6 test" in dataset.layout


def test_ready_made_folders_can_be_drawn_anew(tmp_path):
    write_train_test_folders(tmp_path)
    assert counts(opened(tmp_path, split="seeded", test_share=0.2)) == {"train": 8, "validation": 2, "test": 2}


def test_names_of_other_scripts_are_kept_in_composed_form(tmp_path):
    write_folders(tmp_path, ("cafe\N{COMBINING ACUTE ACCENT}", "猫", "кот"), 2)
    assert opened(tmp_path).class_names == ("café", "кот", "猫")


def write_empty_class(root):
    write_folders(root, ("cat", "dog"), 2)
    (root / "emu").mkdir()


def write_twins(root):
    write_folders(root, ("sea_lion", "sea lion"), 2)


def write_capitals(root):
    write_folders(root, ("Turkey", "turkey"), 2)


def write_one_picture(root):
    write_picture(root / "cat" / "1.png")


def write_a_lonely_class(root):
    write_folders(root, ("cat", "dog"), 3)
    write_picture(root / "emu" / "1.png")


def write_train_only(root):
    write_folders(root / "train", ("cat", "dog"), 2)


def write_test_and_validation_only(root):
    write_folders(root / "test", ("cat", "dog"), 2)
    write_folders(root / "val", ("cat", "dog"), 2)


def write_untested_class(root):
    write_folders(root / "train", ("cat", "dog"), 2)
    write_folders(root / "test", ("cat",), 2)


def write_dangling_link(root):
    write_folders(root, ("cat", "dog"), 2)
    (root / "cat" / "lost.jpg").symlink_to(root / "nowhere.jpg")


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (write_empty_class, "emu' holds no picture"),
        (write_twins, "Two classes come out with one name, 'sea lion': 'sea lion' and 'sea_lion'"),
        (write_capitals, "differ in capital letters only, and so have one prompt: 'Turkey', 'turkey'"),
        (write_one_picture, "'cat' has one picture"),
        (write_a_lonely_class, "'emu' has one picture"),
        (write_train_only, "no '{root}/test'"),
        (write_test_and_validation_only, "no '{root}/train'"),
        (write_untested_class, "'dog' has no test picture"),
        (write_dangling_link, "lost.jpg' cannot be read"),
        (lambda root: write_picture(root / "1.png"), "expected one of"),
        (lambda root: None, "expected one of"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_with_the_reason(write, says, tmp_path):
    write(tmp_path)
    assert says.format(root=tmp_path) in refused(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps names as text")
def test_a_file_name_that_is_no_text_is_named(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 2)
    (tmp_path / "cat" / "000.jpg").rename(tmp_path / "cat" / os.fsdecode(b"\xff.jpg"))
    assert r"cat/\udcff.jpg' is not UTF-8" in refused(tmp_path)


# Class names


@pytest.mark.parametrize(
    ("make", "folder", "name"),
    [
        (naming.from_folder, "car_side", "car side"),
        (naming.from_folder, "jack-in-the-box", "jack-in-the-box"),
        (naming.from_numbered, "001.Black_footed_Albatross", "Black footed Albatross"),
        (naming.from_numbered, "118.House_Sparrow", "House Sparrow"),
        (naming.from_camel_case, "ApplyEyeMakeup", "Apply Eye Makeup"),
        (naming.from_camel_case, "Apply_Eye_Makeup", "Apply Eye Makeup"),
        (naming.from_camel_case, "YoYo", "Yo Yo"),
        (naming.from_camel_case, "HandstandPushups", "Handstand Pushups"),
        (naming.from_camel_case, "Yo_Yo", "Yo Yo"),
    ],
)
def test_class_names_come_out_human(make, folder, name):
    assert make(folder) == name


# Draws


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.floats(0.01, 0.99), st.integers(0, 9))
def test_a_draw_takes_its_share_of_every_class_and_leaves_some(sizes, share, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    names = [f"class {i}" for i in range(len(sizes))]
    chosen = draw(labels, names, share, seed, "test")
    assert np.array_equal(chosen, draw(labels, names, share, seed, "test"))
    for kind, size in enumerate(sizes):
        taken = int(chosen[labels == kind].sum())
        assert abs(taken - share * size) <= 1
        assert taken == 0 if size == 1 else 1 <= taken <= size - 1


@given(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=30), st.floats(0.1, 0.9), st.integers(0, 9))
def test_a_draw_never_parts_a_group(groups, share, seed):
    chosen = draw(np.zeros(len(groups), dtype=np.int64), ["class"], share, seed, "test", groups=groups)
    inside = {group for group, taken in zip(groups, chosen, strict=True) if taken}
    outside = {group for group, taken in zip(groups, chosen, strict=True) if not taken}
    assert not inside & outside
    assert outside
    assert inside or len(set(groups)) == 1


def test_a_class_is_drawn_the_same_whatever_other_classes_there_are():
    alone = draw(np.zeros(20, dtype=np.int64), ["cat"], 0.3, 0, "test")
    both = draw(np.repeat([0, 1], 20), ["bee", "cat"], 0.3, 0, "test")
    assert np.array_equal(alone, both[20:])


def test_the_seed_and_the_share_of_a_draw_are_the_settings(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 20)
    first, again, other = (
        opened(tmp_path, split="seeded", split_seed=seed).pictures("test").names for seed in (1, 1, 2)
    )
    assert first == again != other
    assert len(opened(tmp_path, test_share=0.5).pictures("test")) == 20


def test_validation_pictures_leave_training_only_when_scored_on(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 50)
    plain, scored = opened(tmp_path), opened(tmp_path, score_on="validation")
    assert counts(plain) == {"train": 80, "validation": 8, "test": 20}
    assert counts(scored) == {"train": 72, "validation": 8, "test": 20}
    assert set(plain.pictures("validation").names) <= set(plain.pictures("train").names)
    assert not set(scored.pictures("validation").names) & set(scored.pictures("train").names)
    assert plain.fingerprint != scored.fingerprint


def test_a_class_too_small_for_validation_is_named_when_scored_on(tmp_path):
    write_folders(tmp_path, ("cat", "dog"), 2)
    assert counts(opened(tmp_path))["validation"] == 0
    assert "'cat' has too few pictures to set one apart" in refused(tmp_path, score_on="validation")


@pytest.mark.parametrize(
    ("split", "says"), [("folders", "no train and test folders"), ("official", "without an official")]
)
def test_a_split_that_is_not_there_is_refused(split, says, tmp_path):
    write_class_folders(tmp_path)
    assert says in refused(tmp_path, split=split)


# List files


@pytest.fixture
def cats_and_dogs(tmp_path):
    write_folders(tmp_path / "data", ("cat", "dog"), 4)
    return tmp_path / "data"


LISTED = {
    "train": ["cat/000.jpg", "cat/001.jpg", "dog/000.jpg"],
    "val": ["cat/002.jpg", "dog/001.jpg"],
    "test": ["cat/003.jpg", "dog/003.jpg"],
}


@pytest.mark.parametrize("form", ["blank", "csv", "tsv", "windows", "json"])
def test_a_list_file_splits(form, cats_and_dogs, tmp_path):
    between = {"blank": " ", "csv": ",", "tsv": "\t", "windows": ", "}.get(form, "")
    path = tmp_path / f"mine.{form}"
    if form == "json":
        path.write_text(json.dumps(LISTED))
    else:
        lines = [f"{part}{between}{name}" for part, names in LISTED.items() for name in names]
        if form == "windows":
            lines = ["part,path", "# a comment", "", *(line.replace("/", "\\") for line in lines)]
        path.write_text("\r\n".join(lines), encoding="utf-8-sig" if form == "windows" else "utf-8")
    dataset = opened(cats_and_dogs, split=str(path))
    assert dataset.pictures("train").names == tuple(LISTED["train"])
    assert dataset.pictures("validation").names == tuple(LISTED["val"])
    assert dataset.pictures("test").names == tuple(LISTED["test"])
    assert f"split by '{path}'" in dataset.layout
    assert "1 pictures are in no part" in dataset.layout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.txt",
            "train cat/000.jpg\ntest cat/999.jpg\n",
            "Line 2 of '{path}': the data set has no picture 'cat/999.jpg'",
        ),
        ("a.txt", "train cat/000.jpg\n\ntest cat/000.jpg\n", "Line 3 of '{path}': 'cat/000.jpg' is listed twice"),
        ("a.txt", "training cat/000.jpg\n", "Line 1 of '{path}': 'training' is not a part"),
        ("a.txt", "cat/000.jpg\n", "Line 1 of '{path}' is not a part and a path"),
        ("a.txt", "train cat/000.jpg\ntrain dog/000.jpg\ntest cat/001.jpg\n", "'dog' has no test picture"),
        ("a.txt", "", "'cat' has no training picture (2 such classes in all)"),
        ("a.json", "{", "'{path}' is not JSON"),
        ("a.json", "[1]", "'{path}' is not a list of paths for each part"),
        ("a.json", '{"train": [1]}', "Entry 1 of 'train' in '{path}' is not a path"),
        ("a.json", '{"test": ["cat/9.jpg"]}', "Entry 1 of 'test' of '{path}': the data set has no picture"),
        ("a.txt", b"\xff\xfe\x00", "'{path}' is not UTF-8 text"),
        ("a.txt", None, "'{path}' cannot be read"),
    ],
)
def test_a_wrong_list_file_is_refused_with_the_line(name, content, says, cats_and_dogs, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert says.format(path=path) in refused(cats_and_dogs, split=str(path))
