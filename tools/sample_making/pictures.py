"""The wall, drawn twice: block by block with a fixed seed, so that both pictures show the same cracks."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PIL.TiffImagePlugin import IFDRational

CAPTION = "Drawn by a program for the Dadkhah sample case. Not a photograph, and no real place."
CAPTION_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
_WALL = (3600, 720)
_BLOCK = (150, 72)
_EYE = 0.62  # the part of the wall that lies below the eye

# Rounded to about one kilometre, as published encyclopaedias give it for the Khavaran burial ground.
LATITUDE = (35, 33, 24)
LONGITUDE = (51, 34, 12)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where the eye stands: the wall's height in pixels at the left and right edge, and what it sees."""

    size: tuple[int, int]
    heights: tuple[float, float]
    stretch: tuple[float, float]
    seed: int
    warmth: float


FROM_THE_GATE = Viewpoint((1600, 1200), (820, 330), (300, 3300), seed=11, warmth=1.0)
FROM_THE_ROAD = Viewpoint((1400, 1050), (300, 560), (900, 2700), seed=12, warmth=0.93)
ALONG_THE_WALL = Viewpoint((1700, 360), (240, 240), (100, 2700), seed=13, warmth=0.97)


def draw_wall() -> Image.Image:
    """The wall seen straight on, always the same."""
    dice = random.Random(1367)  # noqa: S311
    wall = Image.new("RGB", _WALL, (150, 143, 130))
    pen = ImageDraw.Draw(wall)
    width, height = _BLOCK
    for row in range(_WALL[1] // height):
        offset = -width // 2 if row % 2 else 0
        for left in range(offset, _WALL[0], width):
            tone = dice.gauss(0, 9)
            colour = (int(187 + tone), int(176 + tone), int(155 + tone * 0.9))
            pen.rectangle((left + 3, row * height + 3, left + width - 3, (row + 1) * height - 3), fill=colour)
    _patch(pen)
    for start in (420, 1330, 2050, 2890):
        _crack(pen, start, dice)
    return _weathered(wall)


def _patch(pen: ImageDraw.ImageDraw) -> None:
    """The mended piece by which a reader can tell that both pictures show one wall."""
    for row, column in ((4, 9), (4, 10), (5, 9), (5, 10), (5, 11), (6, 10)):
        left, top = column * _BLOCK[0] + 3, row * _BLOCK[1] + 3
        pen.rectangle((left, top, left + _BLOCK[0] - 6, top + _BLOCK[1] - 6), fill=(164, 112, 88))


def _crack(pen: ImageDraw.ImageDraw, start: int, dice: random.Random) -> None:
    x, y = float(start), 0.0
    while y < _WALL[1] * dice.uniform(0.6, 1.0):
        step_x, step_y = dice.gauss(4, 13), dice.uniform(10, 26)
        pen.line((x, y, x + step_x, y + step_y), fill=(92, 86, 78), width=dice.choice((2, 3, 5)))
        x, y = x + step_x, y + step_y


def _weathered(wall: Image.Image) -> Image.Image:
    stains = noise((_WALL[0] // 40, _WALL[1] // 40), 70, seed=5).resize(_WALL, Image.Resampling.BICUBIC)
    grain = noise(_WALL, 26, seed=6)
    return ImageChops.overlay(ImageChops.soft_light(wall, stains), grain)


def noise(size: tuple[int, int], spread: int, *, seed: int) -> Image.Image:
    """Grey noise around the middle tone; seeded, unlike Pillow's own, so that a second run draws the same."""
    dice = random.Random(seed)  # noqa: S311
    tones = bytes(
        min(255, max(0, 128 + int((value - 128) * spread / 128)))
        for value in dice.randbytes(size[0] * size[1])
    )
    return Image.frombytes("L", size, tones).convert("RGB")


def draw_view(wall: Image.Image, view: Viewpoint) -> Image.Image:
    """The wall between ground and sky, as seen from a viewpoint."""
    horizon = int(view.size[1] * 0.43)
    picture = _sky_and_ground(view, horizon)
    for x in range(view.size[0]):
        column, top = _wall_column(wall, view, x, horizon)
        picture.paste(column, (x, top))
    _scatter_stones(picture, view, horizon)
    picture = ImageChops.overlay(picture, noise(view.size, 16, seed=view.seed))
    return _captioned(picture.filter(ImageFilter.GaussianBlur(0.7)))


def _wall_column(wall: Image.Image, view: Viewpoint, x: int, horizon: int) -> tuple[Image.Image, int]:
    t = x / (view.size[0] - 1)
    near, far = view.heights
    height = near + (far - near) * t
    # Perspective: what changes evenly across a picture is place / distance, and height is 1 / distance.
    place = (view.stretch[0] * near * (1 - t) + view.stretch[1] * far * t) / height
    left = min(_WALL[0] - 2, max(0, int(place)))
    span = max(1, round(wall.size[1] / height))
    column = wall.crop((left, 0, left + span, wall.size[1])).resize((1, int(height)), Image.Resampling.BOX)
    return column, int(horizon - height * (1 - _EYE))


def _sky_and_ground(view: Viewpoint, horizon: int) -> Image.Image:
    width, height = view.size
    picture = Image.new("RGB", view.size)
    pen = ImageDraw.Draw(picture)
    for y in range(height):
        if y < horizon:
            part = y / horizon
            colour = (int(150 + 70 * part), int(178 + 42 * part), int(205 + 10 * part))
        else:
            part = (y - horizon) / (height - horizon)
            colour = (
                int((176 - 26 * part) * view.warmth),
                int((152 - 26 * part) * view.warmth),
                int(118 - 22 * part),
            )
        pen.line((0, y, width, y), fill=colour)
    ridge = [
        (x, horizon - int(34 + 22 * math.sin(x / 170) + 9 * math.sin(x / 47))) for x in range(0, width + 8, 8)
    ]
    pen.polygon([(0, horizon), *ridge, (width, horizon)], fill=(162, 160, 156))
    coarse = noise((width // 6, height // 6), 60, seed=view.seed + 40).resize(
        view.size, Image.Resampling.BICUBIC
    )
    ground = ImageChops.soft_light(picture, coarse)
    picture.paste(ground.crop((0, horizon, width, height)), (0, horizon))
    return picture


def _scatter_stones(picture: Image.Image, view: Viewpoint, horizon: int) -> None:
    dice = random.Random(view.seed)  # noqa: S311
    pen = ImageDraw.Draw(picture)
    width, height = view.size
    for _ in range(width // 3):
        x, depth = dice.uniform(0, width), dice.uniform(0.05, 1) ** 1.6
        base = horizon + _EYE * (view.heights[0] + (view.heights[1] - view.heights[0]) * x / width)
        y = base + (height - base) * depth + 6
        size = dice.uniform(2, 15) * (0.25 + depth)
        tone = int(dice.gauss(138, 22))
        pen.ellipse((x - size, y - size * 0.25, x + size * 1.3, y + size * 0.55), fill=(92, 80, 64))
        pen.ellipse((x - size, y - size * 0.6, x + size, y + size * 0.3), fill=(tone, tone - 10, tone - 28))


def _captioned(picture: Image.Image) -> Image.Image:
    pen = ImageDraw.Draw(picture)
    size = max(11, picture.size[1] // 50)
    font = ImageFont.truetype(CAPTION_FONT, size)
    pen.rectangle((0, picture.size[1] - size * 2, *picture.size), fill=(28, 26, 24))
    pen.text((size, picture.size[1] - size * 1.65), CAPTION, fill=(235, 230, 220), font=font)
    return picture


def save_with_camera_facts(picture: Image.Image, path: Path) -> None:
    """Write a JPEG that claims a camera, a time and a position, as a telephone's would; all invented."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = CAPTION
    exif[ExifTags.Base.Make] = "Invented"
    exif[ExifTags.Base.Model] = "Invented Camera 1"
    exif[ExifTags.Base.Software] = "Dadkhah make_sample_case"
    exif[ExifTags.Base.Orientation] = 1
    exif[ExifTags.Base.DateTime] = "2008:08:29 09:41:07"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2008:08:29 09:41:07"
    details[ExifTags.Base.OffsetTimeOriginal] = "+04:30"
    details[ExifTags.Base.ExposureTime] = IFDRational(1, 250)
    details[ExifTags.Base.FNumber] = IFDRational(8, 1)
    details[ExifTags.Base.FocalLength] = IFDRational(28, 1)
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef], position[ExifTags.GPS.GPSLatitude] = "N", _degrees(LATITUDE)
    position[ExifTags.GPS.GPSLongitudeRef], position[ExifTags.GPS.GPSLongitude] = "E", _degrees(LONGITUDE)
    picture.save(path, "JPEG", quality=80, exif=exif)


def _degrees(parts: Sequence[int]) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(part) for part in parts)
