"""Whatever a server does, a download ends in the right file or in a sentence, with nothing but the `.part` left."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from email.utils import formatdate

import pytest

from backend import download, transfer
from backend.download import Source, fetch
from backend.errors import DownloadError, StorageError
from backend.gate import Gate, Stopped
from backend.transfer import Meter, alone
from tests.server import Loopback

BODY = random.Random(1).randbytes(300_000)
RIGHT = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.fixture
def server():
    with Loopback() as loopback:
        yield loopback


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """No test waits; how long a user would have waited is remembered."""
    waited = []
    monkeypatch.setattr(download, "wait", lambda seconds, gate: waited.append(seconds))
    return waited


def get(server, folder, path="/set.tgz", *, tick=lambda _: None, gate=None, size=0, digest=""):
    source = Source(server.url(path), "set.tgz", size, digest)
    return fetch(source, folder, tick=tick, gate=gate or Gate())


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def stop_after(count, gate):
    """Stop once `count` bytes have come."""
    return lambda transfer: gate.stop() if transfer.done >= count else None


def test_a_file_arrives_whole_with_progress_and_nothing_beside_it(server, tmp_path):
    server.serve("/set.tgz", BODY)
    seen = []
    path = get(server, tmp_path / "new" / "folder", tick=seen.append, size=len(BODY), digest=RIGHT)
    assert path.read_bytes() == BODY
    assert left(path.parent) == ["set.tgz"]
    assert {one.phase for one in seen} == {"download", "check"}
    last = [one for one in seen if one.phase == "download"][-1]
    assert (last.name, last.done, last.total) == ("set.tgz", len(BODY), len(BODY))


def test_an_empty_file_arrives(server, tmp_path):
    server.serve("/set.tgz", b"")
    assert get(server, tmp_path).read_bytes() == b""


def test_a_file_that_is_right_is_not_fetched_again(server, tmp_path):
    (tmp_path / "set.tgz").write_bytes(BODY)
    for known in ({}, {"size": len(BODY)}, {"digest": RIGHT}, {"digest": RIGHT.upper().replace("SHA256", "sha256")}):
        assert get(server, tmp_path, **known).read_bytes() == BODY
    assert server.requests == []


@pytest.mark.parametrize("known", [{"size": len(BODY)}, {"digest": RIGHT}], ids=["size", "digest"])
def test_a_file_that_is_wrong_stays_until_the_right_one_is_there(server, tmp_path, known):
    (tmp_path / "set.tgz").write_bytes(b"old")
    with pytest.raises(DownloadError):
        get(server, tmp_path, **known)
    assert (tmp_path / "set.tgz").read_bytes() == b"old"
    server.serve("/set.tgz", BODY)
    assert get(server, tmp_path, **known).read_bytes() == BODY


def test_a_connection_that_is_cut_goes_on_where_it_was(server, tmp_path):
    server.serve("/set.tgz", BODY, cuts=[100_000, 0, 50_000])
    assert get(server, tmp_path, digest=RIGHT).read_bytes() == BODY
    assert left(tmp_path) == ["set.tgz"]
    asked = [request.headers.get("range") for request in server.asked("/set.tgz")]
    assert asked == [None, "bytes=100000-", "bytes=100000-", "bytes=150000-"]


def test_any_number_of_cuts_is_survived_as_long_as_something_comes(server, tmp_path):
    server.serve("/set.tgz", BODY, cuts=[20_000] * 12)
    assert get(server, tmp_path).read_bytes() == BODY


def test_without_ranges_it_starts_at_zero(server, tmp_path):
    server.serve("/set.tgz", BODY, ranges=False, cuts=[100_000, 200_000])
    assert get(server, tmp_path).read_bytes() == BODY


def test_without_ranges_a_server_that_always_cuts_is_given_up_on(server, tmp_path):
    server.serve("/set.tgz", BODY, ranges=False, cuts=[100_000] * 50)
    with pytest.raises(DownloadError, match=r"lost after 100\.0 kB of 300\.0 kB") as caught:
        get(server, tmp_path)
    assert str(tmp_path / "set.tgz") in caught.value.hint
    assert len(server.requests) <= download.ATTEMPTS + 1
    assert left(tmp_path) == ["set.tgz.part", "set.tgz.part.json"]


def test_a_stopped_download_goes_on_at_the_next_call(server, tmp_path):
    server.serve("/set.tgz", BODY, chunk=10_000)
    gate = Gate()
    with pytest.raises(Stopped):
        get(server, tmp_path, tick=stop_after(1, gate), gate=gate)
    assert left(tmp_path) == ["set.tgz.part", "set.tgz.part.json"]
    have = (tmp_path / "set.tgz.part").stat().st_size
    assert 0 < have < len(BODY)
    assert get(server, tmp_path, digest=RIGHT).read_bytes() == BODY
    assert server.requests[-1].headers["range"] == f"bytes={have}-"
    assert left(tmp_path) == ["set.tgz"]


def test_a_slow_server_can_be_stopped_between_two_chunks(server, tmp_path):
    more, gate = threading.Event(), Gate()
    server.serve("/set.tgz", BODY, chunk=1000, hold=more)

    def tick(_):
        gate.stop()
        more.set()

    with pytest.raises(Stopped):
        get(server, tmp_path, tick=tick, gate=gate)
    assert (tmp_path / "set.tgz.part").stat().st_size < len(BODY)


def half_a_file(server, folder):
    page, gate = server.serve("/set.tgz", BODY, chunk=10_000), Gate()
    with pytest.raises(Stopped):
        get(server, folder, tick=stop_after(1, gate), gate=gate)
    return page


def test_a_file_that_changed_on_the_server_starts_again(server, tmp_path):
    page = half_a_file(server, tmp_path)
    page.body = BODY[::-1]
    assert get(server, tmp_path).read_bytes() == BODY[::-1]


def test_a_server_that_goes_on_with_another_file_is_noticed(server, tmp_path):
    page = half_a_file(server, tmp_path)
    old = page.etag
    page.body = BODY[::-1]
    page.headers["ETag"] = old  # to the If-Range it says yes
    page.headers["Content-Range"] = "bytes 5-9/10"
    assert get(server, tmp_path).read_bytes() == BODY[::-1]


def test_a_server_that_finds_the_range_wrong_is_asked_for_everything(server, tmp_path):
    page = half_a_file(server, tmp_path)
    page.first = [(416, {})]
    assert get(server, tmp_path).read_bytes() == BODY


def test_the_beginning_of_another_address_does_not_count(server, tmp_path):
    half_a_file(server, tmp_path)
    server.serve("/other", BODY[::-1])
    assert get(server, tmp_path, "/other").read_bytes() == BODY[::-1]


def test_without_a_version_it_does_not_go_on(server, tmp_path):
    page = half_a_file(server, tmp_path)
    note = json.loads((tmp_path / "set.tgz.part.json").read_text())
    assert note["validator"] == page.etag
    (tmp_path / "set.tgz.part.json").write_text(json.dumps(note | {"validator": ""}))
    assert get(server, tmp_path).read_bytes() == BODY
    assert "range" not in server.requests[-1].headers


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"url": 3}', b"\xff"])
def test_a_damaged_note_means_starting_again(server, tmp_path, note):
    half_a_file(server, tmp_path)
    (tmp_path / "set.tgz.part.json").write_bytes(note)
    assert get(server, tmp_path).read_bytes() == BODY


def test_a_weak_etag_is_no_version_but_a_date_is(server, tmp_path):
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    page = server.serve("/set.tgz", BODY, headers={"ETag": 'W/"1"', "Last-Modified": date}, cuts=[1000])
    page.ranges = False
    assert get(server, tmp_path).read_bytes() == BODY
    assert server.requests[-1].headers["if-range"] == date


def test_a_part_that_was_complete_when_it_crashed_is_only_put_in_place(server, tmp_path):
    page = half_a_file(server, tmp_path)
    (tmp_path / "set.tgz.part").write_bytes(page.body)
    server.requests.clear()
    assert get(server, tmp_path, digest=RIGHT).read_bytes() == BODY
    assert server.requests == []


def test_a_part_is_not_taken_for_the_file(server, tmp_path):
    (tmp_path / "set.tgz.part").write_bytes(b"x" * len(BODY))
    server.serve("/set.tgz", BODY)
    assert get(server, tmp_path, size=len(BODY)).read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "moved"), (403, "login"), (401, "licence"), (410, "no longer"), (400, "refused"), (204, "refused")],
)
def test_a_refusal_is_a_sentence_and_not_asked_again(server, tmp_path, waits, status, words):
    server.refuse("/set.tgz", status)
    with pytest.raises(DownloadError, match=words) as caught:
        get(server, tmp_path)
    assert server.url("/set.tgz") in caught.value.hint
    assert str(tmp_path / "set.tgz") in caught.value.hint
    assert (len(server.requests), waits, left(tmp_path)) == (1, [], [])


def test_a_busy_server_is_left_alone_as_long_as_it_says(server, tmp_path, waits):
    server.serve("/set.tgz", BODY, first=[(429, {"Retry-After": "3"}), (503, {"Retry-After": "86400"})])
    assert get(server, tmp_path).read_bytes() == BODY
    assert waits == [3.0, download.LONGEST_WAIT]


def test_a_busy_server_may_name_a_date(server, tmp_path, waits):
    server.serve("/set.tgz", BODY, first=[(429, {"Retry-After": formatdate(4e9, usegmt=True)})])
    assert get(server, tmp_path).read_bytes() == BODY
    assert waits == [download.LONGEST_WAIT]


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_senseless_retry_after_is_a_normal_wait(server, tmp_path, waits, text):
    server.serve("/set.tgz", BODY, first=[(500, {"Retry-After": text})])
    assert get(server, tmp_path).read_bytes() == BODY
    assert 0 < waits[0] <= 2 * download.FIRST_WAIT


def test_a_broken_server_is_given_up_on_after_longer_and_longer_waits(server, tmp_path, waits):
    server.refuse("/set.tgz", 500)
    with pytest.raises(DownloadError, match="500"):
        get(server, tmp_path)
    assert len(server.requests) == download.ATTEMPTS
    assert waits[-1] > 2 * waits[0]
    assert left(tmp_path) == []


def test_offline_says_what_to_do_by_hand(tmp_path):
    with Loopback() as server:
        pass  # the port is closed again
    with pytest.raises(DownloadError, match=r"No connection to 127\.0\.0\.1") as caught:
        get(server, tmp_path)
    assert f"put it at '{tmp_path / 'set.tgz'}'" in caught.value.hint
    assert left(tmp_path) == []


def test_a_server_that_does_not_answer_is_given_up_on(server, tmp_path, monkeypatch):
    import httpx2

    from backend import web

    monkeypatch.setattr(web, "TIMEOUT", httpx2.Timeout(0.1))
    server.serve("/set.tgz", BODY, chunk=1000, ranges=False, hold=threading.Event())
    with pytest.raises(DownloadError, match="did not answer in time"):
        get(server, tmp_path)


def test_a_length_that_is_told_too_long_is_no_file(server, tmp_path):
    server.serve("/set.tgz", BODY, length=len(BODY) + 5)
    with pytest.raises(DownloadError, match=r"lost|no longer"):
        get(server, tmp_path)
    assert "set.tgz" not in left(tmp_path)


@pytest.mark.parametrize("length", [len(BODY) - 5, len(BODY) + 5])
def test_a_length_that_is_not_the_known_one_is_refused_before_a_byte_is_stored(server, tmp_path, length):
    server.serve("/set.tgz", BODY, length=length)
    with pytest.raises(DownloadError, match="300,000 are expected"):
        get(server, tmp_path, size=len(BODY))
    assert left(tmp_path) == []


def test_more_than_the_known_size_is_refused(server, tmp_path):
    server.serve("/set.tgz", BODY, length=-1)
    with pytest.raises(DownloadError, match="more than the 1,000 bytes"):
        get(server, tmp_path, size=1000)
    assert left(tmp_path) == []


def test_a_server_that_tells_no_length_is_fine(server, tmp_path):
    server.serve("/set.tgz", BODY, length=-1)
    assert get(server, tmp_path).read_bytes() == BODY


def test_less_than_the_known_size_is_fetched_on(server, tmp_path):
    server.serve("/set.tgz", BODY, length=-1, cuts=[100_000])
    assert get(server, tmp_path, size=len(BODY)).read_bytes() == BODY


def test_a_wrong_digest_leaves_nothing_and_names_both(server, tmp_path):
    server.serve("/set.tgz", BODY[::-1])
    with pytest.raises(DownloadError, match=rf"expected {RIGHT}, got sha256:[0-9a-f]{{64}}"):
        get(server, tmp_path, digest=RIGHT)
    assert left(tmp_path) == []


def test_an_md5_is_good_too(server, tmp_path):
    server.serve("/set.tgz", BODY)
    digest = f"md5:{hashlib.md5(BODY).hexdigest()}"
    assert get(server, tmp_path, digest=digest).read_bytes() == BODY


def test_a_web_page_is_not_taken_for_a_file(server, tmp_path):
    server.serve("/set.tgz", b"<html>Sign in</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(DownloadError, match="web page"):
        get(server, tmp_path)
    assert left(tmp_path) == []


def test_a_redirect_is_followed_also_when_it_goes_on(server, tmp_path):
    server.serve("/real", BODY, cuts=[100_000])
    server.redirect("/set.tgz", "/real")
    assert get(server, tmp_path).read_bytes() == BODY
    assert server.asked("/real")[-1].headers["range"] == "bytes=100000-"


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/x", "file:///etc/passwd", "/set.tgz"], ids=["ftp", "file", "loop"])
def test_a_redirect_that_leads_nowhere_is_a_sentence(server, tmp_path, to):
    server.redirect("/set.tgz", to)
    with pytest.raises(DownloadError, match="leads nowhere"):
        get(server, tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize("url", ["", "nothing", "ftp://127.0.0.1/x", "http://"])
def test_an_address_that_is_none_is_a_sentence(tmp_path, url):
    with pytest.raises(DownloadError):
        fetch(Source(url, "x"), tmp_path, tick=lambda _: None, gate=Gate())
    assert left(tmp_path) == []


def test_a_proxy_that_cannot_be_used_is_a_sentence(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "carrier://pigeon")
    with pytest.raises(DownloadError, match="proxy"):
        get(server, tmp_path)


def test_a_full_disk_is_noticed_before_a_byte_is_stored(server, tmp_path, monkeypatch):
    server.serve("/set.tgz", BODY)
    monkeypatch.setattr(transfer, "room", lambda _: 100_000)
    with pytest.raises(StorageError, match=r"needs 300\.0 kB .* and 100\.0 kB can be used"):
        get(server, tmp_path)
    assert "set.tgz" not in left(tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        get(server, tmp_path / "file" / "folder")


def test_a_file_that_is_right_needs_no_lock_and_so_no_folder_that_can_be_written(server, tmp_path):
    (tmp_path / "set.tgz").write_bytes(BODY)
    with alone(tmp_path / "set.tgz", RuntimeError()):
        assert get(server, tmp_path, digest=RIGHT).read_bytes() == BODY


def test_a_second_download_of_the_same_file_is_told_so(server, tmp_path):
    server.serve("/set.tgz", BODY)
    with alone(tmp_path / "set.tgz", RuntimeError()), pytest.raises(DownloadError, match="already being downloaded"):
        get(server, tmp_path)
    assert get(server, tmp_path).read_bytes() == BODY


def test_the_wait_between_tries_can_be_stopped(server, tmp_path, monkeypatch):
    monkeypatch.undo()  # the real wait
    monkeypatch.setattr(download, "FIRST_WAIT", 1e6)
    gate, ended = Gate(), []
    server.refuse("/set.tgz", 500)

    def work():
        try:
            get(server, tmp_path, gate=gate)
        except Stopped:
            ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    gate.stop()
    thread.join(10)
    assert ended == [True]


@pytest.mark.parametrize("bad", [{"name": "../x"}, {"name": ""}, {"name": "x", "digest": "crc:1"}])
def test_a_source_with_a_wrong_name_or_digest_is_a_mistake_of_the_programmer(bad):
    with pytest.raises(ValueError, match=r"is not a plain|does not start"):
        Source("http://127.0.0.1/x", **bad)


def test_progress_is_told_ten_times_a_second_with_the_rate_and_once_at_the_end(monkeypatch):
    now, seen = [0.0], []
    monkeypatch.setattr(transfer.time, "monotonic", lambda: now[0])
    meter = Meter("x", "download", 1000, seen.append)
    for step in range(1001):
        now[0] = step / 100  # ten seconds at 100 bytes a second
        meter.move(step)
    meter.finish(1000)
    assert 90 <= len(seen) <= 102
    assert [round(one.rate) for one in seen[5:]] == [100] * (len(seen) - 5)
    assert seen[-1].done == 1000
