"""Intake: zips from a learning platform, read in memory."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from submissions_made import GOOD, QUIZ, RIGHT, names_in, notes, taken

from warmup_lib.grading.intake import IntakeError, submissions
from warmup_lib.grading.intake import archives as archives_room
from warmup_lib.grading.intake.places import MOST_BYTES

# Zips.

Member = tuple[str | zipfile.ZipInfo, bytes]


def zipped(path: Path, *members: Member, **how: Any) -> Path:
    how.setdefault("compression", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path, "w", **how) as archive:
        for name, data in members:
            if isinstance(name, zipfile.ZipInfo):
                archive.writestr(name, data, zipfile.ZIP_DEFLATED)
            else:
                archive.writestr(name, data)
    return path


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info


GOOD_ONE: Member = ("ada_1_2_lambda_lr.ipynb", GOOD)
LAST_ONE: Member = ("zoe_9_9_lambda_lr.ipynb", GOOD)


def only_trouble_in(path: Path) -> str:
    found = taken(path)
    assert found.pop("ada_1").pieces == found.pop("zoe_9").pieces == RIGHT.pieces
    ((_, handed_in),) = found.items()
    assert handed_in.pieces == ()
    assert handed_in.trouble is not None
    assert ".." not in handed_in.path.parts
    return handed_in.trouble


@pytest.mark.parametrize(
    "name",
    [
        f"submitted/ada/{QUIZ}/{QUIZ}.ipynb",
        f"course/submitted/ada/{QUIZ}/{QUIZ}.ipynb",
        f"ada/{QUIZ}/{QUIZ}.ipynb",
        "ada/lambda_lr.ipynb",
        "ada.ipynb",
        "uploads/ada.ipynb",
        "uploads\\ada.ipynb",
    ],
)
def test_a_zip_holds_what_a_folder_may(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "class.zip", (name, GOOD), ("__MACOSX/._ada.ipynb", b"x"))
    ada = taken(path)["ada"]
    assert ada.pieces == RIGHT.pieces
    assert ada.path == path / name.replace("\\", "/")
    assert names_in(tmp_path) == {"class.zip"}


def test_the_newest_in_a_zip_counts(tmp_path: Path) -> None:
    old, new = zipfile.ZipInfo("ada (2).ipynb"), zipfile.ZipInfo("ada.ipynb")
    old.date_time, new.date_time = (2024, 1, 31, 23, 59, 0), (2024, 2, 1, 0, 0, 0)
    path = zipped(tmp_path / "x.zip", (old, b"{}"), (new, GOOD))
    assert taken(path)["ada"].pieces == RIGHT.pieces


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_one_is_taken_and_the_other_said(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", GOOD_ONE, GOOD_ONE)
    ada = taken(path)["ada_1"]
    assert ada.pieces == RIGHT.pieces
    assert "Of several notebooks" in notes(ada)


@pytest.mark.parametrize(
    "name",
    ["../../etc/ada.ipynb", "/etc/ada.ipynb", "..\\ada.ipynb", "a/./b.ipynb", "a//b.ipynb",
     "/".join("d" * 40) + "/x.ipynb", "e" * 300 + ".ipynb", "_" * 60_000 + ".ipynb"],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_zip_is_reported(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "x.zip", GOOD_ONE, (name, GOOD), LAST_ONE)
    assert "is none that a zip should hold" in only_trouble_in(path)
    assert names_in(tmp_path) == {"x.zip"}


@pytest.mark.parametrize(
    ("mode", "kind"), [(stat.S_IFLNK, "link"), (stat.S_IFIFO, "named pipe"), (stat.S_IFBLK, "dev")]
)
def test_a_link_in_a_zip_is_not_followed(tmp_path: Path, mode: int, kind: str) -> None:
    link = special("eve_3_4_lambda_lr.ipynb", mode)
    path = zipped(tmp_path / "x.zip", GOOD_ONE, (link, b"/etc/passwd"), LAST_ONE)
    assert f"is a {kind}" in only_trouble_in(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = ("eve_3_4_lambda_lr.ipynb", b" " * (10 << 20))
    path = zipped(tmp_path / "x.zip", GOOD_ONE, bomb, LAST_ONE)
    assert "as a zip bomb is" in only_trouble_in(path)


def test_a_member_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = ("eve_3_4_lambda_lr.ipynb", b" " * (MOST_BYTES + 1))
    path = zipped(tmp_path / "x.zip", GOOD_ONE, large, LAST_ONE)
    assert "no more than 20 MB are read" in only_trouble_in(path)


def test_a_zip_in_a_zip_is_reported(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", GOOD_ONE).read_bytes()
    path = zipped(tmp_path / "x.zip", GOOD_ONE, ("eve_3_4_lambda_lr.zip", inner), LAST_ONE)
    assert "only 'eve_3_4_lambda_lr.zip'" in only_trouble_in(path)


def patched(path: Path, name: str, local: int, central: int, data: bytes) -> Path:
    """A zip with some bytes of one member's two headers replaced."""
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(name).header_offset
    raw[start + local : start + local + len(data)] = data
    at = raw.rfind(name.encode()) - 46
    raw[at + central : at + central + len(data)] = data
    path.write_bytes(raw)
    return path


EVE: Member = ("eve_3_4_lambda_lr.ipynb", GOOD)


@pytest.mark.parametrize(
    ("local", "central", "data", "says"),
    [
        (6, 8, b"\x01\x00", "is encrypted with a password"),
        (8, 10, b"\x0e\x00", "is compressed in a way that is not read here"),
        (8, 10, b"\x63\x00", "is compressed in a way that is not read here"),
        (8, 10, b"\x00\x00", "is damaged in the zip"),
        (14, 16, b"\0\1\2\3", "is damaged in the zip"),
        (22, 24, struct.pack("<I", 1 << 31), "no more than 20 MB are read"),
        (26, 12, b"\xff\xff", "is damaged in the zip"),
    ],
)
def test_a_member_that_cannot_be_read_costs_only_its_own_mark(
    tmp_path: Path, local: int, central: int, data: bytes, says: str
) -> None:
    path = zipped(tmp_path / "x.zip", GOOD_ONE, EVE, LAST_ONE)
    assert says in only_trouble_in(patched(path, str(EVE[0]), local, central, data))


def test_a_zip_of_too_many_members_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "x.zip", GOOD_ONE, LAST_ONE)
    monkeypatch.setattr(archives_room, "MOST_MEMBERS", 1)
    with pytest.raises(IntakeError, match="has 2 members"):
        taken(path)
    monkeypatch.setattr(archives_room, "MOST_OF_CONTENTS", 90)
    with pytest.raises(IntakeError, match="table of contents is too large"):
        taken(path)


def test_a_zip_cut_off_or_with_an_odd_contents_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "x.zip", GOOD_ONE, LAST_ONE).read_bytes()
    for cut in range(0, len(whole), max(1, len(whole) // 60)):
        (tmp_path / "x.zip").write_bytes(whole[:cut])
        with pytest.raises(IntakeError, match="is no zip"):
            taken(tmp_path / "x.zip")


def test_the_zip_is_closed_when_nobody_reads_on(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", GOOD_ONE, LAST_ONE)
    stream: Iterator[Any] = iter(submissions(QUIZ, path))
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator's
