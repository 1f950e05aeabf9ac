"""Every layout of the benchmarks, in miniature: found, named, counted, split as it came; what is missing is told."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from backend.config import DATASETS, DataSettings
from backend.errors import DataError
from backend.library import describe
from backend.pictures import PARTS
from backend.places import data_folder
from tests.layouts import ACTIONS, BIRDS, LAYOUTS, WNIDS, cifar_row, write_cifar100, write_picture

KIT = Path(__file__).parents[3] / "shared" / "kit" / "caltech50"
ON_DISK = ("cifar100", "imagenet_r", "cub200", "ucf101", "folder")


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Each layout, written once. Read only; `copied` gives one to change."""
    folder = tmp_path_factory.mktemp("layouts")
    for name, layout in LAYOUTS.items():
        (folder / name).mkdir()
        layout.write(folder / name)
    return folder


@pytest.fixture
def copied(written, tmp_path):
    return lambda name: shutil.copytree(written / name, tmp_path / name)


def opened(name, root, **settings):
    dataset = LAYOUTS[name].dataset if name in LAYOUTS else name
    return DATASETS[dataset](DataSettings(name=dataset, root=str(root), **settings))


def refused(name, root, **settings):
    dataset = opened(name, root, **settings)
    with pytest.raises(DataError) as caught:
        dataset.pictures("train")
    assert caught.value.hint
    return caught.value.sentence


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_recognised_named_and_counted(name, written):
    layout = LAYOUTS[name]
    report = describe(DataSettings(name=layout.dataset, root=str(written / name)))
    assert report.found, report.problem
    assert report.class_names == layout.class_names
    assert dict(report.counts) == layout.counts
    assert report.layout.endswith(layout.says)
    assert Path(report.folder).is_relative_to(written / name)


@pytest.mark.parametrize("name", LAYOUTS)
def test_pictures_are_rgb_and_belong_to_one_part(name, written):
    dataset = opened(name, written / name, score_on="validation")
    parts = [dataset.pictures(part) for part in PARTS]
    names = [picture for pictures in parts for picture in pictures.names]
    assert len(set(names)) == len(names)
    for pictures in parts:
        picture = pictures.load(len(pictures) - 1)
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert max(pictures.thumbnail(0, 16).shape[:2]) == 16


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_fingerprint_is_the_same_until_a_picture_changes(name, copied):
    root = copied(name)
    before = opened(name, root).fingerprint
    assert opened(name, root).fingerprint == before
    files = [path for path in sorted(root.rglob("*")) if path.suffix in {".jpg", ".avi"}]
    changed = files[0] if files else root / "cifar-100-python" / "test"
    with changed.open("ab") as file:
        file.write(b"more")
    assert opened(name, root).fingerprint != before


@pytest.mark.parametrize("dataset", ON_DISK)
def test_one_that_is_not_there_is_made_cheaply_and_then_says_what_is_expected_where(dataset, tmp_path):
    made = DATASETS[dataset](DataSettings(name=dataset, root=str(tmp_path)))
    with pytest.raises(DataError, match="expected one of") as caught:
        made.pictures("train")
    for path in made.expected:
        assert str(tmp_path / path) in caught.value.sentence
    assert caught.value.hint


@pytest.mark.parametrize("dataset", ON_DISK)
def test_a_root_that_does_not_exist_is_named(dataset, tmp_path):
    assert f"'{tmp_path / 'none'}' of {DATASETS[dataset].label} does not exist" in refused(dataset, tmp_path / "none")


@pytest.mark.parametrize("name", [name for name in LAYOUTS if not name.startswith("folder")])
def test_without_a_root_the_data_folder_is_searched(name, written):
    report = describe(DataSettings(name=LAYOUTS[name].dataset))
    assert not report.found
    assert report.folder == str(data_folder() / LAYOUTS[name].dataset)
    shutil.copytree(written / name, data_folder() / LAYOUTS[name].dataset)
    try:
        assert describe(DataSettings(name=LAYOUTS[name].dataset)).found
    finally:
        shutil.rmtree(data_folder())


def test_an_image_folder_has_to_be_chosen():
    with pytest.raises(DataError, match="No image folder is chosen"):
        DATASETS["folder"]().pictures("train")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("cifar100", "cifar-100-python"),
        ("cub200", "CUB_200_2011"),
        ("imagenet-r", "imagenet-r"),
        ("ucf-midframes", "ucf101/UCF-101-midframes"),
        ("ucf-videos", "UCF-101"),
    ],
)
def test_the_folder_itself_may_be_given(name, inside, written):
    assert opened(name, written / name / inside).class_names == LAYOUTS[name].class_names


# CIFAR-100


def test_cifar_pictures_are_put_together_from_their_planes(written):
    pictures = opened("cifar100", written / "cifar100").pictures("test")
    picture = pictures.load(1)
    assert pictures.labels[1] == 1
    assert picture[:, :, 0].tolist() == [[1] * 32] * 32
    assert picture[5, 9].tolist() == [1, 5, 9]
    assert np.array_equal(picture.transpose(2, 0, 1).reshape(1, 3072), cifar_row(1))


def test_a_cifar_file_that_python_3_wrote_is_read_too(copied):
    root = copied("cifar100")
    content = {"data": cifar_row(0).repeat(3, 0), "fine_labels": [0, 1, 2]}
    (root / "cifar-100-python" / "test").write_bytes(pickle.dumps(content, protocol=2))
    assert len(opened("cifar100", root).pictures("test")) == 3


class Evil:
    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("train", pickle.dumps({"data": Evil()}, protocol=2)),
        ("meta", pickle.dumps(Evil(), protocol=2)),
        ("meta", pickle.dumps({"fine_label_names": "apple"}, protocol=2)),
        ("meta", pickle.dumps(["apple"], protocol=2)),
        ("train", pickle.dumps({"data": np.zeros((3, 10), np.uint8), "fine_labels": [0, 1, 2]}, protocol=2)),
        ("train", pickle.dumps({"data": np.zeros((3, 3072), np.float32), "fine_labels": [0, 1, 2]}, protocol=2)),
        ("train", pickle.dumps({"data": cifar_row(0), "fine_labels": [3]}, protocol=2)),
        ("train", pickle.dumps({"data": cifar_row(0), "fine_labels": []}, protocol=2)),
        ("test", b""),
        ("test", b"\x80\x02}q\x00("),
        ("test", b"<html>"),
    ],
)
def test_a_cifar_file_with_anything_else_in_it_is_refused_and_never_run(file, content, copied, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    root = copied("cifar100")
    (root / "cifar-100-python" / file).write_bytes(content)
    assert str(root / "cifar-100-python" / file) in refused("cifar100", root)
    assert not Path("ran").exists()


def test_the_published_order_fits_cifars_classes(tmp_path):
    fine = [f"class {i:02d}" for i in range(100)]
    write_cifar100(tmp_path, fine, train=2)
    dataset = opened("cifar100", tmp_path)
    assert sorted(dataset.published_order) == list(range(100))
    assert [dataset.class_names[i] for i in dataset.published_order[:2]] == ["class 87", "class 00"]


# Incomplete copies


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("cifar100", "cifar-100-python/test"),
        ("cifar100", "cifar-100-python/meta"),
        ("cub200", "CUB_200_2011/classes.txt"),
        ("cub200", "CUB_200_2011/train_test_split.txt"),
        ("cub200", f"CUB_200_2011/images/{BIRDS[2]}"),
        ("ucf-midframes", "ucf101/UCF-101-midframes/Tai_Chi"),
        ("ucf-videos", "ucfTrainTestlist/testlist01.txt"),
        ("ucf-videos", "UCF-101/YoYo"),
    ],
)
def test_what_is_missing_is_told_with_its_path(name, gone, copied):
    root = copied(name)
    path = root / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    sentence = refused(name, root)
    assert "incomplete" in sentence
    assert str(path) in sentence


def test_missing_pictures_are_counted(copied):
    root = copied("cub200")
    shutil.rmtree(root / "CUB_200_2011" / "images")
    (root / "CUB_200_2011" / "images").mkdir()
    assert "15 files are missing" in refused("cub200", root)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("images.txt", "1 a.jpg\n2\n", "Line 2"),
        ("train_test_split.txt", "1 7\n", "does not fit the other lists"),
        ("image_class_labels.txt", "1 1\n", "does not fit the other lists"),
    ],
)
def test_a_damaged_list_of_cub_is_named(file, content, says, copied):
    root = copied("cub200")
    (root / "CUB_200_2011" / file).write_text(content)
    sentence = refused("cub200", root)
    assert says in sentence
    assert file in sentence


@pytest.mark.parametrize("content", ["[]", "{", '{"train": [["a.jpg", 0]]}', '{"all": [["a.jpg", 0, "A"]]}', "{}"])
def test_a_damaged_split_of_coop_is_named(content, copied):
    root = copied("ucf-midframes")
    (root / "ucf101" / "split_zhou_UCF101.json").write_text(content)
    assert "split_zhou_UCF101.json" in refused("ucf-midframes", root)


# Splits


def test_official_splits_are_kept(written):
    cub = opened("cub200", written / "cub200", split="official")
    assert cub.pictures("test").names[:2] == tuple(
        f"images/{BIRDS[0]}/Black_footed_Albatross_000{i}_{796097 + i}.jpg" for i in (1, 4)
    )
    for name in ("ucf-midframes", "ucf-videos"):
        ucf = opened(name, written / name, split="official")
        assert all("_g01_" in video for video in ucf.pictures("test").names)
    coop = opened("ucf-midframes", written / "ucf-midframes").pictures("validation")
    assert all("_g08_c01" in frame for frame in coop.names)


def test_videos_of_one_group_stay_on_one_side_of_a_draw(written):
    for seed in range(5):
        ucf = opened("ucf-videos", written / "ucf-videos", split="seeded", split_seed=seed, test_share=0.4)
        train, test = ({name.rpartition("_c")[0] for name in ucf.pictures(part).names} for part in ("train", "test"))
        assert not train & test
        assert len(ucf.pictures("test")) == 2 * len(ACTIONS)


@pytest.mark.parametrize(
    ("name", "lacking"), [("ucf-midframes", "ucf101/split_zhou_UCF101.json"), ("ucf-videos", "ucfTrainTestlist")]
)
def test_without_its_lists_ucf_is_drawn_and_says_what_is_lacking(name, lacking, copied):
    root = copied(name)
    (root / lacking).rename(root / "elsewhere")
    assert "split by seed 0" in opened(name, root).layout
    assert str(root / lacking) in opened(name, root).layout
    dataset = opened(name, root, split="official")
    with pytest.raises(DataError, match="without an official split") as caught:
        dataset.pictures("test")
    assert str(root / lacking) in caught.value.hint


def test_no_split_of_imagenet_r_is_official(written):
    assert "without an official split" in refused("imagenet-r", written / "imagenet-r", split="official")


# ImageNet-R


def test_without_a_readme_the_names_are_those_that_ship_and_an_unknown_folder_is_named(copied):
    root = copied("imagenet-r")
    (root / "imagenet-r" / "README.txt").unlink()
    assert opened("imagenet-r", root).class_names == ("goldfish", "great white shark", "acorn")
    write_picture(root / "imagenet-r" / "n99999999" / "a.jpg")
    assert "No name is known for the class folder 'n99999999'" in refused("imagenet-r", root)


def test_the_readme_names_come_first(copied):
    root = copied("imagenet-r")
    (root / "imagenet-r" / "README.txt").write_text(f"{WNIDS[0]} gold_fish, Carassius auratus\n")
    assert opened("imagenet-r", root).class_names[0] == "gold fish"


# The photographs of the kit


@pytest.mark.skipif(not KIT.is_dir(), reason="the kit of photographs is not beside the project")
def test_the_photographs_of_the_kit_load():
    report = describe(DataSettings(name="folder", root=str(KIT)))
    assert report.found, report.problem
    assert len(report.class_names) == 50
    assert "electric guitar" in report.class_names
    assert sum(report.counts["test"]) == 500
    pictures = opened("folder", KIT).pictures("train")
    assert pictures.load(0).shape[2] == 3


def test_the_split_of_coop_is_the_file_that_the_field_uses(written):
    listed = json.loads((written / "ucf-midframes" / "ucf101" / "split_zhou_UCF101.json").read_text())
    test = opened("ucf-midframes", written / "ucf-midframes").pictures("test")
    assert [name for name, _, _ in listed["test"]] == list(test.names)
