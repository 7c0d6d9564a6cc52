"""Members are found and read by content alone; what is hostile ends in one of our words, never in a crash."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.containers.member import LIMITS, Limits, Member, MemberFailed
from evidence.containers.reading import kind_of, members_of
from evidence.containers.words import ContainerKind, Why
from tests.evidence.containers.makers import (
    mailbox_of,
    message_of,
    tar_header,
    tar_of,
    zip_of,
    zip_with_claimed_directory,
)

MIB = 1024 * 1024
FILES = (("a.txt", b"first"), ("sub/سند.txt", b"second" * 1000), ("empty", b""))


def read(content: bytes, *, limits: Limits = LIMITS, name: str = "x") -> Iterator[tuple[Member, bytes | Why]]:
    """Every member with its bytes, or why they are not to be had; last a member 0 where the reading broke off."""
    file = io.BytesIO(content)
    kind = kind_of(file, limits)
    if kind is None:
        yield Member(0, "", None), Why.NO_CONTAINER
        return
    try:
        for member in members_of(file, kind, name=name, limits=limits):
            if member.opened is None:
                assert member.why
                yield member, member.why
                continue
            try:
                with member.opened() as opened:
                    yield member, opened.read()
            except MemberFailed as error:
                yield member, error.why
    except MemberFailed as error:
        yield Member(0, "", None), error.why


def simply(content: bytes, **options) -> list[tuple[str, bytes | Why]]:
    return [(member.name, got) for member, got in read(content, **options)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zip_of(*FILES), ContainerKind.ZIP),
        (zip_of(), ContainerKind.ZIP),
        (b"MZ a program that unpacks itself" + zip_of(*FILES), ContainerKind.ZIP),
        (tar_of(*FILES), ContainerKind.TAR),
        (tar_of(*FILES, how="w:gz"), ContainerKind.TAR),
        (tar_of(*FILES, how="w:bz2"), ContainerKind.TAR),
        (tar_of(*FILES, how="w:xz"), ContainerKind.TAR),
        (gzip.compress(b"a text"), ContainerKind.COMPRESSED),
        (bz2.compress(b"a text"), ContainerKind.COMPRESSED),
        (lzma.compress(b"a text"), ContainerKind.COMPRESSED),
        (message_of(("a.txt", b"a")), ContainerKind.MAIL),
        (mailbox_of(message_of()), ContainerKind.MAILBOX),
        (b"From here on we walked.\nNote: this is a text.\n", None),
        (b"Subject: one word and a colon make no message\n\n", None),
        (b"", None),
        (b"%PDF-1.7\n", None),
        (b"\0" * 2048, None),
    ],
)
def test_the_kind_is_told_by_content(content: bytes, kind: ContainerKind | None) -> None:
    assert kind_of(io.BytesIO(content)) == kind


@pytest.mark.parametrize("content", [zip_of(*FILES), zip_of(*FILES, method=zipfile.ZIP_STORED)])
def test_a_zip_gives_its_files(content: bytes) -> None:
    assert simply(content) == list(FILES)
    assert next(read(content))[0].modified == "1988-07-28 01:02:04"


@pytest.mark.parametrize("how", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_gives_its_files(how: str, form: int) -> None:
    long = ("n" * 60 + "/" + "m" * 60 + "/پایان", b"x" * 513)
    members = [*FILES, long] if form != tarfile.USTAR_FORMAT else list(FILES)
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=how, format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert simply(made.getvalue()) == members


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_compresses_one_file_gives_that_file(pack) -> None:
    assert simply(pack(b"a text" * 10_000), name="letter.txt.gz") == [("letter.txt", b"a text" * 10_000)]
    assert simply(pack(b"one") + pack(b"two"), name="odd") == [("odd (unfolded)", b"onetwo")]


def test_names_are_kept_as_text_whatever_they_say() -> None:
    names = [
        "/etc/passwd",
        "../../up",
        "C:\\windows\\a",
        "a" * 300,
        "with\nline",
        "\u202egpj.exe",
        "same",
        "same",
    ]
    content = [(name, str(number).encode()) for number, name in enumerate(names)]
    assert simply(tar_of(*content)) == content
    assert [(name, got) for name, got in simply(zip_of(*content))] == content


def test_a_nul_in_a_name_is_seen() -> None:
    made = zip_of(("innocentXX.txt", b"a")).replace(b"innocentXX.txt", b"innocent\0X.txt")
    (member, _got), *_rest = read(made)
    assert member.name == "innocent\\x00X.txt"


def test_a_name_in_utf8_that_does_not_say_so_is_read() -> None:
    made = zip_of(("ABCDEFGH", b"a")).replace(b"ABCDEFGH", "سند!!".encode())
    assert simply(made)[0][0] == "سند!!"


def test_links_devices_and_folders_are_named_and_left() -> None:
    def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        return info

    extra = [
        special("soft", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard", tarfile.LNKTYPE, "a.txt"),
        special("null", tarfile.CHRTYPE),
        special("disk", tarfile.BLKTYPE),
        special("pipe", tarfile.FIFOTYPE),
        special("folder", tarfile.DIRTYPE),
    ]
    assert simply(tar_of(*FILES, extra=extra))[3:] == [
        ("soft", Why.LINK),
        ("hard", Why.LINK),
        ("null", Why.DEVICE),
        ("disk", Why.DEVICE),
        ("pipe", Why.DEVICE),
        ("folder", Why.FOLDER),
    ]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("soft")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", "")
    assert simply(made.getvalue()) == [("soft", Why.LINK), ("folder/", Why.FOLDER)]


def test_a_locked_member_and_an_unknown_packing_are_named() -> None:
    made = bytearray(zip_of(("a", b"a"), ("b", b"b")))
    first = made.index(b"PK\1\2")
    made[first + 8] |= 1
    second = made.index(b"PK\1\2", first + 4)
    made[second + 10] = 99
    assert simply(bytes(made)) == [("a", Why.ENCRYPTED), ("b", Why.METHOD)]
    assert simply(zip_of(("a", b"a"), method=zipfile.ZIP_LZMA)) == [("a", Why.METHOD)]


def test_a_damaged_member_does_not_take_the_others_with_it() -> None:
    made = bytearray(zip_of(("a", b"a" * 1000), ("b", b"second"), method=zipfile.ZIP_STORED))
    made[100] ^= 1
    assert simply(bytes(made)) == [("a", Why.DAMAGED), ("b", b"second")]


@pytest.mark.parametrize("how", ["w", "w:gz", "w:xz"])
def test_a_cut_archive_gives_what_is_before_the_cut(how: str) -> None:
    made = tar_of(("a", b"first"), ("b", random.Random(1).randbytes(50_000)), how=how)
    found = simply(made[:-20_000])
    assert found[0] == ("a", b"first")
    assert found[-1][1] is Why.DAMAGED


def test_a_cut_zip_has_no_directory() -> None:
    assert simply(zip_of(*FILES)[:-30]) == [("", Why.DAMAGED)]


SMALL = Limits(ratio=50, free=MIB, total_bytes=20 * MIB, member_bytes=10 * MIB, message_bytes=MIB)


@pytest.mark.parametrize(
    "content",
    [
        zip_of(("zeros", bytes(8 * MIB))),
        tar_of(("zeros", bytes(8 * MIB)), how="w:gz"),
        tar_of(("zeros", bytes(8 * MIB)), how="w:xz"),
        gzip.compress(bytes(8 * MIB)),
        bz2.compress(bytes(8 * MIB)),
        lzma.compress(bytes(8 * MIB)),
    ],
)
def test_a_bomb_stops_at_the_ratio(content: bytes) -> None:
    assert next(why for _name, why in simply(content, limits=SMALL)) in (Why.BOMB, Why.DAMAGED)
    assert Why.BOMB in [why for _name, why in simply(content, limits=SMALL)]


def test_many_small_bombs_stop_at_the_total() -> None:
    some = random.Random(1).randbytes(3 * MIB)
    found = simply(zip_of(*((str(number), some) for number in range(8))), limits=SMALL)
    assert [got is Why.TOO_LARGE for _name, got in found] == [False] * 6 + [True] * 2


def test_a_member_that_is_longer_than_it_says_is_damaged() -> None:
    made = bytearray(zip_of(("a", b"x" * 5000)))
    place = made.index(b"PK\1\2")
    made[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert simply(bytes(made)) == [("a", Why.DAMAGED)]


def test_headers_that_announce_gigabytes_are_not_believed() -> None:
    assert simply(zip_with_claimed_directory(0xFFFFFFF0)) == [("", Why.TOO_LARGE)]
    assert simply(zip_with_claimed_directory(0xFFFFFFFF)) == [("", Why.DAMAGED)]
    for kind in (b"x", b"g", b"L", b"K"):
        assert simply(tar_header(b"n", size=8**11 - 1, kind=kind)) == [("", Why.BOMB)]
    assert simply(tar_header(b"n", size=2**60))[0] == ("n", Why.TOO_LARGE)
    endless = b"".join(tar_header(b"n", size=0, kind=b"L") for _number in range(200))
    assert simply(endless) == [("", Why.BOMB)]


def test_an_xz_that_wants_gigabytes_of_memory_is_refused() -> None:
    made = bytearray(lzma.compress(b"x"))
    assert made[14:16] == b"\x21\x01"
    made[16] = 40  # a dictionary of four gigabytes
    end = 12 + (made[12] + 1) * 4
    made[end - 4 : end] = zlib.crc32(made[12 : end - 4]).to_bytes(4, "little")
    assert simply(bytes(made), name="x.xz") == [("x", Why.DAMAGED)]


def test_a_message_gives_its_attachments_and_an_inner_message_whole() -> None:
    inner = message_of(("inner.txt", b"inside"), subject="inner")
    outer = message_of(("سند.pdf", b"%PDF"), ("../../x", b"b"))
    assert simply(outer) == [("سند.pdf", b"%PDF"), ("../../x", b"b")]
    made = (
        b"From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n"
        b"--q\r\nContent-Type: text/plain\r\n\r\nbody\r\n--q\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--q\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--q--\r\n"
    )
    found = simply(made)
    assert [name for name, _got in found] == ["part 1.eml", "part 2.png"]
    assert found[0][1] == inner
    assert found[1][1] == b"\x89PNG\r\n"


def test_a_saved_page_gives_all_its_parts() -> None:
    made = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: A page\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=q\r\n\r\n"
        b"--q\r\nContent-Type: text/html\r\nContent-Location: https://example.org/\r\n\r\n<p>hi\r\n"
        b"--q\r\nContent-Type: text/css\r\nContent-Location: https://example.org/a.css\r\n\r\np{}\r\n--q--\r\n"
    )
    assert kind_of(io.BytesIO(made)) is ContainerKind.SAVED_PAGE
    assert simply(made) == [("https://example.org/", b"<p>hi"), ("https://example.org/a.css", b"p{}")]


def test_a_mailbox_gives_each_message_exactly_and_its_attachments() -> None:
    one, two = message_of(("a.txt", b"a")), message_of(subject="two") + b"\n>From the mountain\n"
    found = simply(mailbox_of(one, two))
    assert [name for name, _got in found] == ["message 00001.eml", "message 00001/a.txt", "message 00002.eml"]
    assert (found[0][1], found[1][1], found[2][1]) == (one, b"a", two)


def test_a_message_that_is_too_large_is_said_and_its_mailbox_goes_on() -> None:
    large = message_of(("a", random.Random(1).randbytes(2 * MIB)))
    assert simply(large, limits=SMALL) == [("", Why.TOO_LARGE)]
    found = simply(mailbox_of(large, message_of()), limits=SMALL)
    assert [name for name, _got in found] == ["message 00001.eml", "message 00001/", "message 00002.eml"]
    assert (found[0][1], found[1][1]) == (large, Why.TOO_LARGE)


def test_messages_in_messages_end_somewhere() -> None:
    content = b"From: a@b\nTo: c@d\n\nbody\n"
    for number in range(300):
        edge = b"b%d" % number
        content = (
            b"From: a@b\nTo: c@d\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=" + edge + b"\n\n--"
            + edge + b"\nContent-Type: message/rfc822\n\n" + content + b"\n--" + edge + b"--\n"
        )  # fmt: skip
    assert simply(content)[-1][1] is not None
    many = b"From: a@b\nTo: c@d\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n"
    many += b"--q\nContent-Disposition: attachment\n\nx\n" * 5000
    assert simply(many)[-1] == ("", Why.BOMB)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Disposition: attachment; filename*=utf-9'x'%zz",
        b"Content-Disposition: attachment; filename*0*=x; filename*0=y; filename*99999=z",
        b'Content-Disposition: attachment; filename="=?x-none?B?////?="',
        b'Content-Disposition: attachment; filename="=?utf-8?Q?' + b"=41" * 3000 + b'?="',
        b"Content-Disposition: attachment\nContent-Transfer-Encoding: base64\nContent-Type: ;;;",
        b"Content-Disposition: attachment\nContent-Type: text/plain; charset=\xff\xfe",
    ],
)
def test_hostile_headers_are_survived(header: bytes) -> None:
    made = (
        b"From: a@b\nTo: c@d\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n--q\n"
        + header
        + b"\n\n\xff\xfe=zz==\n--q--\n"
    )
    ((name, got),) = simply(made)
    assert name
    assert got


SEEDS = [
    zip_of(*FILES),
    tar_of(*FILES),
    tar_of(*FILES, how="w:gz"),
    lzma.compress(b"text" * 100),
    bz2.compress(b"text" * 100),
    message_of(("a.txt", b"a"), ("b", b"b" * 100)),
    mailbox_of(message_of(("a", b"b")), message_of()),
]


def test_an_entry_without_a_name_is_read_as_any_other() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Xa.txt", b"words")
    # What follows a zero byte is no part of a name.
    [(member, _content)] = read(packed.getvalue().replace(b"Xa.txt", b"\0a.txt"), limits=SMALL)
    assert member.why is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_changed_in_a_container_it_is_read_to_an_end(data) -> None:
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _change in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["flip", "cut", "double", "set"]))
        if what == "flip":
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        elif what == "set":
            content[place : place + 4] = data.draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"7777"]))
        elif what == "cut":
            del content[place : place + data.draw(st.integers(1, 600))]
        else:
            content[place:place] = content[place : place + 600]
        if not content:
            break
    ends = time.monotonic() + 20
    for _member in read(bytes(content), limits=SMALL):
        assert time.monotonic() < ends


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [
            b"",
            b"PK\3\4",
            b"\x1f\x8b",
            b"BZh9",
            b"\xfd7zXZ\x00",
            b"From a\nFrom: a\nTo: b\n",
            b"From: a\nTo: b\n",
        ]
    ),
    st.binary(max_size=3000),
)
def test_any_bytes_are_read_to_an_end(head: bytes, rest: bytes) -> None:
    found = list(read(head + rest, limits=SMALL))
    numbers = [member.number for member, _got in found if member.number]
    assert len(set(numbers)) == len(numbers)
    assert sum(len(got) for _member, got in found if isinstance(got, bytes)) <= SMALL.total_bytes
    assert all(isinstance(got, bytes) or got in Why.values for _member, got in found)
