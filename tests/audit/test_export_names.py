"""Which files and folders an export has, by exactly the names that are written; everything else is named."""

import os
import shutil
from pathlib import Path

import pytest

from tests.audit.exports import check, checked_here, listed


@pytest.mark.parametrize(
    "name",
    [
        "checkpoints/0000000000003",
        "checkpoints/00000000003",
        "rotations/00000",
        "tiles/00",
        "stamps/000000000003-000.tsr",
        "stamps/0000000000003-00.tsr",
        "checkpoints/000000000003 ",
        "checkpoints/00000000000\u0663",
        "entr\u0456es.bin",
        ".DS_Store",
    ],
)
def test_a_file_that_is_not_named_as_exports_name_theirs_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    shutil.copy(folder / "checkpoints/000000000003", path)
    listed(folder)
    found = checked_here(folder).faults
    shown = name.encode("ascii", "backslashreplace").decode()
    assert any(fault.startswith(f"{shown}: ") and "remove it" in fault for fault in found)


def test_a_hole_in_the_numbers_is_named(folder: Path) -> None:
    (folder / "rotations/0000").rename(folder / "rotations/0001")
    listed(folder)
    assert checked_here(folder).faults == [
        "rotations/0001: is numbered otherwise than an export numbers: 0000 is due"
    ]


@pytest.mark.parametrize("name", ["extra", "stamps", "checkpoints/000000000001", "tiles/deep"])
def test_an_empty_folder_is_named(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (fault,) = checked_here(folder).faults
    assert fault.startswith(f"{name}: is a")
    assert "folder" in fault


def test_a_folder_that_no_export_has_is_not_entered(folder: Path) -> None:
    deep = folder / "extra"
    for _level in range(200):
        deep = deep / "more"
    deep.mkdir(parents=True)
    (fault,) = checked_here(folder).faults
    assert fault.startswith("extra: is a folder that no export has")


@pytest.mark.parametrize(
    "name", ["keys", "entries.bin", "SHA256SUMS", "tiles/0", "checkpoints/000000000003", "rotations/0000"]
)
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_file_is_named_and_holds_nothing_up(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    answer = check(folder)
    assert answer["verdict"] == "NOT VERIFIED"
    assert any(fault.startswith(f"{name}: is ") for fault in answer["faults"])


def test_a_stamp_s_certificates_without_the_stamp_are_named(folder: Path) -> None:
    (folder / "stamps").mkdir()
    (folder / "stamps/000000000003-00.pem").write_text("x")
    listed(folder)
    assert any(
        fault.startswith("stamps/000000000003-00.pem: belongs to no time-stamp")
        for fault in checked_here(folder).faults
    )
