"""What Django says of its own about files speaks of files in Persian, and not of cases."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from audit.forms import OutsideForm
from config.django_words import ABOUT_FILES


@pytest.mark.parametrize("sentence", ABOUT_FILES)
def test_a_file_is_called_a_file(sentence: str) -> None:
    with translation.override("fa"):
        said = gettext(sentence)
    assert "فایل" in said
    assert "پرونده" not in said


def test_every_sentence_of_a_field_for_files_is_among_them() -> None:
    with translation.override("en"):
        said = {str(forms.FileField.default_error_messages[key]) for key in ("invalid", "missing", "empty")}
    assert said == set(ABOUT_FILES)


def test_an_empty_checkpoint_file_is_refused_in_those_words() -> None:
    with translation.override("fa"):
        form = OutsideForm({}, MultiValueDict({"notes": [SimpleUploadedFile("checkpoint", b"")]}))
        [said] = form.errors["notes"]
    assert "فایل" in said
    assert "پرونده" not in said
