"""What a run says of a picture, now and at each checkpoint: the same numbers as from a model loaded afresh."""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from backend import answerer, checkpoint
from backend.answering import Answering, trained
from backend.api import Gate, export, run
from backend.cli import main
from backend.config import DATASETS
from backend.dialogue import Costly, Done, Nearest, Opened, Question, Said, Trouble, Working, read_question, read_reply
from backend.encoders.squares import square as make_square
from backend.errors import DataError
from backend.images import read_image
from backend.neighbours import Gallery
from backend.predict import history, predict
from backend.replies import Replies
from tests.worlds import THINGS, tiny_config

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """A run whose whole image tower moved, two tasks of four classes."""
    folder = tmp_path_factory.mktemp("runs") / "tuned"
    config = tiny_config(split={"classes_per_task": 4}, model={"tuning": "full"}, method={"name": "dmc"})
    assert run(config, folder, lambda _: None, Gate()).outcome == "finished"
    return folder


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "a.png"
    Image.fromarray(DATASETS["tiny"]().pictures("test").load(0)).resize((90, 70)).save(path)
    return path


@pytest.fixture(scope="module")
def replies(tuned, picture):
    """With the model of `tuned` loaded already, for tests that ask nothing else."""
    made = Replies()
    ask(made, tuned, picture)
    return made


@pytest.fixture(scope="module")
def asked(tuned):
    return Answering(tuned)


@pytest.fixture
def no_gallery(replies, monkeypatch):
    """Nothing was compared with training pictures yet."""
    monkeypatch.setattr(replies, "_gallery", None)


@cache
def alone(folder, task):
    """A model of its own for one checkpoint, loaded afresh."""
    saved = checkpoint.load(checkpoint.ends(folder)[task])
    return saved, trained(saved, CPU)


def seen(asked, path):
    return asked.encoder.preprocess(read_image(path))[None]


def fresh(folder, task, path, texts=()):
    """The probabilities that a checkpoint gives, loaded by itself into a new model."""
    saved, encoder = alone(folder, task)
    rows = saved.tensors["classifier"]
    if texts:
        template = saved.manifest["template"]
        each = [encoder.text.features([template.replace("{}", text)])[0] for text in texts]
        rows = torch.cat([rows, torch.stack(each)])
    with torch.no_grad():
        features = encoder.image(encoder.preprocess(read_image(path))[None])
        return (float(saved.tensors["scale"]) * features @ rows.T).softmax(dim=1)[0]


def ask(replies, source, path, **more):
    return list(replies.to(Question(id=7, source=str(source), picture=str(path), **more)))


def only(found, kind):
    return [reply for reply in found if isinstance(reply, kind)]


def test_each_checkpoint_says_what_it_says_when_loaded_afresh_in_any_order(asked, tuned, picture):
    assert (asked.there, asked.newest) == ((1, 0), 1)
    for task in (1, 0, 1, 0):
        told = asked.probabilities(asked.features(seen(asked, picture), task), task)[0]
        torch.testing.assert_close(told, fresh(tuned, task, picture))
    assert not torch.allclose(fresh(tuned, 0, picture), fresh(tuned, 1, picture)[:4])


def test_the_newest_says_what_predict_says(replies, asked, tuned, picture):
    (guesses,) = predict(tuned, [picture], top=8)
    (said, *_) = only(ask(replies, tuned, picture), Said)
    names = [name for names in asked.tasks for name in names]
    assert said.task == 1
    assert {guess.name: guess.probability for guess in guesses} == pytest.approx(
        dict(zip(names, said.learned, strict=True)), abs=1e-6
    )


def test_texts_are_scored_as_zero_shot_classes_in_one_softmax(replies, tuned, picture):
    texts = ("a tractor", "red balloon")
    found = ask(replies, tuned, picture, texts=(*texts, " ".join(THINGS[0]).upper()))
    opened, newest, earlier, done = (reply for reply in found if not isinstance(reply, Working))
    assert newest.texts == texts
    np.testing.assert_allclose(newest.beside, fresh(tuned, 1, picture, texts), rtol=1e-4)
    assert sum(newest.learned) == pytest.approx(1, abs=1e-5)
    assert opened.learned == (" ".join(THINGS[0]).upper(),)
    assert not earlier.beside
    assert isinstance(done, Done)


def test_a_text_that_is_too_long_is_named_and_the_rest_is_answered(replies, tuned, picture):
    found = ask(replies, tuned, picture, texts=("very " * 100,))
    (trouble,) = only(found, Trouble)
    assert trouble.part == "texts"
    assert "tokens" in trouble.sentence
    assert [said.task for said in only(found, Said)] == [1, 0]
    assert isinstance(found[-1], Done)


def test_what_is_said_survives_the_pipe(replies, tuned, picture):
    for reply in ask(replies, tuned, picture, texts=("dog",), nearest="yes"):
        assert read_reply(reply.line()) == reply
    question = Question(id=1, source="a b", picture="c", texts=("d",), nearest="quick")
    assert read_question(question.line()) == question


def test_the_model_sees_the_square_that_is_shown(replies, tuned, picture):
    (opened,) = only(ask(replies, tuned, picture), Opened)
    square = np.frombuffer(opened.square.rgb, np.uint8).reshape(opened.square.height, opened.square.width, 3)
    np.testing.assert_array_equal(square, np.asarray(make_square(read_image(picture), 48, opened.transform)))


def test_the_model_is_loaded_once_for_many_pictures(tuned, picture):
    replies = Replies()
    assert [reply.doing for reply in only(ask(replies, tuned, picture), Working)] == ["model"]
    assert not only(ask(replies, tuned, picture), Working)


def test_a_checkpoint_that_is_gone_or_damaged_is_left_out_and_told(tuned, picture, tmp_path):
    folder = shutil.copytree(tuned, tmp_path / "run")
    state = folder / "checkpoints" / "task-01" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:100])
    replies = Replies()
    found = ask(replies, folder, picture)
    (trouble,) = only(found, Trouble)
    assert (trouble.part, trouble.task) == ("task", 0)
    assert "truncated" in trouble.sentence
    shutil.rmtree(folder / "checkpoints" / "task-01")
    (opened,) = only(ask(replies, folder, picture), Opened)
    assert (opened.there, len(opened.tasks)) == ((1,), 2)


def test_a_run_that_goes_on_is_asked_at_its_newest_checkpoint(tuned, picture, tmp_path):
    folder = shutil.copytree(tuned, tmp_path / "run")
    last = (folder / "checkpoints" / "task-02").rename(tmp_path / "later")
    replies = Replies()
    assert [said.task for said in only(ask(replies, folder, picture), Said)] == [0]
    last.rename(folder / "checkpoints" / "task-02")
    found = ask(replies, folder, picture)
    assert [said.task for said in only(found, Said)] == [1, 0]
    np.testing.assert_allclose(only(found, Said)[0].learned, fresh(tuned, 1, picture), rtol=1e-4)


def test_a_bundle_answers_for_the_last_task_only(tuned, picture, tmp_path):
    packed = export(tuned, "bundle", tmp_path / "a.zip")
    found = ask(Replies(), packed, picture)
    (opened,), (said,) = only(found, Opened), only(found, Said)
    assert (opened.bundle, opened.there, len(opened.tasks)) == (True, (1,), 2)
    np.testing.assert_allclose(said.learned, fresh(tuned, 1, picture), rtol=1e-4)


@pytest.mark.parametrize(("source", "why"), [("nowhere", "no run folder"), ("a.zip", "cannot be read as a bundle")])
def test_what_cannot_be_asked_is_told_in_a_sentence(source, why, picture, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip at all")
    trouble = ask(Replies(), tmp_path / source, picture)[-1]
    assert (trouble.part, trouble.id) == ("all", 7)
    assert why in trouble.sentence


def test_a_file_that_is_no_picture_is_told_and_the_next_question_is_answered(replies, tuned, picture, tmp_path):
    (tmp_path / "a.png").write_bytes(b"words")
    assert "cannot be read as a picture" in ask(replies, tuned, tmp_path / "a.png")[-1].sentence
    assert isinstance(ask(replies, tuned, picture)[-1], Done)


# --- training pictures ---


def test_a_training_picture_is_nearest_to_itself(replies, tuned, tmp_path):
    pictures = DATASETS["tiny"]().pictures("train")
    path = tmp_path / "known.png"
    Image.fromarray(pictures.load(20)).save(path)
    (near,) = only(ask(replies, tuned, path, nearest="yes"), Nearest)
    assert near.pictures[0].name == "train/20"
    assert near.pictures[0].class_name == " ".join(THINGS[1])
    assert near.pictures[0].similarity == pytest.approx(1, abs=1e-5)
    assert [p.similarity for p in near.pictures] == sorted((p.similarity for p in near.pictures), reverse=True)
    assert near.searched == len(pictures)


def test_similarities_are_cosines_of_the_newest_features(asked, picture):
    gallery = Gallery(asked, most=3)
    assert len(gallery.rows) == 3 * len(THINGS)
    assert list(gallery.encode())[-1] == len(gallery.rows)
    mine = asked.features(seen(asked, picture))
    for near in gallery.nearest(mine, 4):
        other = asked.encoder.preprocess(Image.fromarray(gallery.pictures.load(near.row)))[None]
        assert near.similarity == pytest.approx(float(F.cosine_similarity(mine, asked.features(other))), abs=1e-5)


@pytest.mark.usefixtures("no_gallery")
def test_a_search_that_was_cut_off_goes_on_where_it_was(replies, tuned, picture):
    answer = replies.to(Question(id=1, source=str(tuned), picture=str(picture), nearest="yes"))
    first = next(reply for reply in answer if isinstance(reply, Working) and reply.doing == "nearest")
    answer.close()
    later = [r.done for r in only(ask(replies, tuned, picture, nearest="yes"), Working)]
    assert first.done == 16
    assert later[0] == 32
    assert later[-1] == first.total
    assert not only(ask(replies, tuned, picture, nearest="yes"), Working), "all is known by now"


@pytest.mark.usefixtures("no_gallery")
def test_a_search_that_takes_long_is_offered_not_begun(replies, tuned, picture, monkeypatch):
    monkeypatch.setattr(replies, "_quick", 0.0)
    found = ask(replies, tuned, picture, nearest="quick")
    (costly,) = only(found, Costly)
    assert costly.pictures == 12 * len(THINGS) - 16
    assert costly.seconds > 0
    assert not only(found, Nearest)


def test_pictures_that_cannot_be_read_are_left_out(asked, picture, monkeypatch):
    monkeypatch.setitem(asked.manifest["config"]["data"], "root", "broken")
    gallery = Gallery(asked)
    list(gallery.encode())
    near = gallery.nearest(asked.features(seen(asked, picture)), 999)
    assert len(near) == len(gallery.rows) - 2


@pytest.mark.usefixtures("no_gallery")
def test_training_data_that_is_gone_is_told_and_the_rest_works(replies, tuned, picture, monkeypatch):
    def gone(*_):
        raise DataError("The data set is gone.", "Put it back.")

    monkeypatch.setattr(DATASETS["tiny"], "pictures", gone)
    found = ask(replies, tuned, picture, nearest="quick")
    (trouble,) = only(found, Trouble)
    assert (trouble.part, trouble.sentence) == ("nearest", "The data set is gone.")
    assert len(only(found, Said)) == 2


# --- the process ---


def test_a_newer_question_ends_the_answer_to_an_older_one(tuned, picture):
    questions = queue.SimpleQueue()
    questions.put(Question(id=1, source=str(tuned), picture=str(picture)))
    told = answerer.said(questions, idle_seconds=0)
    assert next(reply.id for reply in told if isinstance(reply, Opened)) == 1
    questions.put(Question(id=2, source=str(tuned), picture=str(picture)))
    questions.put(Question(id=3, source=str(tuned), picture=str(picture)))
    rest = list(told)
    assert {reply.id for reply in rest} == {3}
    assert isinstance(rest[-1], Done)


def test_nobody_asking_ends_it(tuned):
    assert list(answerer.said(queue.SimpleQueue(), idle_seconds=0)) == []


def test_the_process_says_only_replies_and_ends_when_nobody_asks_or_listens():
    code = "from backend.answerer import serve; serve({}); print('chatter')"
    for idle, keep in ((0.2, True), (600, False)):
        process = subprocess.Popen(
            [sys.executable, "-c", code.format(idle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        if not keep:
            process.stdin.close()
        assert process.wait(60) == 0
        with process:
            assert process.stdout.read() == b""


def test_an_empty_question_is_answered_with_silence(tuned, picture):
    questions = queue.SimpleQueue()
    questions.put(Question(id=1, source=str(tuned)))
    assert [type(reply) for reply in answerer.said(questions, idle_seconds=0)] == [Working]


def test_predict_prints_the_history(tuned, picture, capsys):
    assert main(["predict", str(tuned), str(picture), "--history"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(picture)
    for task, line in enumerate(said[1:]):
        best = float(fresh(tuned, task, picture).max())
        assert line.startswith(f"  after task {task + 1}: ")
        assert f"{100 * best:.1f} %" in line


def test_predict_says_where_a_checkpoint_is_missing(tuned, picture, tmp_path):
    packed = export(tuned, "bundle", tmp_path / "a.zip")
    (first, nothing), (second, (guess,)) = history(packed, [picture])
    assert (first, nothing, second) == (0, [None], 1)
    assert guess.probability == pytest.approx(float(fresh(tuned, 1, picture).max()), abs=1e-5)
