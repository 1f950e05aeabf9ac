"""Draw one small picture of the drawn world: an inked, textured shape on a background, under a shift.

Everything is drawn from the generator that is passed in, so that a picture is a function of its seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from backend.demo.shapes import SHAPES, Part

PIXELS: Final = 48
"""Side of a picture in pixels."""

_OVERSAMPLING: Final = 4

Plane: TypeAlias = NDArray[np.floating]
"""Values in [0, 1], `(PIXELS, PIXELS)` or with a last axis of colours."""

COLOURS: Final[dict[str, tuple[int, int, int]]] = {
    "red": (214, 40, 40),
    "orange": (244, 140, 30),
    "yellow": (246, 214, 50),
    "green": (50, 160, 70),
    "cyan": (60, 200, 215),
    "blue": (45, 80, 205),
    "purple": (130, 60, 175),
    "pink": (245, 130, 185),
    "brown": (125, 78, 45),
    "white": (240, 240, 240),
}


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a shape lies: rotation in radians, scale and shift as shares of half the picture."""

    rotation: float = 0.0
    scale: float = 0.7
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Shift:
    """How far pictures lie from the plain ones of pre-training; every field is a largest amount."""

    rotation: float = 0.2
    scale: tuple[float, float] = (0.55, 0.85)
    offset: float = 0.12
    wobble: float = 0.0
    clutter: int = 0
    streaks: int = 0
    light: float = 0.0
    cast: float = 0.0
    haze: float = 0.0
    noise: float = 0.0


def _grid(pose: Pose) -> tuple[Plane, Plane]:
    """Return object coordinates `(PIXELS, PIXELS)` of each pixel under `pose`."""
    axis = (np.arange(PIXELS, dtype=np.float32) + 0.5) / (PIXELS / 2) - 1
    x, y = np.meshgrid(axis, axis)
    x, y = x - pose.x, y - pose.y
    cos, sin = np.cos(pose.rotation), np.sin(pose.rotation)
    return ((cos * x + sin * y) / pose.scale).astype(np.float32), ((cos * y - sin * x) / pose.scale).astype(np.float32)


def draw_ink(parts: Sequence[Part], pose: Pose, wobble: NDArray[np.float64] | None = None) -> Plane:
    """Return the ink of a shape, `(PIXELS, PIXELS)` in [0, 1], antialiased.

    Args:
        parts: polygons of the shape, drawn in order.
        pose: rotation, scale and shift.
        wobble: `(2, 2)` shear added to the identity before posing, or none.
    """
    side = PIXELS * _OVERSAMPLING
    sheet = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(sheet)
    cos, sin = np.cos(pose.rotation), np.sin(pose.rotation)
    turn = pose.scale * np.array([[cos, -sin], [sin, cos]]) @ (np.eye(2) if wobble is None else np.eye(2) + wobble)
    for part in parts:
        corners = (part.points @ turn.T + (pose.x, pose.y) + 1) * side / 2
        pen.polygon([(float(x), float(y)) for x, y in corners], fill=255 if part.ink else 0)
    return np.asarray(sheet.reduce(_OVERSAMPLING), dtype=np.float32) / 255


def _soft(wave: NDArray[np.floating]) -> Plane:
    """Turn a wave into soft-edged bands in [0, 1]."""
    return np.clip(wave * 2.2 + 0.5, 0, 1).astype(np.float32)


_Texture: TypeAlias = Callable[[Plane, Plane], Plane]

TEXTURES: Final[dict[str, _Texture]] = {
    "solid": lambda x, y: np.ones_like(x),
    "striped": lambda x, y: _soft(np.sin(9.0 * y)),
    "dotted": lambda x, y: _soft(0.25 - np.cos(8.5 * x) * np.cos(8.5 * y)),
    "checkered": lambda x, y: _soft(2 * np.sin(6.0 * x) * np.sin(6.0 * y)),
    "ringed": lambda x, y: _soft(np.sin(10.0 * np.hypot(x, y))),
    "zigzag": lambda x, y: _soft(np.sin(9.0 * (y + 0.35 * np.abs((2.2 * x) % 2 - 1)))),
}

_Background: TypeAlias = Callable[[Plane, Plane], Plane]

BACKGROUNDS: Final[dict[str, _Background]] = {
    "plain": lambda x, y: np.zeros_like(x),
    "fading": lambda x, y: 0.5 * (x + 1),
    "halved": lambda x, y: (y > 0).astype(np.float32),
    "gridded": lambda x, y: (((x * 4) % 1 < 0.15) | ((y * 4) % 1 < 0.15)).astype(np.float32),
    "wavy": lambda x, y: (0.5 + 0.5 * np.sin(7 * y + 2 * np.sin(4 * x))).astype(np.float32),
    "speckled": lambda x, y: (np.sin(23 * x + 5) * np.sin(29 * y + 3) > 0.72).astype(np.float32),
}


def draw_background(kind: str, pose: Pose) -> Plane:
    """Return the mixing plane `(PIXELS, PIXELS)` of a background's two tones."""
    return BACKGROUNDS[kind](*_grid(pose))


def draw_texture(kind: str, pose: Pose) -> Plane:
    """Return the mixing plane `(PIXELS, PIXELS)` of a texture, 1 where the colour is full."""
    return TEXTURES[kind](*_grid(pose))


def background_tones(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw two muted tones, `(2, 3)` in [0, 1], one close to the other."""
    grey = rng.uniform(0.12, 0.88)
    first = grey + rng.uniform(-0.07, 0.07, size=3)
    return np.clip(np.stack([first, first + rng.choice([-1, 1]) * rng.uniform(0.08, 0.2)]), 0, 1).astype(np.float32)


def _draw_clutter(rng: np.random.Generator, picture: Plane, pieces: int) -> Plane:
    """Strew small scraps of colour over the picture, mostly near the rim."""
    tones = np.array(list(COLOURS.values()), dtype=np.float32) / 255
    for _ in range(pieces):
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.62, 1.05)
        pose = Pose(rng.uniform(0, 2 * np.pi), rng.uniform(0.12, 0.24), reach * np.cos(angle), reach * np.sin(angle))
        corners = rng.normal(size=(int(rng.integers(3, 6)), 2))
        ink = draw_ink((Part(corners / np.abs(corners).max()),), pose)[..., None]
        picture = picture * (1 - ink) + tones[rng.integers(len(tones))] * ink
    return picture


def _draw_streaks(rng: np.random.Generator, picture: Plane, streaks: int) -> Plane:
    """Scratch thin straight lines of one grey across the whole picture."""
    if not streaks:
        return picture
    angle, grey = rng.uniform(0, np.pi), rng.choice([0.06, 0.94])
    x, y = _grid(Pose(angle, 1.0))
    for centre in rng.uniform(-1.1, 1.1, size=streaks):
        line = np.clip(1.3 - np.abs(x - centre - 0.06 * np.sin(3 * y)) * PIXELS / 2, 0, 1)[..., None]
        picture = picture * (1 - line) + grey * line
    return picture


def _under_light(rng: np.random.Generator, picture: Plane, shift: Shift) -> Plane:
    """Apply a light gradient, a colour cast, haze and pixel noise."""
    x, _ = _grid(Pose(rng.uniform(0, 2 * np.pi), 1.0))
    picture = picture * (1 + shift.light * x[..., None])
    picture = picture * (1 + rng.uniform(-shift.cast, shift.cast, size=3).astype(np.float32))
    haze = rng.uniform(0, shift.haze)
    picture = picture * (1 - haze) + haze * rng.uniform(0.3, 0.8)
    return picture + shift.noise * rng.standard_normal(picture.shape, dtype=np.float32)


def draw_picture(rng: np.random.Generator, *, texture: str, colour: str, shape: str, shift: Shift) -> NDArray[np.uint8]:
    """Draw one picture, `(PIXELS, PIXELS, 3)` uint8.

    Args:
        rng: the only source of chance.
        texture: a key of `TEXTURES`.
        colour: a key of `COLOURS`.
        shape: a key of `SHAPES`.
        shift: how far the picture lies from the pre-training world.
    """
    pose = Pose(
        rng.uniform(-shift.rotation, shift.rotation),
        rng.uniform(*shift.scale),
        rng.uniform(-shift.offset, shift.offset),
        rng.uniform(-shift.offset, shift.offset),
    )
    tones = background_tones(rng)
    kind = str(rng.choice(list(BACKGROUNDS)))
    ground = draw_background(kind, Pose(rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.2)))[..., None]
    picture: Plane = tones[0] * (1 - ground) + tones[1] * ground

    ink = draw_ink(SHAPES[shape], pose, rng.uniform(-1, 1, size=(2, 2)) * shift.wobble)[..., None]
    paint = np.array(COLOURS[colour], dtype=np.float32) / 255 * rng.uniform(0.88, 1.06)
    mix = draw_texture(texture, pose)[..., None]
    picture = picture * (1 - ink) + paint * (0.32 + 0.68 * mix) * ink

    picture = _draw_clutter(rng, picture, shift.clutter)
    picture = _draw_streaks(rng, picture, shift.streaks)
    picture = _under_light(rng, picture, shift)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
