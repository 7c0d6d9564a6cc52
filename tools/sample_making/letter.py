"""The scanned letter: set by a browser, turned, stained and pressed into a PDF that holds only a picture."""

import random
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from tools.sample_making.outside import run
from tools.sample_making.pictures import noise

_PAGE = (1240, 1754)  # A4 at 150 dots an inch

_LETTER = """<!doctype html>
<html lang="fa" dir="rtl"><meta charset="utf-8"><title>letter</title>
<style>
 body { margin: 0; width: 1240px; height: 1754px; background: #f4efe2; color: #1f2a55;
        font: 33px/2.45 "Noto Nastaliq Urdu"; position: relative; overflow: hidden; }
 .sheet { position: absolute; inset: 96px 118px 60px 118px; }
 .rules { position: absolute; inset: 0; opacity: .55;
          background: repeating-linear-gradient(#0000 0 79px, #b9c3cf 79px 81px); }
 h1 { font-size: 31px; font-weight: 400; text-align: center; margin: 0; }
 p { margin: 0 0 4px; text-indent: 46px; }
 .date { text-indent: 0; }
 .sign { text-align: left; margin-top: 10px; }
 .stamp { position: absolute; left: 96px; bottom: 108px; padding: 4px 22px;
          border: 4px double #a4332a; color: #a4332a;
          font: 700 25px/1.7 "Noto Naskh Arabic"; transform: rotate(-4deg); text-align: center; }
 .stamp bdi { font-family: "DejaVu Sans"; font-size: 18px; }
</style>
<body><div class="rules"></div><div class="sheet">
<h1>به نام آزادی</h1>
<p class="date">تهران، اواخر مرداد ۱۳۶۷</p>
<p>خواهر عزیزم، سلام. سه هفته است که ملاقات‌ها قطع شده و هیچ‌کس پشت در زندان گوهردشت جواب درستی به ما نمی‌دهد.
هر بار که می‌رویم می‌گویند بروید، خودمان خبرتان می‌کنیم. نه نامه‌ای می‌گیرند و نه پولی.</p>
<p>مادرها هر روز صبح زود جمع می‌شوند. یکی می‌گفت در اوین هم همین است: نه روزنامه، نه تلویزیون، نه هواخوری.
دیروز پاسداری گفت «دیگر نیایید». کسی نپرسید چرا؛ همه فهمیدیم و هیچ‌کس به زبان نیاورد.</p>
<p>این‌ها را می‌نویسم که بماند. اگر روزی کسی پرسید، بگو که ما آمدیم و ایستادیم و پرسیدیم.
نامه را نگه دار و نام مرا به کسی نگو.</p>
<p class="sign">شاهد ساختگی</p>
</div>
<div class="stamp">ساختگی: این نامه را کسی ننوشته است؛ برای نمونهٔ دادخواه ساخته شده<br>
<bdi dir="ltr">INVENTED for the Dadkhah sample case. Nobody wrote this letter.</bdi></div>
</body></html>
"""


def make_letter(path: Path, *, scratch: Path) -> None:
    """Write the letter as a PDF of one scanned page, without a text layer."""
    page = scratch / "letter.html"
    page.write_text(_LETTER, encoding="utf-8")
    picture = scratch / "letter.png"
    run(
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={scratch}/browser",
        f"--window-size={_PAGE[0]},{_PAGE[1]}", f"--screenshot={picture}", page.as_uri(),
    )  # fmt: skip
    scanned = _scan(Image.open(picture).convert("RGB"))
    made = time.struct_time((2024, 3, 7, 9, 0, 0, 3, 67, 0))
    facts = {"title": "Scan", "producer": "Dadkhah make_sample_case", "creationDate": made, "modDate": made}
    scanned.save(path, "PDF", resolution=150.0, quality=68, **facts)


def _scan(page: Image.Image) -> Image.Image:
    """What a flatbed would have made of it: askew, grainy, a fold across the middle, a darker edge."""
    page = page.crop((0, 0, *_PAGE)).filter(ImageFilter.GaussianBlur(0.6))
    page = page.rotate(0.9, resample=Image.Resampling.BICUBIC, fillcolor=(214, 207, 190))
    stains = noise((31, 44), 46, seed=3).resize(_PAGE, Image.Resampling.BICUBIC)
    page = ImageChops.soft_light(page, stains)
    page = ImageChops.multiply(page, _fold(_PAGE))
    return ImageChops.overlay(page, noise(_PAGE, 9, seed=4))


def _fold(size: tuple[int, int]) -> Image.Image:
    dice = random.Random(9)  # noqa: S311
    shade = Image.new("RGB", size, (255, 255, 255))
    line = Image.new("RGB", (size[0], 1))
    for y, depth in ((size[1] // 3, 34), (2 * size[1] // 3, 26)):
        for offset in range(-5, 6):
            tone = 255 - int(depth * (1 - abs(offset) / 6)) - dice.randint(0, 3)
            line.paste((tone, tone, tone), (0, 0, *line.size))
            shade.paste(line, (0, y + offset))
    return shade
