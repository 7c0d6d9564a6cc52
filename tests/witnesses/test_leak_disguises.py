"""Names under codes, in letters that look like others, turned round, and in Russian and Tajik spelling."""

import pytest

from tests.witnesses.test_leaks import looked, opened
from witnesses.identity import SealedRow
from witnesses.leaks.surety import Surety

SURE, LIKELY, POSSIBLE = Surety
FARZANEH = opened("فرزانه کیانمهر", "Farzaneh Kianmehr", contacts=(SealedRow("+98 912 345 67 89", "phone"),))


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("Subject: =?utf-8?B?2YHYsdiy2KfZhtmHINqp24zYp9mG2YXZh9ix?=", SURE),
        ("=?UTF-8?Q?Farz=C3=A1neh?=\r\n =?iso-8859-1*en?Q?_Kianmehr?=", SURE),
        ("=?windows-1256?B?3dHS59nlIA==?= =?x-none?B?!!?= =?utf-8?B?A?=", None),
        (
            "/docs/%D9%81%D8%B1%D8%B2%D8%A7%D9%86%D9%87%20%DA%A9%DB%8C%D8%A7%D9%86%D9%85%D9%87%D8%B1.pdf",
            SURE,
        ),
        (
            '{"name": "\\u0641\\u0631\\u0632\\u0627\\u0646\\u0647 \\u06a9\\u06cc\\u0627\\u0646\\u0645\\u0647\\u0631"}',
            SURE,
        ),
        ("tel:%2B98%20912%20345%2067%2089", SURE),
        ("100 % sure, %zz and \\u12", None),
        # Letters that no reader sees.
        ("Plan" + "".join(chr(0xE0000 + ord(sign)) for sign in " Farzaneh Kianmehr "), SURE),
        ("Far\u200bzan\u2060eh Kian\ufeffmehr", SURE),
        # Letters of others that look like Latin ones, small capitals, digits for letters.
        ("F\u0430rz\u0430n\u0435h Ki\u0430nm\u0435hr", LIKELY),
        ("F\u03b1rzaneh \u039aianmehr", LIKELY),
        ("ꜰᴀʀᴢᴀɴᴇʜ ᴋɪᴀɴᴍᴇʜʀ", LIKELY),
        ("Farz4neh K1anm3hr", LIKELY),
        # A mark shows as a name what stands the other way round.
        ("\u202erhemnaiK henazraF\u202c", LIKELY),
        ("Фарзане Кианмехр", LIKELY),
        ("Это письмо написано в тюрьме в июле", None),
        ("the 1st and 5th h0use, b3 and a4", None),
    ],
)
def test_what_is_under_a_code_or_looks_like_a_name_is_found(text: str, surety: Surety | None) -> None:
    assert looked(text, FARZANEH) is surety


@pytest.mark.parametrize(
    ("sealed", "text", "surety"),
    [
        ("حسین خسروی", "Хосейн Хосрави", LIKELY),
        ("Hossein Khosravi", "Хоссейн Хосрави", LIKELY),
        ("Javad Jafari", "Джавад Джафари", LIKELY),
        ("قاسم غلامی", "Гассем Голами", LIKELY),
        ("Фарзона Киёнмеҳр", "Фарзона Киёнмеҳр", SURE),
        ("حسین خسروی", "Иван Петров", None),
        ("علی رضایی", "Иван Иванович Алиев", None),
    ],
)
def test_names_in_russian_and_tajik_spelling(sealed: str, text: str, surety: Surety | None) -> None:
    assert looked(text, opened(sealed)) is surety
