"""Signed notes against the published examples of the format and its reference implementation."""

import json
from pathlib import Path

import pytest

from audit.errors import BadNote
from audit.notes import Signer, Verifier, open_note, split_note

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "notes.json").read_text())["notes"]
GO = CASES[0]


@pytest.mark.parametrize("case", CASES)
def test_it_accepts_the_published_notes(case: dict) -> None:
    verifier = Verifier.parse(case["verifier"])
    assert verifier.line == case["verifier"]
    assert open_note(f"{case['text']}\n{case['line']}", [verifier]) == case["text"]


def test_it_signs_exactly_as_the_reference_implementation() -> None:
    signer = Signer.parse(GO["signer"])
    assert signer.line == GO["signer"]
    assert signer.verifier.line == GO["verifier"]
    assert signer.signature_line(GO["text"]) == GO["line"]
    assert GO["signer"][-20:] not in repr(signer)


def test_it_refuses_a_changed_text() -> None:
    with pytest.raises(BadNote, match="does not belong"):
        open_note(
            f"{GO['text'].replace('problem', 'solution')}\n{GO['line']}", [Verifier.parse(GO["verifier"])]
        )


def test_it_refuses_a_note_that_only_strangers_signed_and_passes_over_strangers_beside_us() -> None:
    ours, stranger = Signer.generate("example.org/log"), Signer.generate("example.org/log")
    text = "a\n"
    with pytest.raises(BadNote, match="known keys"):
        open_note(f"{text}\n{stranger.signature_line(text)}", [ours.verifier])
    both = f"{text}\n{stranger.signature_line(text)}{ours.signature_line(text)}"
    assert open_note(both, [ours.verifier]) == text


@pytest.mark.parametrize(
    "note", ["", "a\n", "a\n\n", "a\n\nb\n", "a\n\n— name\n", "a\n\n— name !!\n", "a\n\n— name AAAA"]
)
def test_it_refuses_what_is_no_note(note: str) -> None:
    with pytest.raises(BadNote):
        split_note(note)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "name",
        "name+00000000+AAAA",
        GO["verifier"].replace("c74f", "c74e"),
        GO["verifier"].replace("Peter", "P "),
    ],
)
def test_it_refuses_what_is_no_verifier_key(line: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(line)


@pytest.mark.parametrize(
    "name", ["", "with space", "with+plus", "line\nbreak", "\x1b[31m", "\x7f", "é" * 128]
)
def test_a_key_has_a_proper_name(name: str) -> None:
    with pytest.raises(BadNote):
        Signer.generate(name)


def test_a_text_without_a_last_newline_is_not_signed() -> None:
    with pytest.raises(BadNote):
        Signer.generate("a").signature_line("text")
