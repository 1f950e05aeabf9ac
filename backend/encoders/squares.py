"""From a picture of any size to the square that a model sees, to the pixel as torchvision's transforms make it."""

from __future__ import annotations

from typing import Literal

from PIL import Image

Transform = Literal["crop", "squash"]


def square(picture: Image.Image, side: int, transform: Transform) -> Image.Image:
    """Return a picture as RGB, `side` x `side` pixels, resized bicubic.

    Args:
        picture: any mode, any size.
        side: of the square.
        transform: `crop` resizes the shorter side and takes the centre, as CLIP does; `squash` resizes both sides.
    """
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    if transform == "squash":
        return picture.resize((side, side), Image.Resampling.BICUBIC)
    shorter = min(picture.size)
    width, height = (int(side * n / shorter) for n in picture.size)
    left, top = round((width - side) / 2), round((height - side) / 2)
    return picture.resize((width, height), Image.Resampling.BICUBIC).crop((left, top, left + side, top + side))
