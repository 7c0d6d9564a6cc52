"""Every damage to a store is named by a round, in full and without keys, and no clean object is accused."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence import store
from evidence.errors import VaultUnavailable
from evidence.fixity_rounds import ask_for_round, work_on
from evidence.models import EvidenceItem, FixityAlarm, FixityReading
from evidence.vault.age_keys import Identity
from evidence.vocabulary import ReadingMethod
from tests.evidence.conftest import TakeIn
from tests.evidence.test_fixity_rounds import BY_HAND
from tests.evidence.vault.conftest import REAL_SERVER
from tests.evidence.vault.places import BucketPlace, FolderPlace, Place

CHUNK = 64 * 1024 + 16
CONTENT = bytes(range(256)) * 600  # three chunks, the last one not full


@pytest.fixture(params=["folder", "moto", pytest.param("real", marks=pytest.mark.s3)])
def place(request: pytest.FixtureRequest, house: Path, settings: Any, db: None) -> Iterator[Place]:
    """The store of the settings, in a folder or a bucket, with a back door."""
    if request.param == "folder":
        yield FolderPlace(house / "data" / "vault")
        return
    moto = request.param == "moto"
    bucket = BucketPlace(request.getfixturevalue("moto_url") if moto else os.environ[REAL_SERVER])
    settings.DADKHAH_STORE = f"s3://{bucket.bucket}/evidence"
    settings.DADKHAH_STORE_ENDPOINT = bucket.address.endpoint
    settings.DADKHAH_STORE_LOCK = "none"
    access = house / "keys" / "store_access.key"
    access.write_text(f"{bucket.access.key_id}\n{bucket.access.secret}\n")
    access.chmod(0o600)
    store._bucket_store.cache_clear()
    yield bucket
    store._bucket_store.cache_clear()


def body_at(data: bytes) -> int:
    """Where the header ends: after the line that begins with `---`."""
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


FLIPS: dict[str, Callable[[bytes], int]] = {
    "the first byte": lambda data: 0,
    "the version": lambda data: 20,
    "the recipient's stanza": lambda data: data.index(b"X25519") + 10,
    "the wrapped key": lambda data: data.index(b"\n", data.index(b"-> X25519")) + 3,
    "the header's code": lambda data: data.index(b"\n--- ") + 8,
    "the nonce": lambda data: body_at(data) + 1,
    "the first chunk": lambda data: body_at(data) + 16 + 5,
    "a chunk's tag": lambda data: body_at(data) + 16 + CHUNK - 1,
    "the second chunk": lambda data: body_at(data) + 16 + CHUNK + 7,
    "the last chunk": lambda data: len(data) - 20,
    "the last byte": lambda data: len(data) - 1,
}
CUTS: dict[str, Callable[[bytes], int]] = {
    "to nothing": lambda data: 0,
    "in the header": lambda data: 40,
    "at the header's end": body_at,
    "between two chunks": lambda data: body_at(data) + 16 + CHUNK,
    "by one byte": lambda data: len(data) - 1,
}


def damage_all(place: Place, take_in: TakeIn) -> dict[str, tuple[EvidenceItem, str]]:
    """One object for each damage, by its name, with the finding that it must have."""
    done: dict[str, tuple[EvidenceItem, str]] = {}

    def fresh(label: str) -> tuple[EvidenceItem, str, bytes]:
        item = take_in(label.encode() + CONTENT)
        return item, item.stored.name, place.read(item.stored.name)

    for label, where in FLIPS.items():
        item, name, data = fresh(f"flip {label}")
        place.write(name, flipped(data, where(data)))
        done[f"flip {label}"] = item, "mismatch"
    for label, where in CUTS.items():
        item, name, data = fresh(f"cut {label}")
        place.write(name, data[: where(data)])
        done[f"cut {label}"] = item, "truncated"
    one, first, data = fresh("swapped a")
    other, second, more = fresh("swapped b")
    place.write(first, more)
    place.write(second, data)
    done |= {"swapped a": (one, "mismatch"), "swapped b": (other, "mismatch")}
    item, name, data = fresh("longer")
    place.write(name, data + b"\0")
    done["longer"] = item, "mismatch"
    item, name, data = fresh("sealed to another")
    place.write(name, _sealed_to_another(data))
    done["sealed to another"] = item, "mismatch"
    item, name, data = fresh("gone")
    place.delete(name)
    done["gone"] = item, "missing"
    return done


def _sealed_to_another(data: bytes) -> bytes:
    """The same body under a header that another owner can open, of the same length."""
    other = str(Identity.generate().recipient).encode()
    at = data.index(b"X25519 ") + 7
    return data[:at] + other[5 : 5 + 43] + data[at + 43 :]


@pytest.mark.parametrize("method", [ReadingMethod.FULL, ReadingMethod.SCRUB])
def test_every_damage_is_named_and_no_clean_object_is_accused(
    place: Place, take_in: TakeIn, method: ReadingMethod
) -> None:
    clean = [take_in(f"clean {number}".encode() + CONTENT[: number * 40_000]) for number in range(4)]
    damaged = damage_all(place, take_in)
    begun = ask_for_round(method, actor=BY_HAND)
    assert work_on(begun, actor=BY_HAND)
    findings = dict(FixityReading.objects.values_list("object_id", "finding"))
    assert {label: findings[item.object_id] for label, (item, _) in damaged.items()} == {
        label: finding for label, (_item, finding) in damaged.items()
    }
    assert {findings[item.object_id] for item in clean} == {"verified"}
    alarmed = set(FixityAlarm.objects.values_list("object_id", flat=True))
    assert alarmed == {item.object_id for item, _ in damaged.values()}
    assert all(item.custody.filter(outcome="broken").count() == 1 for item, _ in damaged.values())
    assert not any(item.custody.filter(outcome="broken").exists() for item in clean)


def test_a_bucket_that_is_gone_accuses_no_object(place: Place, take_in: TakeIn) -> None:
    if not isinstance(place, BucketPlace):
        return
    items = [take_in(f"letter {number}".encode()) for number in range(3)]
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    for version in place.client.list_object_versions(Bucket=place.bucket).get("Versions", []):
        place.client.delete_object(Bucket=place.bucket, Key=version["Key"], VersionId=version["VersionId"])
    with pytest.raises(VaultUnavailable):
        work_on(begun, actor=BY_HAND)
    assert FixityReading.objects.count() == 0
    assert FixityAlarm.objects.get().object is None
    assert not any(item.custody.filter(outcome="broken").exists() for item in items)
