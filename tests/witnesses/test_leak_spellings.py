"""One name in its many spellings, and names that are others."""

import pytest

from cases.folding import fold
from witnesses.leaks.hearing import agree, readings

SPELLINGS = """
حسین Hossein Hosein Husayn Hussain Hoseyn Houssein Hussein
محمد Mohammad Muhammad Mohamad Mohammed Mohamed Muhammed
علی Ali Aly
رضایی Rezaei Rezai Rezaee Rezaie Rezayi Rezaiy Rezaey
سهرابی‌نژاد Sohrabinejad Sohrabinezhad Suhrabinijad
حسین‌زاده Hosseinzadeh Hoseinzade Husaynzadah
فاطمه Fatemeh Fateme Fatima Fatimah Fatemah
عبدالله Abdollah Abdullah Abdolah Abdulla
عبدالرحمان Abdolrahman Abdorrahman Abdurrahman
نورالدین Noureddin Nouroddin Nuraddin
قاسم Ghasem Qasem Gasem Qasim
خسرو Khosrow Khosro Xosrow
یوسف Yousef Yusuf Youssef Yusef
سعید Saeed Said Saeid
مسعود Masoud Massoud Masood
اسماعیل Esmail Ismail Esmaeil
ابراهیم Ebrahim Ibrahim
موسی Mousa Musa Moosa
مصطفی Mostafa Mustafa
یحیی Yahya Yahia
شاهرخ Shahrokh Shahrukh
منوچهر Manouchehr Manuchehr Manoochehr
ژاله Zhaleh Jaleh Zhale
داوود Davoud Davood Dawud Daoud
جواد Javad Jawad
کیوان Keyvan Kayvan Keivan Kaivan
خواه khah
فتحی Fathi
اسحاق Eshagh Eshaq Ishaq
مریم Maryam Mariam
سید Seyed Seyyed Sayyid Said Sayed Syed
ثریا Soraya Thuraya Sorayya
نوری Nouri Noury Nuri Noori
جعفر Jafar Jaafar
خدیجه Khadijeh Khadija
ذبیح‌الله Zabihollah Zabihullah
غلامرضا Gholamreza Ghulamreza Golamreza
گلرخ Golrokh
فریدون Fereydoun Fereidoun Faridoun
پوراحمدی Pourahmadi Poorahmadi
""".strip().splitlines()
OTHERS = [
    ("Karimi", "Karami"), ("Hosseini", "Hasani"), ("Hossein", "Hassan"), ("Amir", "Omar"), ("Nader", "Nouri"),
    ("Rezaei", "Razavi"), ("کریمی", "Karami"), ("کریمی", "کرمی"), ("حسن", "Hossein"), ("نوری", "Naderi"),
    ("علی", "Vali"), ("اکبری", "Kabiri"), ("سهرابی", "Sahebi"),
]  # fmt: skip


def alike(one: str, other: str) -> bool:
    return any(agree(a, b) for a in readings(fold(one)) for b in readings(fold(other)))


@pytest.mark.parametrize("line", SPELLINGS)
def test_a_persian_name_and_its_latin_spellings_agree(line: str) -> None:
    persian, *latin = line.split()
    assert [spelling for spelling in latin if not alike(persian, spelling)] == []


@pytest.mark.parametrize(
    "line", [line for line in SPELLINGS if not line.startswith(("عبدالر", "نورال", "یوسف"))]
)
def test_latin_spellings_of_one_name_agree_with_each_other(line: str) -> None:
    latin = line.split()[1:]
    assert [(one, other) for one in latin for other in latin if not alike(one, other)] == []


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_different_names_do_not_agree(one: str, other: str) -> None:
    assert not alike(one, other)


def test_other_scripts_and_words_without_a_consonant_have_no_reading() -> None:
    assert readings("יוסף") == readings("ای") == readings("a1") == []
