import itertools
import os
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from accounts.errors import NotPermitted
from cases.dated import DATE_COLUMNS
from tests.witnesses.conftest import CANARIES, IDENTITY, PASSPHRASES, PICTURE, REASON
from tests.witnesses.consents import CONDITIONS, TAKEN_BY
from tests.witnesses.dangers import SEALED_RISK, SEALED_TEXTS
from tests.witnesses.residue import traces, unpacked
from witnesses.asking import request_danger
from witnesses.assessing import assess_risk
from witnesses.bindings import (
    approval_share_binding,
    held_share_binding,
    identity_binding,
    request_key_binding,
)
from witnesses.custodians import unlock
from witnesses.errors import (
    BadIdentity,
    ReasonMissing,
    RequestClosed,
    SealBroken,
    WitnessError,
    WrongPassphrase,
)
from witnesses.identity import SealedRow
from witnesses.models import (
    ApprovalShare,
    ConsentWords,
    CustodianKey,
    OpeningRequest,
)
from witnesses.opening import approve, open_identity, refuse
from witnesses.passphrases import stretch_code, unwrap_seed
from witnesses.photographs import read_photograph
from witnesses.register import register_witness
from witnesses.revising import revise_identity
from witnesses.sealing import Sealed, open_identity_seal, open_share
from witnesses.sharing import Share, restore

TEXTS_OF_A_DATE = (
    "date_as_written",
    "date_calendar",
    "date_edtf",
    "date_precision",
    "date_qualifier",
    "date_converter",
)


def everything_stored() -> list[bytes]:
    """Every value of every column of every table, as bytes."""
    values = []
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            values += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return values


@pytest.mark.parametrize("what", ["identity", "words of danger"])
def test_the_whole_database_all_keys_and_one_passphrase_open_nothing(
    ask, witness, lawyer, custodians, house, what
):
    """The thief has the database with an approved request in it, every key file, the code, and one custodian."""
    words = assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=lawyer).words
    opening, _code = ask() if what == "identity" else request_danger(words, reason=REASON, actor=lawyer)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    identity = opening.sealed_identity
    files = [path.read_bytes() for path in Path(settings.DADKHAH_KEYS_DIR).rglob("*") if path.is_file()]
    assert files
    known = {value for value in (*everything_stored(), *files, settings.SECRET_KEY.encode()) if value}
    known |= {bytes.fromhex(v.decode().strip()) for v in files if is_hex(v)}

    # One custodian talks: their key opens, and with it their own share alone.
    shares = identity.key_shares.select_related("custodian_key")
    own = shares.get(custodian_key__custodian__user=custodians[0])
    seed = unlock(own.custodian_key, passphrase=PASSPHRASES["custodian_a"])
    share = open_share(
        bytes(own.sealed_share),
        index=own.index,
        seed=seed,
        binding=held_share_binding(identity, own.custodian_key),
    )
    known |= {bytes(seed), share.value}

    # No other share opens with anything that is known, neither a held one nor a resealed one.
    seeds = [value for value in known if len(value) == 32]
    for held in shares.exclude(pk=own.pk):
        for candidate in seeds:
            with pytest.raises(SealBroken):
                open_share(
                    bytes(held.sealed_share),
                    index=held.index,
                    seed=candidate,
                    binding=held_share_binding(identity, held.custodian_key),
                )
    for approval in ApprovalShare.objects.all():
        for candidate in seeds:
            with pytest.raises(SealBroken):
                open_share(
                    bytes(approval.sealed_share),
                    index=approval.index,
                    seed=candidate,
                    binding=approval_share_binding(opening, approval.decision),
                )

    # Nothing known unwraps the request's key, as a key or as a code, nor another custodian's, as a passphrase.
    request = OpeningRequest.objects.get()
    for value in known:
        text = value.decode("latin-1")
        for key in filter(lambda k: len(k) == 32, (value, stretch_code(text, salt=bytes(request.salt)))):
            with pytest.raises(WrongPassphrase):
                unwrap_seed(bytes(request.wrapped_private_key), key=key, binding=request_key_binding(request))
    for key in CustodianKey.objects.exclude(pk=own.custodian_key_id):
        with pytest.raises(WrongPassphrase):
            unlock(key, passphrase=PASSPHRASES["custodian_a"])

    # And nothing known is the data key, alone or combined with the one share.
    sealed = Sealed(bytes(identity.nonce), bytes(identity.ciphertext))
    for value in seeds:
        keys = [value, *(bytes(restore([share, Share(i, value)])) for i in range(1, 4) if i != share.index)]
        for key in keys:
            with pytest.raises(SealBroken):
                open_identity_seal(sealed, key=key, binding=identity_binding(identity))


def is_hex(value: bytes) -> bool:
    try:
        return bool(bytes.fromhex(value.decode().strip()))
    except ValueError:
        return False


def test_nothing_of_the_identity_lies_in_any_column(ask, custodians, lawyer):
    opening, code = ask()
    for user in custodians[1:]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    open_identity(opening, opening_code=code, actor=lawyer)
    haystack = b"\n".join(everything_stored())
    if connection.vendor == "sqlite":
        haystack += connection.connection.serialize()
    assert traces(haystack, [*CANARIES, *PASSPHRASES.values(), code]) == []


def test_nothing_lies_in_the_files_of_the_database_nor_in_a_log_at_debug_level(tmp_path):
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/d.sqlite3",
        "TMPDIR": str(tmp_path),
    }
    script = Path(__file__).with_name("life_of_a_witness.py")
    root = Path(__file__).parent.parent.parent
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.witnesses.{script.stem}"],
        cwd=root,
        env=env,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:].decode()
    code = ran.stdout.decode().split()[-1]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"d.sqlite3", "d.sqlite3-wal"} <= {path.name for path in files}
    haystack = b"".join(path.read_bytes() for path in files)
    secrets = [*CANARIES, *SEALED_TEXTS, *PASSPHRASES.values(), code]
    assert traces(haystack + unpacked(haystack), secrets) == []
    assert b"DEBUG" in ran.stderr
    assert traces(ran.stderr, [*secrets, CONDITIONS, TAKEN_BY]) == []


TOO_LONG = replace(IDENTITY, kin=[SealedRow("Farhadgoli " * 10_000)])
UNWRITABLE = replace(IDENTITY, place_of_birth="Lashtenesha \ud800")


def test_a_traceback_with_locals_tells_nothing(ask, custodians, case, auditor, lawyer):
    """What a crash reporter that prints every local variable would write down."""
    opening, code = ask()
    sealed_passphrase = type(code)(PASSPHRASES["custodian_a"])
    acts = (
        (NotPermitted, lambda: register_witness(case=case, identity=IDENTITY, actor=auditor)),
        (
            WrongPassphrase,
            lambda: approve(
                opening, passphrase=type(code)("wrong " + sealed_passphrase), reason="x", actor=custodians[0]
            ),
        ),
        (ReasonMissing, lambda: refuse(opening, reason="", actor=custodians[0])),
        (
            ReasonMissing,
            lambda: revise_identity(opening.witness, identity=IDENTITY, reason=" ", actor=lawyer),
        ),
        (BadIdentity, lambda: register_witness(case=case, identity=TOO_LONG, actor=lawyer)),
        (BadIdentity, lambda: register_witness(case=case, identity=UNWRITABLE, actor=lawyer)),
        (BadIdentity, lambda: read_photograph(PICTURE.content[::-1])),
        (RequestClosed, lambda: open_identity(opening, opening_code=code, actor=lawyer)),
    )
    for error, act in acts:
        with pytest.raises(error) as caught:
            act()
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert traces("".join(report.format()).encode(), [*CANARIES, *PASSPHRASES.values(), code]) == []


def test_no_error_sentence_is_empty_or_holds_a_secret():
    for kind in itertools.chain(WitnessError.__subclasses__(), [WrongPassphrase]):
        assert str(kind()).endswith(".")


# What a person writes of an interview, who is told to name nobody, and choices.
INTERVIEW_TEXTS = {
    f"InterviewRecord.{name}"
    for name in (
        *(column for column in DATE_COLUMNS if column not in ("date_earliest", "date_latest")),
        *("state", "kind", "organisation", "interviewer", "where_held", "recording", "language"),
        *("interpreter", "setting", "care", "supported_by", "why_ended", "correction"),
    )
}
STATEMENT_TEXTS = {
    f"Statement.{name}"
    for name in ("kind", "language", "signed", "read_back", "under_oath", "remark", "correction")
}
# What lawyers write of danger and help, who are told to name nobody, and choices.
DANGER_TEXTS = {
    *(f"RiskAssessment.{name}" for name in ("to_witness", "to_family", "to_third")),
    *(f"RiskAssessment.{name}" for name in ("threats", "contact", "disclosure")),
    "RiskWords.grounds",
    *(f"ProtectiveMeasure.{name}" for name in ("kind", "text", "by_whom")),
    *("ThreatIncident.kind", "ThreatIncident.against"),
    *(f"ThreatWords.{name}" for name in ("what", "place", "known_how", "answered_by", "correction")),
    *("Referral.kind", "ReferralWords.organisation", "ReferralWords.note", "ReferralEvent.answer"),
    *(f"KnownGroup.{name}" for name in ("ward", "role", "source")),
}


def test_no_column_could_hold_a_name_in_clear():
    """The witness tables hold text only where a person writes a reason, or where we choose the words."""
    texts = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("witnesses").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField)
    }
    assert texts == {
        "Witness.pseudonym",
        "SealedIdentity.suite",
        "SealedIdentity.part",
        "InterviewNote.text",
        "InterviewNote.correction",
        "OpeningRequest.reason",
        "OpeningRequest.state",
        "OpeningDecision.reason",
        "Revision.reason",
        "WitnessAlarm.kind",
        "EmergencyReview.reason",
        *(f"Consent.{name}" for name in ("form", "language", "method", "given_by")),
        *("ConsentAnswer.purpose", "ConsentAnswer.answer"),
        *("ConsentWithdrawal.purposes", "ConsentWithdrawal.received"),
        *(f"ConsentWords.{value.name}" for value in ConsentWords.PRIVATE.values if not value.columns),
        "WithdrawalWords.note",
        *(
            f"{words}.{name}"
            for words in ("ConsentWords", "WithdrawalWords", "ThreatWords")
            for name in TEXTS_OF_A_DATE
        ),
        "Dependence.tie",
        "Dependence.note",
        "DependenceEnd.reason",
        "CustodianEvent.kind",
        "CustodianEvent.reason",
        "KeyAdmission.because",
        "CustodianWord.kind",
        "QuorumSession.purpose",
        "QuorumSession.reason",
        "QuorumSession.state",
        "QuorumDecision.reason",
        "Interview.justification",
        *INTERVIEW_TEXTS,
        *STATEMENT_TEXTS,
        *DANGER_TEXTS,
    }
