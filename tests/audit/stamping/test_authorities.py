"""The list of authorities: what is taken, and the sentence for each thing that is wrong."""

import json
import subprocess
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.core.checks import run_checks

from audit.errors import AuthoritiesUnusable, UnknownAuthority
from audit.stamping.authorities import active_authorities, authority_named, load_authorities
from tests.audit.stamping.local_authority import DAY, POLICY, LocalAuthority, as_pem, certify, new_key

URL = "https://tsa.example/stamp"


def test_without_a_list_no_authority_is_configured():
    assert load_authorities() == ()


def test_every_field_is_read(authority, listed):
    listed(
        authority.entry(
            "local-2026",
            URL,
            algorithm="sha384",
            policy=POLICY,
            qualified=True,
            trusted_list_date="2026-11-01",
        )
    )
    (read,) = load_authorities()
    assert (read.name, read.url, read.algorithm, read.policy) == ("local-2026", URL, "sha384", POLICY)
    assert (read.qualified, read.trusted_list_date, read.retired) == (True, date(2026, 11, 1), False)
    assert read.certificates == (authority.certificate, authority.root)
    assert read.valid_until == authority.certificate.not_valid_after_utc


def test_what_may_be_left_out_has_a_default(authority, listed):
    listed(authority.entry("local", URL))
    (read,) = load_authorities()
    assert (read.algorithm, read.policy, read.qualified, read.retired) == ("sha256", None, False, False)


def test_a_retired_authority_is_known_but_not_asked(authority, listed):
    listed(authority.entry("old", URL, retired=True), authority.entry("new", URL))
    assert [one.name for one in active_authorities()] == ["new"]
    assert authority_named("old").retired
    with pytest.raises(UnknownAuthority, match="nobody"):
        authority_named("nobody")


def test_an_authority_whose_certificate_has_ended_is_known_but_not_asked(tmp_path, listed):
    ended = LocalAuthority.found(
        tmp_path / "ended", begins=datetime.now(UTC) - 20 * DAY, ends=datetime.now(UTC) - DAY
    )
    listed(ended.entry("ended", URL))
    assert active_authorities() == ()
    assert authority_named("ended").valid_until < datetime.now(UTC)


def test_a_self_signed_certificate_needs_no_chain(tmp_path, house, listed):
    pem = tmp_path / "self.pem"
    pem.write_bytes(as_pem(certify("Alone", new_key())))
    listed({"name": "alone", "url": URL, "certificate": str(pem)})
    assert load_authorities()[0].chain == ()


def test_the_list_can_lie_elsewhere_with_files_beside_it(tmp_path, authority, settings):
    path = authority.folder / "list.json"
    path.write_text(
        json.dumps(
            {
                "authorities": [
                    {"name": "a", "url": URL, "certificate": "certificate.pem", "chain": "chain.pem"}
                ]
            }
        )
    )
    settings.DADKHAH_TSA_FILE = path
    assert load_authorities()[0].certificate == authority.certificate


def test_a_list_that_was_named_must_be_there(tmp_path, settings):
    settings.DADKHAH_TSA_FILE = tmp_path / "nowhere.json"
    with pytest.raises(AuthoritiesUnusable, match="DADKHAH_TSA_FILE names a file that is not there"):
        load_authorities()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "Has Spaces"}, "small letters"),
        ({"name": "../../up"}, "small letters"),
        ({"name": 3}, "small letters"),
        ({"url": "ftp://tsa.example/"}, "an address"),
        ({"url": "file:///etc/passwd"}, "an address"),
        ({"url": "https://"}, "an address"),
        ({"url": "https://me:secret@tsa.example/"}, "an address"),
        ({"url": "http://tsa.example:99999/"}, "an address"),
        ({"url": "http://[::1/"}, "an address"),
        ({"url": "http://tsa.example/\r\nHost: other"}, "an address"),
        ({"algorithm": "sha1"}, "algorithm other than sha256, sha384, sha512"),
        ({"policy": "any"}, "no dotted number"),
        ({"retired": "no"}, "wrong type"),
        ({"certificat": "x.pem"}, "unknown field"),
        ({"qualified": True}, "trusted list"),
        ({"qualified": True, "trusted_list_date": "last week"}, "trusted list"),
        ({"certificate": "nowhere.pem"}, "cannot be read"),
    ],
)
def test_a_wrong_field_is_named(authority, listed, fields, reason):
    listed({**authority.entry("local", URL), **fields})
    with pytest.raises(AuthoritiesUnusable, match=reason):
        load_authorities()


@pytest.mark.parametrize("missing", ["name", "url", "certificate", "chain"])
def test_a_missing_field_is_named(authority, listed, missing):
    entry = authority.entry("local", URL)
    del entry[missing]
    listed(entry)
    with pytest.raises(AuthoritiesUnusable):
        load_authorities()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"authorities": {}}', '{"authorities": [1]}', "[" * 100_000]
)
def test_a_list_that_is_no_list_is_named(listed, text):
    path = listed()
    path.write_text(text)
    with pytest.raises(AuthoritiesUnusable, match=r"stamp_authorities\.json"):
        load_authorities()


def test_a_list_that_others_can_write_is_refused(authority, listed):
    path = listed(authority.entry("local", URL))
    path.chmod(0o646)
    with pytest.raises(AuthoritiesUnusable, match="others can write it"):
        load_authorities()


def test_a_name_stands_once(authority, listed):
    listed(authority.entry("local", URL), authority.entry("local", URL))
    with pytest.raises(AuthoritiesUnusable, match="twice"):
        load_authorities()


@pytest.mark.parametrize(
    "how",
    [
        {"usage": False},
        {"critical": False},
        {"key": "rsa1024"},
    ],
)
def test_a_certificate_that_is_not_fit_for_stamps_is_refused(tmp_path, listed, how):
    unfit = LocalAuthority.found(tmp_path / "unfit", **how)
    listed(unfit.entry("unfit", URL))
    with pytest.raises(AuthoritiesUnusable, match=r"not made for time-stamps|forged"):
        load_authorities()


@pytest.mark.program("openssl")
def test_a_certificate_signed_over_sha1_is_refused_and_a_root_is_not(authority, listed):
    run = partial(subprocess.run, cwd=authority.folder, check=True, capture_output=True)
    usage = ["-addext", "extendedKeyUsage=critical,timeStamping"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha1", "-days", "9"]
    run([*made, "-keyout", "alone.key", "-subj", "/CN=Old alone", "-out", "old-alone.pem", *usage])
    run([*made, "-keyout", "old.key", "-subj", "/CN=Old root", "-out", "old-root.pem"])
    asking = "openssl req -new -newkey rsa:2048 -nodes -keyout old-leaf.key -subj /CN=Old -out old.csr"
    run(asking.split())
    authority.folder.joinpath("usage").write_text("extendedKeyUsage=critical,timeStamping\n")
    signed = "openssl x509 -req -in old.csr -CA old-root.pem -CAkey old.key -sha1 -extfile usage -out old.pem"
    run(signed.split())
    listed({"name": "alone", "url": URL, "certificate": str(authority.folder / "old-alone.pem")})
    assert len(load_authorities()) == 1
    listed(
        {
            "name": "old",
            "url": URL,
            "certificate": str(authority.folder / "old.pem"),
            "chain": str(authority.folder / "old-root.pem"),
        }
    )
    with pytest.raises(AuthoritiesUnusable, match="forged"):
        load_authorities()


def test_a_chain_that_leads_elsewhere_is_refused(tmp_path, authority, listed):
    other = LocalAuthority.found(tmp_path / "other")
    listed(authority.entry("local", URL, chain=str(other.folder / "chain.pem")))
    with pytest.raises(AuthoritiesUnusable, match="self-signed root"):
        load_authorities()


def test_a_chain_with_a_stranger_in_it_is_refused(authority, listed):
    authority.folder.joinpath("chain.pem").write_bytes(as_pem(authority.root, certify("Stranger", new_key())))
    listed(authority.entry("local", URL))
    with pytest.raises(AuthoritiesUnusable, match="no part of it"):
        load_authorities()


def test_two_certificates_are_no_pin(authority, listed):
    authority.folder.joinpath("certificate.pem").write_bytes(as_pem(authority.certificate, authority.root))
    listed(authority.entry("local", URL))
    with pytest.raises(AuthoritiesUnusable, match="exactly one"):
        load_authorities()


def test_a_start_with_a_wrong_list_is_refused_with_its_sentence(listed):
    assert [found.id for found in run_checks() if found.id == "dadkhah.E017"] == []
    listed({"name": "local"})
    (found,) = [found for found in run_checks() if found.id == "dadkhah.E017"]
    assert "local has no url" in found.msg
