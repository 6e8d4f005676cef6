"""Intake: whatever lies in the folder, one clean submission a student, or a sentence why not."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from submissions_made import (
    QUIZ,
    RIGHT,
    hand_in,
    names_in,
    notes,
    only_trouble,
    taken,
    write,
)

from warmup_lib.grading.intake import IntakeError, submissions
from warmup_lib.grading.intake.folders import Folder
from warmup_lib.grading.intake.naming import Naming
from warmup_lib.grading.intake.places import MOST_BYTES, Entry

# Folders.


@pytest.fixture
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook outside, with all answers."""
    return write(tmp_path_factory.mktemp("secret") / QUIZ / f"{QUIZ}.ipynb")


def test_a_course_its_tree_and_a_link_to_it_are_the_same_source(tmp_path: Path) -> None:
    hand_in(tmp_path / "course", "ada")
    (tmp_path / "shortcut").symlink_to(tmp_path / "course" / "submitted")
    for source in ("course", "course/submitted", "shortcut"):
        assert taken(tmp_path / source)["ada"].pieces == RIGHT.pieces


def test_students_come_in_the_order_of_their_ids_and_only_those_asked_for(tmp_path: Path) -> None:
    for student in ("zoe", "ben", "ada"):
        hand_in(tmp_path, student)
    assert list(taken(tmp_path)) == ["ada", "ben", "zoe"]
    assert list(taken(tmp_path, only=["zoe", "nobody"])) == ["zoe"]


def test_other_work_in_the_tree_is_no_submission(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    write(tmp_path / "submitted/ben/training/training.ipynb")
    write(tmp_path / "submitted/README.txt", b"x")
    (tmp_path / "submitted/.DS_Store").mkdir()
    assert list(taken(tmp_path)) == ["ada"]


OTHER_NAMES = [
    "lambda_lr (1).ipynb",
    "Lambda_LR.ipynb",
    "lambda_lr-Copy1.ipynb",
    "Lambda LR.IPYNB",
    "lambda_lr.ipynb.txt",
    "my work.ipynb",
]


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_notebook_of_another_name_is_found(tmp_path: Path, name: str) -> None:
    write(tmp_path / "submitted/ada" / QUIZ / name)
    write(tmp_path / "submitted/ada" / QUIZ / "essay.txt", b"x")
    ada = taken(tmp_path)["ada"]
    assert ada.pieces == RIGHT.pieces
    assert ada.path.name == name
    assert "The notebook is not named lambda_lr.ipynb but" in notes(ada)


def test_the_notebook_of_the_right_name_is_taken_before_newer_ones(tmp_path: Path) -> None:
    folder = tmp_path / "submitted/ada" / QUIZ
    write(folder / f"{QUIZ}.ipynb", at=1000)
    write(folder / f"{QUIZ} (1).ipynb", b"{}", at=2000)
    write(folder / ".ipynb_checkpoints" / f"{QUIZ}-checkpoint.ipynb", b"{}")
    ada = taken(tmp_path)["ada"]
    assert ada.path == folder / f"{QUIZ}.ipynb"
    assert "not 'lambda_lr (1).ipynb'" in notes(ada)


def test_a_folder_in_another_spelling_is_found(tmp_path: Path) -> None:
    write(tmp_path / "submitted/ada/Lambda_LR/lambda_lr.ipynb")
    write(tmp_path / "submitted/ben/lambda_lr.ipynb")
    assert {name: each.trouble for name, each in taken(tmp_path).items()} == {
        "ada": None,
        "ben": None,
    }


def test_a_folder_with_only_an_essay_is_reported_with_what_is_there(tmp_path: Path) -> None:
    write(tmp_path / "submitted/eve" / QUIZ / "essay.txt", b"x")
    write(tmp_path / "submitted/eve" / QUIZ / "work.zip", b"x")
    trouble = only_trouble(tmp_path)
    assert "There is no notebook, only 'essay.txt', 'work.zip'" in trouble.replace(
        "'work.zip', 'essay.txt'", "'essay.txt', 'work.zip'"
    )


@pytest.mark.parametrize("folder", ["submitted/eve", f"submitted/eve/{QUIZ}"])
def test_an_empty_folder_is_reported(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert "There is nothing in the folder; ask the student for lambda_lr.ipynb" in only_trouble(
        tmp_path
    )


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "nowhere", "secret", "."])
def test_a_link_in_place_of_the_notebook_is_not_followed(
    tmp_path: Path, secret: Path, target: str
) -> None:
    link = tmp_path / "submitted/eve" / QUIZ / f"{QUIZ}.ipynb"
    link.parent.mkdir(parents=True)
    link.symlink_to(secret if target == "secret" else target)
    assert "is a link, which is not followed, and no notebook" in only_trouble(tmp_path)


def test_a_link_in_place_of_the_quizs_folder_is_not_followed(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "submitted/eve").mkdir(parents=True)
    (tmp_path / "submitted/eve" / QUIZ).symlink_to(secret.parent)
    assert "only 'lambda_lr' (a link)" in only_trouble(tmp_path)


def test_a_link_in_place_of_the_students_folder_is_not_followed(
    tmp_path: Path, secret: Path
) -> None:
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted/eve").symlink_to(secret.parent.parent)
    assert "only 'eve' (a link)" in only_trouble(tmp_path)


def test_a_link_in_place_of_the_tree_is_not_followed(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "submitted").symlink_to(secret.parent.parent)
    with pytest.raises(IntakeError, match="is a link; give the folder that it leads to"):
        taken(tmp_path)


def test_a_link_beside_the_notebook_does_not_matter(tmp_path: Path, secret: Path) -> None:
    path = hand_in(tmp_path, "eve")
    (path.parent / "a.ipynb").symlink_to(secret)
    (path.parent / "b").symlink_to("/")
    os.mkfifo(path.parent / "c.ipynb")
    os.mkfifo(path.parent / "d")
    assert taken(tmp_path)["eve"].pieces == RIGHT.pieces


def test_a_hard_link_is_said(tmp_path: Path, secret: Path) -> None:
    path = hand_in(tmp_path, "eve")
    path.unlink()
    os.link(secret, path)
    assert "is one of 2 hard links to the same file" in notes(taken(tmp_path)["eve"])


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # A socket's name must be short.
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


def make_folder(path: Path) -> None:
    write(path / f"{QUIZ}.ipynb")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_pipe, "named pipe"),
        (make_socket, "socket"),
        (make_device, "device"),
        (make_folder, "folder"),
    ],
)
def test_what_is_no_file_is_reported_and_never_waited_for(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    folder = tmp_path / "submitted/eve" / QUIZ
    folder.mkdir(parents=True)
    make(folder / f"{QUIZ}.ipynb")
    assert f"'lambda_lr.ipynb' is a {kind}" in only_trouble(tmp_path)


@pytest.mark.parametrize("make", [make_pipe, make_socket, make_device])
def test_what_is_no_file_in_place_of_a_folder_is_reported(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    (tmp_path / "submitted").mkdir()
    make(tmp_path / "submitted/eve")
    assert "There is no notebook, only 'eve' (a " in only_trouble(tmp_path)


def test_a_sparse_file_of_10_gb_is_not_read(tmp_path: Path) -> None:
    path = hand_in(tmp_path, "eve", b"")
    os.truncate(path, 10 << 30)
    assert "has 10,240 MB, and no more than 20 MB are read" in only_trouble(tmp_path)


def test_a_file_that_grows_while_it_is_read_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(tmp_path, "eve")
    fstat = os.fstat

    def small(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and status.st_ino == path.stat().st_ino:
            os.truncate(path, MOST_BYTES + 5)
        return status

    monkeypatch.setattr(os, "fstat", small)
    assert "has 20 MB, and no more" in (taken(tmp_path)["eve"].trouble or "")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied"), "may not be read by you"),
        (OSError(5, "Input/output error"), "cannot be read (Input/output error)"),
        (OSError(6, "No such device or address"), "is a socket"),
    ],
)
def test_a_file_that_cannot_be_opened_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, says: str
) -> None:
    hand_in(tmp_path, "eve", b"closed")
    really = os.open

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if path == f"{QUIZ}.ipynb" and "eve" in str(
            Path(f"/proc/self/fd/{more['dir_fd']}").readlink()
        ):
            raise error
        return really(path, flags, *rest, **more)

    if not Path("/proc/self/fd").exists():
        pytest.skip("no /proc here")
    monkeypatch.setattr(os, "open", refuse)
    assert says in only_trouble(tmp_path)


def descriptors() -> set[str]:
    """What this process has open, where the system tells."""
    folder = Path("/proc/self/fd")
    return names_in(folder) if folder.exists() else set()


def becomes_a_link(path: Path, secret: Path) -> None:
    path.unlink()
    path.symlink_to(secret)


def becomes_a_pipe(path: Path, secret: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def becomes_a_folder(path: Path, secret: Path) -> None:
    path.unlink()
    path.mkdir()


def goes_away(path: Path, secret: Path) -> None:
    path.unlink()


def folder_becomes_a_link(path: Path, secret: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.symlink_to(secret.parent)


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (becomes_a_link, "became a link"),
        (becomes_a_pipe, "is a named pipe"),
        (becomes_a_folder, "is a folder"),
        (goes_away, "went away"),
        (folder_becomes_a_link, "is a link or no folder"),
    ],
)
def test_what_changes_between_listing_and_opening_is_seen(
    tmp_path: Path,
    secret: Path,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[[Path, Path], None],
    says: str,
) -> None:
    path = hand_in(tmp_path, "eve")
    before = descriptors()
    read = Folder.read

    def late(self: Folder, entry: Entry) -> tuple[bytes, list[str]]:
        if self.path == path.parent:
            happens(path, secret)
        return read(self, entry)

    monkeypatch.setattr(Folder, "read", late)
    assert says in only_trouble(tmp_path)
    assert descriptors() == before


def test_a_folder_of_too_many_files_costs_only_its_own_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warmup_lib.grading.intake.sources.MOST_ENTRIES", 3)
    path = hand_in(tmp_path, "eve")
    for number in range(9):
        write(path.parent / f"{number}.txt", b"")
    assert "holds more than 3 files" in only_trouble(tmp_path)


def test_a_folder_deep_enough_to_break_a_path_is_left_alone(tmp_path: Path) -> None:
    path = hand_in(tmp_path, "eve")
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        for _ in range(50):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    assert taken(tmp_path)["eve"].pieces == RIGHT.pieces


# Names.

NASTY = {
    "a line break": "eve\nada",
    "an escape": "\x1b[31meve",
    "right to left": "eve\u202eada",
    "no width": "a\u200bda",
    "a backslash": "eve\\..\\ada",
    "too long": "e" * 200,
    "too long in utf-8": "é" * 60,
    "spaces": "   ",
    "a space at the end": "ada ",
    "the quiz": QUIZ,
}


@pytest.mark.parametrize("what", NASTY)
def test_a_nasty_id_is_a_row_of_its_own(tmp_path: Path, what: str) -> None:
    hand_in(tmp_path, NASTY[what])
    hand_in(tmp_path, "ada")
    found = taken(tmp_path)
    assert found.pop("ada").pieces == RIGHT.pieces
    ((student, handed_in),) = found.items()
    assert student.startswith("unnamed-")
    assert "Whose this is cannot be told" in (handed_in.trouble or "")
    assert (handed_in.trouble or "").isprintable()


def test_bytes_that_are_no_text_are_no_id(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    try:
        (tmp_path / "submitted" / os.fsdecode(b"\xff\xfe")).mkdir()
    except OSError:
        pytest.skip("this file system wants text")
    assert [each.trouble is None for each in taken(tmp_path).values()] == [True, False]


@pytest.mark.parametrize("student", ["ada@example.org", "Łukasz Ó", "学生", "o'neil", "s-1", "x_y"])
def test_an_ordinary_id_is_kept(tmp_path: Path, student: str) -> None:
    hand_in(tmp_path, student)
    assert taken(tmp_path)[student].pieces == RIGHT.pieces


def test_two_spellings_of_one_id_are_one_student(tmp_path: Path) -> None:
    hand_in(tmp_path, "jos\u00e9", b"{}")
    hand_in(tmp_path, "jose\u0301")
    os.utime(tmp_path / "submitted/jos\u00e9" / QUIZ / f"{QUIZ}.ipynb", (1000, 1000))
    if len(names_in(tmp_path / "submitted")) == 1:
        pytest.skip("this file system takes both for one")
    found = taken(tmp_path)
    assert list(found) == ["jos\u00e9"]
    assert found["jos\u00e9"].pieces == RIGHT.pieces
    assert "Of several notebooks" in notes(found["jos\u00e9"])


NAMES = {
    "lovelaceada_12345_67890_lambda_lr.ipynb": "lovelaceada_12345",
    "lovelaceada_LATE_12345_67890_anything.ipynb": "lovelaceada_12345",
    "eve_1_2_bob_3_4_lambda_lr.ipynb": "eve_1",
    "Ada Lovelace_12345_assignsubmission_file_lambda_lr.ipynb": "Ada Lovelace_12345",
    "ada.ipynb": "ada",
    "ada (1).ipynb": "ada",
    "ada-lambda_lr.ipynb": "ada",
    "ada - lambda_lr-2.ipynb": "ada",
    "student-1.ipynb": "student-1",
    "ada_lovelace_Lambda_LR (3).ipynb": "ada_lovelace",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_loose_uploads_name_tells_the_student(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    write(tmp_path / "notes.txt", b"no student's")
    assert taken(tmp_path)[NAMES[name]].pieces == RIGHT.pieces


@pytest.mark.parametrize("name", ["lambda_lr.ipynb", "Lambda_LR (2).ipynb", "x\ny.ipynb"])
def test_a_loose_upload_that_names_nobody_is_reported(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    ((student, handed_in),) = taken(tmp_path).items()
    assert student.startswith("unnamed-")
    assert "rename it after the student" in (handed_in.trouble or "")


def test_moodles_folders_are_students(tmp_path: Path) -> None:
    write(tmp_path / "Ada L_12_assignsubmission_file_" / "x.ipynb")
    write(tmp_path / "Ada L_12_assignsubmission_onlinetext_" / "onlinetext.html", b"x")
    write(tmp_path / "Ada L_13_assignsubmission_file_" / "essay.txt", b"x")
    write(tmp_path / "Eve_14_assignsubmission_file_" / QUIZ / f"{QUIZ}.ipynb")
    found = taken(tmp_path)
    assert list(found) == ["Ada L_12", "Ada L_13", "Eve_14"]
    assert found["Ada L_12"].pieces == found["Eve_14"].pieces == RIGHT.pieces
    assert "only 'essay.txt'" in (found["Ada L_13"].trouble or "")


def test_of_several_uploads_the_newest_counts(tmp_path: Path) -> None:
    write(tmp_path / "ada_1_30_lambda_lr.ipynb", b"{}", at=5000)
    write(tmp_path / "ada_1_200_lambda_lr-2.ipynb", at=1000)
    write(tmp_path / "ben.ipynb", b"{}", at=1000)
    write(tmp_path / "ben-lambda_lr.ipynb", at=5000)
    write(tmp_path / "cy.ipynb", b"{}", at=1000)
    write(tmp_path / "cy (1).ipynb", at=1000)
    found = taken(tmp_path)
    assert list(found) == ["ada_1", "ben", "cy"]
    for handed_in in found.values():
        assert handed_in.pieces == RIGHT.pieces
        assert "Of several notebooks" in notes(handed_in)


def test_what_lies_in_one_students_folder_does_not_change_how_others_are_read(
    tmp_path: Path,
) -> None:
    write(tmp_path / "ada_1_2_lambda_lr.ipynb")
    write(tmp_path / "Eve_14_assignsubmission_file_" / "submitted/ada" / QUIZ / f"{QUIZ}.ipynb")
    found = taken(tmp_path)
    assert found["ada_1"].pieces == RIGHT.pieces
    assert found["Eve_14"].trouble is not None


def test_a_pattern_of_the_instructors_own(tmp_path: Path) -> None:
    write(tmp_path / "hw3__ada__final.ipynb")
    write(tmp_path / "hw3.ipynb")
    write(tmp_path / "grades.csv", b"")
    found = taken(tmp_path, pattern=r"__(?P<student>\w+?)__")
    assert found.pop("ada").pieces == RIGHT.pieces
    ((_, handed_in),) = found.items()
    assert "does not match the name pattern" in (handed_in.trouble or "")


@pytest.mark.parametrize("student", ["../../etc/ada", "/etc/ada", "..", ""])
def test_no_id_leads_out(student: str) -> None:
    named = Naming(QUIZ)(f"{student}.ipynb" if student else ".ipynb")
    assert named is None or (named.trouble is not None and "/" not in named.student)


@pytest.mark.parametrize(
    ("pattern", "says"), [("(", "is no regular expression"), (r"(\w+)", "must have a group")]
)
def test_a_pattern_that_is_none_is_said(tmp_path: Path, pattern: str, says: str) -> None:
    with pytest.raises(IntakeError, match=says):
        taken(tmp_path, pattern=pattern)


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="there is no folder and no zip"):
        taken(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IntakeError, match="there is no folder and no zip"):
        taken(tmp_path / "pipe")
    with pytest.raises(IntakeError, match="is no zip that can be read"):
        taken(write(tmp_path / "x.zip", b"no zip"))
    with pytest.raises(LookupError, match="there is no quiz"):
        next(iter(submissions("nothing", tmp_path)))
