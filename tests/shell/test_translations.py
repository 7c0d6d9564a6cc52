"""Every sentence of the workspace stands in Persian too, and says it with Persian signs.

The sources are read by Babel alone, so that whoever runs the tests needs no GNU gettext.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

ROOT = Path(settings.ROOT)
CATALOGUE = ROOT / "locale" / "fa" / "LC_MESSAGES" / "django.po"
APPS = ("accounts", "audit", "cases", "config", "dossiers", "evidence", "witnesses")

# What each call's arguments are: (position, "c") is the context, a bare number is a msgid.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# What is no Persian prose and is left out before its signs are looked at.
NOT_PROSE = re.compile(r"`[^`]*`|%\(\w+\)[sd]|\{\w+\}|<[^>]*>|%%")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|</?\w[^>]*>")

Key = tuple[str | None, str]


def sentences_of(path: Path) -> Iterator[Key]:
    """Context and (singular) msgid of each translatable text in a Python file or a template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django writes a template's sentences as Python calls, indented as the page is, which Python would not read.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    for _line, found, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield context, found if isinstance(found, str) else found[0]


def sources() -> list[Path]:
    """Each file of ours that may speak to people."""
    code = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return [*code, ROOT / "manage.py", *(path for path in (ROOT / "templates").rglob("*.html"))]


def key_of(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> tuple[list[str], list[str]]:
    """English and Persian forms, each a list of one, or of one per plural."""
    if isinstance(message.id, str):
        return [message.id], [str(message.string)]
    return list(message.id), list(message.string)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fa", abort_invalid=True)


@pytest.fixture(scope="module")
def messages(catalogue) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_sentence_in_the_sources_is_in_the_persian_catalogue(messages):
    known = {key_of(message) for message in messages}
    missing = {
        f"{path.relative_to(ROOT)}: {msgid}"
        for path in sources()
        for context, msgid in sentences_of(path)
        if msgid and (context, msgid) not in known
    }
    assert not missing, "Run `make messages`, then translate:\n" + "\n".join(sorted(missing))


def test_a_new_sentence_would_be_noticed(tmp_path, messages):
    known = {key_of(message) for message in messages}
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}{% translate "Never said before" %}{% translate "Open" context "a new one" %}'
        "{% blocktranslate trimmed count n=rows %}\n {{ n }} new row\n {% plural %} {{ n }} new rows\n {% endblocktranslate %}"
    )
    module = tmp_path / "module.py"
    module.write_text('raise Refused(\n    _(\n        "Never said "\n        "in code before."\n    )\n)\n')
    new = {*sentences_of(page), *sentences_of(module)}
    assert new == {
        (None, "Never said before"),
        ("a new one", "Open"),
        (None, "%(n)s new row"),
        (None, "Never said in code before."),
    }
    assert not new & known


def test_every_sentence_is_translated_and_none_is_a_guess(messages):
    unfinished = [
        key_of(message)[1] for message in messages if message.fuzzy or not all(texts_of(message)[1])
    ]
    assert not unfinished, "Translate in locale/fa:\n" + "\n".join(unfinished)


def test_both_plural_forms_are_written(catalogue, messages):
    assert (catalogue.num_plurals, catalogue.plural_expr) == (2, "(n > 1)")
    plurals = [message for message in messages if message.pluralizable]
    assert plurals
    assert all(len(texts_of(message)[1]) == 2 for message in plurals)


def test_placeholders_and_markup_are_those_of_the_english(messages):
    different = [
        persian
        for message in messages
        for english, persian in zip(*texts_of(message), strict=True)
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(persian))
    ]
    assert not different


@pytest.mark.parametrize(
    ("sign", "instead"),
    [
        pytest.param(r"[,;?]", "، ؛ ؟", id="latin punctuation"),
        pytest.param(r"[\"“”„]", "«»", id="latin quotation marks"),
        pytest.param("[\u064a\u0643\u0649]", "ی ک", id="arabic letters"),
        pytest.param("[\u0660-\u0669]", "۰۱۲۳", id="arabic digits"),
        pytest.param(r"\s[،؛؟.:]", "no space before it", id="space before a sign"),
        pytest.param("ه\u200cی\\b", "هٔ", id="ezafe in the older spelling"),
        pytest.param(
            "\u200c[\\s،؛؟.:»)]|\\s\u200c|\u200c\u200c",
            "a half-space joins two letters",
            id="stray half-space",
        ),
        pytest.param(r"(?<![\w\u200c])(ن?می) (?=\w)", "می\u200c", id="verb without its half-space"),
        pytest.param("  ", "one space", id="two spaces"),
    ],
)
def test_persian_is_written_with_persian_signs(messages, sign, instead):
    wrong = [
        persian
        for message in messages
        for persian in texts_of(message)[1]
        if re.search(sign, NOT_PROSE.sub("x", persian))
    ]
    assert not wrong, f"Write {instead} in:\n" + "\n".join(wrong)


def test_paths_and_latin_dates_do_not_turn_round_in_a_persian_sentence(messages):
    """Between Persian letters "1988-07" is shown as 07-1988 and "/srv/vault" loses its first stroke, unless isolated."""
    turning = re.compile(r"(?<![\w-])\d{4}-\d\d|%\((?:path|place|root|note)\)s|(?<![\w-])--\w")
    isolated = re.compile("\u2066[^\u2066\u2069]*\u2069")
    loose = [
        persian
        for message in messages
        for persian in texts_of(message)[1]
        if turning.search(re.sub(r"`[^`]*`", "", isolated.sub("", persian)))
    ]
    assert not loose, "Put U+2066 before it and U+2069 after it in:\n" + "\n".join(loose)


def end_of(sentence: str) -> str:
    """The full stop, question mark, colon or blank that ends it, in English signs, or nothing."""
    last = sentence.rstrip("\u2069")[-1].replace("؟", "?")
    return last if last in ".?: " else ""


def test_sentences_end_as_the_english_ones_do(messages):
    different = [
        persian
        for message in messages
        for english, persian in zip(*texts_of(message), strict=True)
        if " " in english and end_of(english) != end_of(persian)
    ]
    assert not different


@pytest.mark.parametrize(
    ("english_term", "persian_term"),
    [
        ("dossier", "دوسیه"),
        ("custodian", "امین"),
        ("witness", "شاهد"),
        ("pseudonym", "نام مستعار"),
        ("passphrase", "عبارت رمز"),
        ("password", "گذرواژه"),
        ("incident", "واقع|وقایع"),
    ],
)
def test_terms_that_are_easily_mixed_up_keep_their_one_name(messages, english_term, persian_term):
    mixed = [
        f"{english} → {persian}"
        for message in messages
        for english, persian in zip(*texts_of(message), strict=True)
        if re.search(rf"\b{english_term}(s|es)?\b", english, re.IGNORECASE)
        and not re.search(persian_term, persian)
    ]
    assert not mixed, "docs/GLOSSARY.md has the term:\n" + "\n".join(mixed)


def test_the_compiled_catalogue_speaks_persian(catalogue, tmp_path):
    folder = tmp_path / "fa" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    compiled = folder / "django.mo"
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    with compiled.open("rb") as file:
        assert read_mo(file).get("Sealed").string == "مهروموم شد"
    words = trans_real.gettext_module.translation("django", str(tmp_path), ["fa"])
    assert words.gettext("Evidence") == "مدارک"
    assert words.ngettext("%(shown)s byte", "%(shown)s bytes", 2) == "%(shown)s بایت"
