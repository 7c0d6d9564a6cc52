"""The papers: a typed list, an e-mail with an attachment, a saved page, a note. All words stand here."""

import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

_INVENTED = "Invented for the Dadkhah sample case. No line here speaks of a real person."
_INVENTED_FA = "ساختگی، برای نمونهٔ دادخواه. هیچ سطری از این فهرست دربارهٔ شخص واقعی نیست."

_LIST = (
    ("ردیف", "نام", "آنچه تحویل شد", "تاریخ", "یادداشت"),
    (1, "شخص ساختگی الف", "ساعت مچی، عینک", "اواخر آذر ۱۳۶۷", "یک ساک"),
    (2, "شخص ساختگی ب", "یک پیراهن، دو کتاب", "اواخر آذر ۱۳۶۷", "یک ساک"),
    (3, "شخص ساختگی پ", "چیزی داده نشد", "دی ۱۳۶۷", "گفتند بعداً"),
    (4, "شخص ساختگی ت", "حلقه، نامه‌ها", "دی ۱۳۶۷", ""),
    (5, "شخص ساختگی ث", "ساک خالی", "۱۳۶۷", "روز معلوم نیست"),
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>What the courts in Stockholm decided about Hamid Nouri (saved page)</title>
<style>
body { font: 1rem/1.6 serif; max-width: 42rem; margin: 2rem auto; }
.note { border: 1px solid; padding: .5rem 1rem; }
</style>
</head>
<body>
<!-- saved from url=(0037)https://archive.example/nouri-summary -->
<p class="note">This page was written for the Dadkhah sample case, in our own words, from facts of public
record. It was never published anywhere; the address in its source is a made-up one.</p>
<h1>What the courts in Stockholm decided about Hamid Nouri</h1>
<p>Hamid Nouri (<span lang="fa" dir="rtl">حمید نوری</span>; prisoners knew him as Hamid Abbasi,
<span lang="fa" dir="rtl">حمید عباسی</span>) was arrested in Sweden in November 2019.
His trial before the Stockholm District Court ran from August 2021 to 4 May 2022.</p>
<ul>
<li><time datetime="2022-07-14">14 July 2022</time>: the Stockholm District Court convicts him and
sentences him to life imprisonment: for the executions of prisoners tied to the MEK at Gohardasht prison in
the summer of 1988, a serious crime against international law; for the later killings of left-wing
prisoners, murder.</li>
<li><time datetime="2023-12-19">19 December 2023</time>: the Svea Court of Appeal upholds the judgment.</li>
<li><time datetime="2024-03-06">6 March 2024</time>: the Supreme Court refuses leave to appeal;
the judgment is final.</li>
<li><time datetime="2024-06-15">15 June 2024</time>: he is exchanged and leaves Sweden.</li>
</ul>
<p>The defence said throughout that he was the wrong man. The courts did not accept that.</p>
<h2>Where this can be checked</h2>
<p>The judgment of the Stockholm District Court of 14 July 2022 and the announcements of the Svea Court of
Appeal and of the Supreme Court of Sweden on the dates above. Press reports of the same days agree.</p>
</body>
</html>
"""

_NOTE = """یادداشت میز کار / Desk note
ساختگی، برای نمونهٔ دادخواه / Invented for the Dadkhah sample case

سه‌شنبه. با شاهد ساختگی تلفنی حرف زدم. گفت نامه را خواهرش نگه داشته بود و نسخه‌ای هم به یک انجمن داده است؛
پس همان نامه ممکن است از دو راه به ما برسد. تاریخ روی نامه فقط «اواخر مرداد ۱۳۶۷» است. روز دقیق را
به یاد ندارد.

The invented witness says that the sister kept the letter and that an association got a copy, so the same
letter may reach us by two ways. The letter is dated "late Mordad 1367" and nothing more exact (between 12 and
22 August 1988).
To ask next time: who carried it out of Tehran, and when.

Not to be written anywhere but in the sealed record: the name.
"""

_MAIL = """Dear colleagues,

attached is the transcript that you asked for, of side A of the cassette. The speaker said nothing that
would name him.
I kept the cassette in its box; it has not been played since the copy was made.

This message is invented. It was written for the Dadkhah sample case, and nobody sent it.

A. Invented
"""

_TRANSCRIPT = """رونوشت نوار نمونه، روی الف (ساختگی)

اواخر مرداد ۱۳۶۷، پشت در زندان گوهردشت ایستاده بودیم. ملاقات‌ها قطع شده بود.
گفتند دیگر نیایید. بعدها ما را به خاوران فرستادند.
"""


def make_list(path: Path) -> None:
    """Write the typed list of returned belongings as a spreadsheet that reads from right to left."""
    book = Workbook()
    sheet = book.active
    sheet.title = "فهرست"
    sheet.sheet_view.rightToLeft = True
    sheet["A1"], sheet["A2"] = _INVENTED_FA, _INVENTED
    sheet["A1"].font = sheet["A2"].font = Font(bold=True, color="A4332A")
    for row in _LIST:
        sheet.append(row)
    for column, width in zip("ABCDE", (8, 24, 30, 20, 20), strict=True):
        sheet.column_dimensions[column].width = width
    for cell in sheet[3]:
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="right")
    book.properties.creator = "Dadkhah make_sample_case"
    book.properties.created = book.properties.modified = datetime.datetime(2024, 3, 7, 9, 0)  # noqa: DTZ001
    book.save(path)


def make_mail(path: Path) -> None:
    """Write an e-mail (RFC 5322) between invented people that carries the transcript of the cassette."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "A. Invented <a.invented@association.example>"
    mail["To"] = "Case office <office@dadkhah.example>"
    mail["Date"] = "Thu, 07 Mar 2024 10:12:00 +0100"
    mail["Message-ID"] = "<sample-1@association.example>"
    mail["Subject"] = "Transcript of the cassette / رونوشت نوار"
    mail.set_content(_MAIL)
    mail.add_attachment(_TRANSCRIPT.encode(), maintype="text", subtype="plain", filename="رونوشت-نوار.txt")
    mail.set_boundary("=_dadkhah_sample_case")
    path.write_bytes(mail.as_bytes())


def make_page(path: Path) -> None:
    """Write the saved web page: public facts in our own words, with where they can be checked."""
    path.write_text(_PAGE, encoding="utf-8")


def make_note(path: Path) -> None:
    """Write the plain note in Persian and English."""
    path.write_text(_NOTE, encoding="utf-8")
