"""What the verification finds among the stored stamps, and what it leaves alone."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.checkpoints import sign_checkpoint
from audit.faults import FaultKind
from audit.models import StampAttempt, TimeStamp
from audit.stamp_state import stamp_state
from audit.stamping.rounds import stamp_pending
from audit.stamping.stored import stamp_faults
from audit.telling import Telling
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import LocalAuthority
from tests.tampering import tamper

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]


@pytest.fixture
def stamp(local, checkpoint):
    stamp_pending()
    return TimeStamp.objects.get()


def kinds():
    return [kind for kind, _place, _detail in stamp_faults(Telling())]


def rewrite(column, value):
    assert tamper(f"UPDATE audit_timestamp SET {column} = %s", (value,)) == 1


def test_an_untouched_stamp_is_no_fault(stamp):
    assert kinds() == []
    assert verify_log().ok


def test_a_log_without_stamps_needs_no_list(listed, checkpoint):
    listed({"name": "broken"})
    assert kinds() == []


@pytest.mark.parametrize("column", ["response", "request"])
@pytest.mark.parametrize("place", [0, 9, -1, "middle"])
def test_one_bit_is_found_wherever_it_was_changed(stamp, column, place):
    content = bytearray(bytes(getattr(stamp, column)))
    content[len(content) // 2 if place == "middle" else place] ^= 1
    rewrite(column, bytes(content))
    assert set(kinds()) == {FaultKind.BAD_STAMP}
    report = verify_log()
    assert not report.ok
    assert report.faults[0].place.startswith("stamp of local, checkpoint of size 3")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("generated_at", "2020-01-01 00:00:00+00:00"),
        ("received_at", "2020-01-01 00:00:00+00:00"),
        ("received_at", "2031-01-01 00:00:00+00:00"),
        ("serial", "7"),
        ("policy", "1.2.3"),
        ("algorithm", "sha512"),
    ],
)
def test_a_changed_column_is_found(stamp, column, value):
    rewrite(column, value)
    assert FaultKind.BAD_STAMP in kinds()


def test_a_stamp_that_was_moved_to_another_authority_is_found(stamp):
    rewrite("authority", "other")
    assert sorted(kinds()) == [FaultKind.STAMP_INSERTED, FaultKind.STAMP_REMOVED]


def test_a_removed_stamp_is_found(stamp):
    tamper("DELETE FROM audit_timestamp")
    assert kinds() == [FaultKind.STAMP_REMOVED]


def test_a_genuine_stamp_that_the_log_does_not_know_is_found(local, stamp, write):
    with transaction.atomic():
        other = TimeStamp(
            **{f.attname: getattr(stamp, f.attname) for f in TimeStamp._meta.fields if f.name != "id"}
        )
        other.authority = "slipped-in"
        other.save(force_insert=True)
    assert kinds() == [FaultKind.STAMP_INSERTED]


def test_a_stamp_that_no_longer_holds_against_what_is_pinned_is_found(tmp_path, stamp, listed):
    other = LocalAuthority.found(tmp_path / "other")
    listed(other.entry("local", "http://127.0.0.1:9/"))
    ((kind, _place, detail),) = list(stamp_faults(Telling()))
    assert kind is FaultKind.BAD_STAMP
    assert "passes for" in detail


def test_a_retired_authority_is_still_checked(stamp, authority, listed):
    listed(authority.entry("local", "http://127.0.0.1:9/", retired=True))
    assert kinds() == []
    rewrite("serial", "7")
    assert FaultKind.BAD_STAMP in kinds()


def test_an_authority_that_is_configured_no_more_is_a_notice_and_no_fault(stamp, listed):
    listed()
    assert kinds() == []
    assert stamp_state().unknown == ["local"]


def test_even_then_a_changed_stamp_is_found(stamp, listed):
    listed()
    rewrite("response", b"changed")
    assert kinds() == [FaultKind.BAD_STAMP]


def test_a_list_that_cannot_be_used_is_a_fault_once_there_are_stamps(stamp, listed):
    listed({"name": "broken"})
    assert kinds() == [FaultKind.STAMPS_UNCHECKED]


@pytest.mark.parametrize("column", ["generated_at", "received_at"])
@pytest.mark.parametrize("value", ["never", "2026-13-45 00:00:00"])
def test_a_time_that_is_none_is_found_and_ends_no_verification(stamp, column, value):
    if connection.vendor == "postgresql":  # its columns hold nothing but times
        with pytest.raises(DatabaseError), transaction.atomic():
            rewrite(column, value)
        return
    rewrite(column, value)
    assert FaultKind.BAD_STAMP in kinds()
    assert not verify_log().ok


def test_a_stamp_that_comes_in_during_the_verification_is_no_false_alarm(stamp, local, listed, desk, write):
    listed({"name": "broken"})
    faults = stamp_faults(Telling())
    assert next(faults)[0] is FaultKind.STAMPS_UNCHECKED
    listed(local.entry("local", desk.url))
    write(1)
    sign_checkpoint(actor=CLERK)
    assert stamp_pending() == 1
    assert list(faults) == []


def test_an_entry_about_a_stamp_that_cannot_be_read_is_left_to_its_own_check(stamp):
    tamper("UPDATE audit_entry SET body = %s WHERE action = 'log.stamped'", (b"no json",))
    assert kinds() == [FaultKind.STAMP_INSERTED]
    assert {fault.kind for fault in verify_log().faults} > {FaultKind.STAMP_INSERTED}


def test_the_tries_in_vain_are_bookkeeping_and_no_part_of_the_record(stamp):
    StampAttempt.objects.all().delete()
    assert verify_log().ok


def test_the_command_that_verifies_the_log_finds_a_bad_stamp(stamp, capsys):
    rewrite("serial", "7")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit_log")
    assert ended.value.code == 1
    assert "bad_stamp: stamp of local" in capsys.readouterr().out


def test_a_stamp_that_no_driver_reads_is_named_and_hides_no_other_break(stamp):
    rewrite("received_at", "infinity" if connection.vendor == "postgresql" else "zz")
    tamper("DELETE FROM audit_checkpointsignature WHERE length(line) > 500")
    assert {fault.kind for fault in verify_log().faults} >= {FaultKind.SIGNATURE_REMOVED}
    assert {fault.kind for fault in verify_log().faults} & {FaultKind.UNREADABLE, FaultKind.BAD_STAMP}


def test_a_stamp_that_cannot_be_read_does_not_hide_what_is_wrong_with_the_next(stamp, write):
    write(1)
    sign_checkpoint(actor=CLERK)
    assert stamp_pending() == 1
    first, second = TimeStamp.objects.select_related("checkpoint").order_by("checkpoint__size")
    never = "infinity" if connection.vendor == "postgresql" else "never"
    one = "checkpoint_id = (SELECT id FROM audit_checkpoint WHERE size = %s)"
    tamper(f"UPDATE audit_timestamp SET received_at = %s WHERE {one}", (never, first.checkpoint.size))
    tamper(f"UPDATE audit_timestamp SET serial = '7' WHERE {one}", (second.checkpoint.size,))
    found = [(kind, place, detail) for kind, place, detail in stamp_faults(Telling())]
    sizes = first.checkpoint.size, second.checkpoint.size
    assert found[0] == (
        FaultKind.BAD_STAMP,
        f"stamp of local, checkpoint of size {sizes[0]}",
        "A row cannot be read: received_at",
    )
    assert {place for _kind, place, _detail in found[1:]} >= {
        f"stamp of local, checkpoint of size {sizes[1]}"
    }
