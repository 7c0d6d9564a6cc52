"""Make the files of `sample_case/files` anew: `python -m tools.make_sample_case`.

Run at development time, on Debian with chromium, ffmpeg, espeak-ng, fonts-dejavu-core and fonts-noto-core.
The files are kept in the repository, so nobody needs to run this; it is here because a reader must be able to
see that every picture, voice and word of the sample case was made for it and taken from nobody. Encoders
differ between versions, so a second run gives files that look the same, not the same bytes.
"""

import sys
import tempfile
from pathlib import Path

from tools.sample_making.documents import make_list, make_mail, make_note, make_page
from tools.sample_making.letter import make_letter
from tools.sample_making.pictures import (
    FROM_THE_GATE,
    FROM_THE_ROAD,
    draw_view,
    draw_wall,
    save_with_camera_facts,
)
from tools.sample_making.recordings import make_cassette, make_clip

FILES = Path(__file__).resolve().parent.parent / "sample_case" / "files"
MOST_BYTES = 5 * 1024 * 1024


def make_all(folder: Path) -> int:
    """Write all nine files into the folder and return how many bytes they hold together."""
    folder.mkdir(parents=True, exist_ok=True)
    wall = draw_wall()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        make_letter(folder / "نامه به خواهر (ساختگی).pdf", scratch=scratch)
        make_cassette(folder / "cassette-side-a.mp3", scratch=scratch)
        make_clip(folder / "along-the-wall.mp4", wall=wall, scratch=scratch)
    save_with_camera_facts(draw_view(wall, FROM_THE_GATE), folder / "IMG_0041.jpg")
    draw_view(wall, FROM_THE_ROAD).save(folder / "wall-from-the-road.jpg", "JPEG", quality=78)
    make_list(folder / "فهرست وسایل تحویلی (ساختگی).xlsx")
    make_mail(folder / "transcript-of-the-cassette.eml")
    make_page(folder / "stockholm-judgment.html")
    make_note(folder / "desk-note.txt")
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    total = make_all(FILES)
    sys.stdout.write(f"{total:,} bytes in {FILES}\n")
    sys.exit(0 if total < MOST_BYTES else 1)
