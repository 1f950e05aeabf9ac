"""Picture and video files: every mode and orientation becomes 8-bit RGB, and what cannot be read is named."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from backend.errors import DataError
from backend.images import ImageFiles, is_picture, read_image, read_small
from backend.videos import MiddleFrames, middle_frame
from tests.layouts import FRAMES_A_VIDEO, write_picture, write_video


def saved(folder, name, picture, **options):
    path = folder / name
    picture.save(path, **options)
    return path


def corner(path):
    """Return the colour in the upper left."""
    return tuple(int(value) for value in np.asarray(read_image(path))[2, 2])


def near(colour, expected, within=4):
    return all(abs(a - b) <= within for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize(
    ("name", "picture", "colour"),
    [
        ("grey.png", Image.new("L", (20, 10), 90), (90, 90, 90)),
        ("black and white.png", Image.new("1", (20, 10), 1), (255, 255, 255)),
        ("palette.gif", Image.new("RGB", (20, 10), (200, 30, 40)).quantize(4), (200, 30, 40)),
        ("half through.png", Image.new("RGBA", (20, 10), (0, 0, 0, 128)), (127, 127, 127)),
        ("all through.png", Image.new("RGBA", (20, 10), (255, 0, 0, 0)), (255, 255, 255)),
        ("grey through.png", Image.new("LA", (20, 10), (0, 0)), (255, 255, 255)),
        ("print.jpg", Image.new("CMYK", (20, 10), (0, 255, 255, 0)), (255, 0, 0)),
        ("deep.png", Image.fromarray(np.full((10, 20), 32896, dtype=np.uint16)), (128, 128, 128)),
        ("modern.webp", Image.new("RGB", (20, 10), (10, 200, 30)), (10, 200, 30)),
        ("scan.tif", Image.new("RGB", (20, 10), (10, 200, 30)), (10, 200, 30)),
    ],
)
def test_every_mode_becomes_rgb(tmp_path, name, picture, colour):
    path = saved(tmp_path, name, picture)
    assert np.asarray(read_image(path)).shape == (10, 20, 3)
    assert near(corner(path), colour), corner(path)
    assert read_small(path, 10).size == (10, 5)


def test_a_palette_with_a_transparent_colour_stands_on_white(tmp_path):
    picture = Image.new("P", (20, 10), 0)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    assert corner(saved(tmp_path, "a.png", picture, transparency=0)) == (255, 255, 255)


def test_of_an_animation_the_first_frame_is_read(tmp_path):
    red, blue = (Image.new("RGB", (20, 10), colour) for colour in ("red", "blue"))
    path = saved(tmp_path, "a.gif", red, save_all=True, append_images=[blue])
    assert corner(path) == (255, 0, 0)


def test_a_photograph_that_was_turned_is_read_upright(tmp_path):
    picture = Image.new("RGB", (40, 20), "blue")
    picture.paste("red", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show a quarter turn clockwise
    path = saved(tmp_path, "turned.jpg", picture, exif=exif, quality=95)
    assert read_image(path).size == (20, 40)
    assert near(corner(path), (255, 0, 0), within=12)
    assert read_small(path, 10).size == (5, 10)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("read", [read_image, lambda path: read_small(path, 16)], ids=["whole", "small"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "its format is unknown"),
        (b"<html>not found</html>", "its format is unknown"),
        (png_that_claims(15_000, 14_000), "pixels"),
        (png_that_claims(60_000, 60_000), "pixels"),
        (png_that_claims(50, 50), "cannot be read as a picture"),
    ],
    ids=["empty", "html", "huge", "a bomb", "cut off"],
)
def test_what_is_no_picture_is_named_with_the_reason(tmp_path, content, says, read):
    path = tmp_path / "odd.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"odd\.png") as caught:
        read(path)
    assert says in caught.value.sentence
    assert caught.value.hint


def test_a_truncated_photograph_is_named(tmp_path):
    path = tmp_path / "cut.jpg"
    write_picture(path, size=(200, 200))
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(DataError, match=r"cut\.jpg.*truncated"):
        read_image(path)


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(DataError, match="There is no picture"):
        read_image(tmp_path / "none.png")


def test_files_are_loaded_by_index_and_keep_their_order(tmp_path):
    for kind, name in enumerate(("b/1.png", "a/2.png")):
        write_picture(tmp_path / name, kind)
    pictures = ImageFiles(tmp_path, ["b/1.png", "a/2.png"], np.array([0, 1]))
    assert len(pictures) == 2
    assert [int(pictures.load(i)[0, 0, 0]) for i in range(2)] == [0, 70]
    assert pictures.thumbnail(1, 8).shape == (6, 8, 3)


def test_pictures_are_told_by_their_ending():
    assert is_picture("A.JPEG")
    assert not is_picture("notes.txt")


def test_of_a_video_the_middle_frame_is_read(tmp_path):
    write_video(tmp_path / "v.avi")
    grey = middle_frame(tmp_path / "v.avi").getpixel((24, 16))
    assert near(grey, (20 + 30 * (FRAMES_A_VIDEO // 2),) * 3, within=6)
    frames = MiddleFrames(tmp_path, ["v.avi"], np.array([0]))
    assert frames.load(0).shape == (32, 48, 3)
    assert frames.thumbnail(0, 24).shape == (16, 24, 3)


@pytest.mark.parametrize("keep", [0, 60, 0.4], ids=["empty", "no header", "cut off"])
def test_a_video_that_does_not_decode_is_named(tmp_path, keep):
    path = tmp_path / "v.avi"
    write_video(path, frames=60)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if keep < 1 else keep])
    with pytest.raises(DataError, match=r"v\.avi") as caught:
        middle_frame(path)
    assert caught.value.hint


def test_a_missing_video_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.avi"):
        middle_frame(tmp_path / "none.avi")
