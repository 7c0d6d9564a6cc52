"""The cassette and the clip: a speech program's voice under hiss, and a slow look along the drawn wall."""

from pathlib import Path

from PIL import Image

from tools.sample_making.outside import run
from tools.sample_making.pictures import ALONG_THE_WALL, CAPTION_FONT, draw_view

_SPOKEN_ENGLISH = "Sample recording. This voice is a speech program. The speaker is invented."
_SPOKEN_PERSIAN = (
    "این یک نوار نمونه است. گوینده شخص واقعی نیست. "
    "اواخر مرداد هزار و سیصد و شصت و هفت، پشت در زندان گوهردشت ایستاده بودیم. "
    "ملاقات ها قطع شده بود. گفتند دیگر نیایید. بعد ها ما را به خاوران فرستادند."
)
_SECONDS = 5
_FRAME = (480, 360)
_CAPTION_BAR = (
    "drawbox=y=ih-24:h=24:color=0x1c1a18:t=fill,"
    f"drawtext=fontfile={CAPTION_FONT}:fontsize=13:fontcolor=0xebe6dc:x=10:y=h-18:"
    "text='Drawn by a program for the Dadkhah sample case. Not filmed.'"
)


def make_cassette(path: Path, *, scratch: Path) -> None:
    """Write about half a minute of speech as a worn cassette sounds: narrow, hissing, mono."""
    english, persian = scratch / "english.wav", scratch / "persian.wav"
    run("espeak-ng", "-v", "en-gb", "-s", "140", "-w", english, _SPOKEN_ENGLISH)
    run("espeak-ng", "-v", "fa", "-s", "125", "-p", "38", "-w", persian, _SPOKEN_PERSIAN)
    run(
        "ffmpeg", "-y", "-i", english, "-i", persian,
        "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.035:sample_rate=22050:seed=67:duration=120",
        "-filter_complex",
        "[0:a][1:a]concat=n=2:v=0:a=1,highpass=f=180,lowpass=f=3800,vibrato=f=4:d=0.04,volume=1.4[voice];"
        "[voice][2:a]amix=inputs=2:duration=first:normalize=0[out]",
        "-map", "[out]", "-ac", "1", "-ar", "22050", "-b:a", "40k", "-map_metadata", "-1",
        "-metadata", "title=Sample cassette, side A (invented speaker)", path,
    )  # fmt: skip


def make_clip(path: Path, *, wall: Image.Image, scratch: Path) -> None:
    """Write five seconds that move along the wall, without sound."""
    long_picture = scratch / "along.png"
    draw_view(wall, ALONG_THE_WALL).save(long_picture)
    travel = ALONG_THE_WALL.size[0] - _FRAME[0]
    run(
        "ffmpeg", "-y", "-loop", "1", "-framerate", "15", "-t", str(_SECONDS), "-i", long_picture,
        "-vf", f"crop={_FRAME[0]}:{_FRAME[1]}:x='{travel}*t/{_SECONDS}':y=0,{_CAPTION_BAR},format=yuv420p",
        "-c:v", "libx264", "-preset", "veryslow", "-crf", "30", "-movflags", "+faststart",
        "-map_metadata", "-1",
        "-metadata", "title=Sample clip (drawn, not filmed)", path,
    )  # fmt: skip
