import io
import json

import pytest
from django.core.management import call_command

from accounts.errors import NotPermitted, UnknownActor
from tests.witnesses.conftest import PASSPHRASES
from witnesses.errors import AlreadyEnrolled, PassphraseUnreadable, WeakPassphrase
from witnesses.models import Custodian


def enrol(username, path, *more):
    out = io.StringIO()
    call_command("enrol_custodian", username, "--passphrase-file", str(path), *more, stdout=out)
    return out.getvalue()


def test_a_custodian_is_enrolled_from_a_file_and_the_passphrase_is_not_printed(custodian_a, tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASES["custodian_a"] + "\n")
    printed = enrol("custodian_a", path, "--json")
    assert json.loads(printed)["custodian"] == str(Custodian.objects.get().pk)
    assert PASSPHRASES["custodian_a"] not in printed
    with pytest.raises(AlreadyEnrolled):
        enrol("custodian_a", path)


def test_what_cannot_be_is_one_sentence(custodian_a, lawyer, tmp_path):
    good, empty = tmp_path / "good", tmp_path / "empty"
    good.write_text(PASSPHRASES["custodian_a"])
    empty.write_bytes(b"")
    for username, path, error in (
        ("nobody", good, UnknownActor),
        (lawyer.username, good, NotPermitted),
        ("custodian_a", empty, WeakPassphrase),
        ("custodian_a", tmp_path / "missing", PassphraseUnreadable),
        ("custodian_a", tmp_path, PassphraseUnreadable),
    ):
        with pytest.raises(error):
            enrol(username, path)
    assert not Custodian.objects.exists()
