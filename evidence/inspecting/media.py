"""Sound and film by ffmpeg: a still, a picture of the sound, and a copy that every browser plays and can seek in."""

import os

from evidence.derivative_failures import Failure
from evidence.inspecting.box import MIB, BoxFailure, Limits
from evidence.inspecting.keeping import KeptOne
from evidence.inspecting.programs import require_program, version_of
from evidence.inspecting.records import Made, Maker
from evidence.inspecting.subject import Work

_PICTURE = Limits(seconds=180, memory=3072 * MIB, output=32 * MIB)
_COPY = Limits(seconds=45 * 60, memory=3072 * MIB, output=MIB, file=1024 * MIB)
# Play-lists that ask for other files and addresses are no format of ours, and nothing but this file can be opened.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mp3,wav,w64,aiff,au,flac,ogg,aac,ac3,eac3,amr,amrnb,amrwb,caf,asf,"
    "mpeg,mpegts,mpegvideo,flv,rm,m4v,h264,hevc,dv,gsm,ape,wv,tta,mxf,nut,xwma,voc,nsv,ivf,dts"
)
_INPUT = (
    "-nostdin -hide_banner -loglevel error -protocol_whitelist file,pipe"
    f" -format_whitelist {_FORMATS} -i file:/dev/stdin"
).split()
_CLEAN = ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]
_SMALLER = "scale='min(1280,iw)':'min(720,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
_ONE_PICTURE = ["-frames:v", "1", "-f", "image2pipe", "pipe:1"]
_STILL = ["-map", "0:v:0", "-vf", "thumbnail=50,scale='min(1280,iw)':-2", "-c:v", "mjpeg", "-q:v", "3"]
_PICTURE_OF_SOUND = "[0:a:0]aformat=channel_layouts=mono,showwavespic=s=1600x240:colors=0x1c5d63"
_WAVES = ["-filter_complex", _PICTURE_OF_SOUND, "-c:v", "png"]
_FILM = f"-map 0:v:0 -map 0:a:0? -vf {_SMALLER},format=yuv420p -c:v libx264 -preset veryfast -crf 26".split()
_SOUND = ["-map", "0:a:0", "-vn"]
_MP4 = ["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-threads", "2", "-movflags", "+faststart", "-f", "mp4"]


def make_poster(work: Work) -> Made | None:
    """The still that is most like the film's beginning."""
    return _picture(work, [*_CLEAN, *_STILL, *_ONE_PICTURE], media_type="image/jpeg")


def make_waveform(work: Work) -> Made | None:
    """How loud the sound is from its beginning to its end."""
    return _picture(work, [*_CLEAN, *_WAVES, *_ONE_PICTURE], media_type="image/png")


def make_playback(work: Work) -> Made:
    """An MP4 of H.264 and AAC with its index at the front; of a sound alone, of AAC."""
    path = require_program("ffmpeg")
    film = work.media_type.startswith("video/")
    told = [*_CLEAN, *(_FILM if film else _SOUND), *_MP4]
    # In memory, since the index can be put to the front only of a file that can be gone back in.
    into = os.memfd_create("playback", os.MFD_CLOEXEC)
    try:
        _write(work, [path, *_INPUT, *told, "-y", f"file:/proc/self/fd/{into}"], into)
        work.expect_silence(os.fstat(into).st_size)
        with KeptOne(1, "video/mp4" if film else "audio/mp4") as kept:
            kept.take_all_of(into)
            return Made(_maker(told), [kept.output()])
    finally:
        os.close(into)


def _write(work: Work, argv: list[str], into: int) -> None:
    try:
        with work.copy() as copy:
            work.run(argv, copy=copy, sink=_unheard, limits=_COPY, also=into)
    finally:
        # Asked whatever ffmpeg says: cut off at the limit, it has been seen to end as if all were well.
        if os.fstat(into).st_size >= _COPY.file:
            raise BoxFailure(Failure.TOO_MUCH_OUTPUT)


def _picture(work: Work, told: list[str], *, media_type: str) -> Made | None:
    path = require_program("ffmpeg")
    with work.copy() as copy, KeptOne(1, media_type) as kept:
        work.run([path, *_INPUT, *told], copy=copy, sink=kept, limits=_PICTURE)
        return Made(_maker(told), [kept.output()]) if kept.size else None


def _maker(told: list[str]) -> Maker:
    return Maker("ffmpeg", version_of("ffmpeg"), {"arguments": [*_INPUT, *told]})


def _unheard(_piece: bytes) -> None:
    """What it says is in the file."""
