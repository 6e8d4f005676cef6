"""Files that are no notebook, and notebooks that have been through something."""

import gzip
import io
import json
import os
import socket
import tempfile
import zipfile
from pathlib import Path

from hostile.making import (
    POINTS,
    QUIZ,
    RIGHT,
    ROOT,
    VARIABLES,
    Group,
    Notebook,
    World,
    own_cell,
    right,
)

cases = Group("bad input")

GOOD = right().as_bytes()


@cases("nothing", "stops in the middle")
def cut_off_half_way(_: World) -> bytes:
    return GOOD[: len(GOOD) // 2]


@cases("right", "read as Latin-1")
def latin_1_inside_the_json(_: World) -> bytes:
    """It can be read, so it is."""
    return right().first("# caf\u00e9").as_bytes().replace(rb"caf\u00e9", b"caf\xe9")


@cases("right")
def byte_order_mark(_: World) -> bytes:
    return b"\xef\xbb\xbf" + GOOD


@cases("right", "utf-16")
def utf_16(_: World) -> bytes:
    return GOOD.decode().encode("utf-16")


@cases("right")
def windows_line_ends(_: World) -> bytes:
    return json.dumps(json.loads(GOOD), indent=1).replace("\\n", "\\r\\n").encode()


@cases("nothing", "empty")
def empty_file(_: World) -> bytes:
    return b""


@cases("nothing", "empty")
def only_zeros(_: World) -> bytes:
    return bytes(4096)


@cases("nothing", "no notebook")
def login_page(_: World) -> bytes:
    return b"<!DOCTYPE html><html><script>alert(1)</script><h1>Please log in</h1></html>"


@cases("nothing", "no notebook")
def picture(_: World) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@cases("nothing", "zip")
def zip_with_the_name_of_a_notebook(_: World) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{QUIZ}.ipynb", GOOD)
    return data.getvalue()


@cases("nothing", "no notebook")
def compressed_with_gzip(_: World) -> bytes:
    return gzip.compress(GOOD)


@cases("nothing", "no notebook")
def json_that_is_a_list(_: World) -> bytes:
    return b"[1, 2, 3]"


@cases("nothing", "no list of cells")
def json_without_cells(_: World) -> bytes:
    return b'{"nbformat": 4, "cells": {"a": 1}}'


@cases("nothing")
def json_nested_without_end(_: World) -> bytes:
    return b'{"cells": ' + b"[" * 200_000


@cases("right")
def json_with_a_number_of_a_million_digits(_: World) -> bytes:
    return GOOD.replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 10**6)


@cases("right")
def numbers_that_json_has_not(_: World) -> bytes:
    return GOOD.replace(b'"nbformat": 4', b'"nbformat": NaN, "x": -Infinity')


@cases("nothing", "10,240 MB")
def sparse_file_of_ten_gigabytes(world: World) -> None:
    with world.notebook.open("wb") as file:
        file.truncate(10 << 30)


@cases("nothing", "more than")
def more_code_than_anybody_writes(_: World) -> Notebook:
    return right().last("# " + "x" * 2_000_000)


@cases("nothing", "more than")
def more_cells_than_anybody_makes(_: World) -> Notebook:
    notebook = right()
    notebook.cells.extend(own_cell(f"x{n} = 1", f"c{n}") for n in range(2_500))
    return notebook


@cases("nothing", "essay.txt")
def only_an_essay(world: World) -> None:
    (world.own / "essay.txt").write_text("Warmup and I")


@cases("nothing", "nothing in the folder")
def empty_folder(_: World) -> None:
    return None


@cases("nothing", "link")
def link_to_the_password_file(world: World) -> None:
    world.notebook.symlink_to("/etc/passwd")


@cases("nothing", "link")
def link_to_the_solutions(world: World) -> None:
    world.notebook.symlink_to(world.course / f"solutions/{QUIZ}/{QUIZ}.ipynb")


@cases("nothing", "link")
def link_to_another_students_notebook(world: World) -> None:
    world.notebook.symlink_to(world.others / f"{QUIZ}.ipynb")


@cases("nothing", "link")
def folder_that_is_a_link_to_another_students(world: World) -> None:
    world.own.rmdir()
    world.own.symlink_to(world.others)


@cases("nothing", "link")
def link_that_leads_to_itself(world: World) -> None:
    world.notebook.symlink_to(world.notebook)


@cases("nothing", "pipe")
def named_pipe(world: World) -> None:
    os.mkfifo(world.notebook)


@cases("right")
def named_pipes_beside_the_notebook(world: World) -> bytes:
    os.mkfifo(world.own / "timestamp.txt")
    os.mkfifo(world.own / "data.csv")
    return GOOD


@cases("nothing", "socket")
def socket_in_place_of_the_notebook(world: World) -> None:
    # Such a name is bounded to a hundred bytes.
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX) as listening,
    ):
        listening.bind(f"{folder}/s")
        Path(folder, "s").rename(world.notebook)


@cases("nothing", "folder")
def folder_with_the_name_of_the_notebook(world: World) -> None:
    world.notebook.mkdir()


@cases("right", "not named")
def notebook_as_a_browser_renames_it(world: World) -> None:
    (world.own / f"{QUIZ} (3).ipynb").write_bytes(GOOD)


@cases("right")
def checkpoint_of_an_older_version(world: World) -> bytes:
    (world.own / ".ipynb_checkpoints").mkdir()
    (world.own / f".ipynb_checkpoints/{QUIZ}-checkpoint.ipynb").write_bytes(b"{}")
    return GOOD


@cases("right")
def kernel_that_is_not_there(_: World) -> Notebook:
    notebook = right()
    notebook.data["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": "R"}}
    return notebook


@cases("right", "metadata was lost")
def all_metadata_lost(_: World) -> Notebook:
    """As by Colab or VS Code."""
    notebook = right()
    for number, cell in enumerate(notebook.cells):
        cell["metadata"], cell["id"] = {}, f"{number:08x}"
    notebook.data["metadata"] = {"colab": {}}
    return notebook


@cases("right")
def metadata_of_other_types(_: World) -> Notebook:
    notebook = right()
    for cell, odd in zip(notebook.cells, [[], "x", None, 3, True] * 20, strict=False):
        cell["metadata"] = odd
    return notebook


@cases("right")
def points_that_are_a_string(_: World) -> Notebook:
    notebook = right()
    for cell in notebook.of("grade"):
        cell["metadata"]["nbgrader"]["points"] = "one"
    return notebook


@cases("right")
def format_of_ten_years_ago(_: World) -> Notebook:
    notebook = right()
    for cell in notebook.cells:
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    notebook.data |= {"nbformat": 3, "worksheets": [{"cells": notebook.data.pop("cells")}]}
    return notebook


@cases("right", "without any text")
def cells_that_are_none(_: World) -> Notebook:
    notebook = right()
    notebook.cells.extend([None, 3, "x", [], {}, {"cell_type": "code"}])  # type: ignore[list-item]
    return notebook


@cases("right", loses=["first_print"])
def letters_that_no_file_can_hold(_: World) -> Notebook:
    return right(first_print="first_print = '\ud800\x00'")


@cases("nothing", "linear_lr")
def notebook_of_another_quiz(_: World) -> bytes:
    return (ROOT / "solutions/linear_lr/linear_lr.ipynb").read_bytes()


@cases("right")
def one_cell_for_all_answers(_: World) -> Notebook:
    """Recognised by the names that it defines."""
    notebook = right()
    for name in VARIABLES:
        notebook.cells.remove(notebook.cell(name))
    return notebook.last("\n".join(RIGHT.values()))


@cases("nothing", student="unnamed\tstudent\n")
def id_that_cannot_be_printed(_: World) -> bytes:
    return GOOD


@cases("right", "the id contains", student="<img src=x onerror=alert(1)>", is_kept=False)
def id_that_is_html(_: World) -> bytes:
    return GOOD


@cases("right", "the id contains", student="x'; DROP TABLE grade;--", is_kept=False)
def id_that_is_sql(_: World) -> bytes:
    return GOOD


@cases("right", "the id must not", student="=cmd+calc", is_kept=False)
def id_that_is_a_formula(_: World) -> bytes:
    return GOOD


@cases("right", student="Zoë O'Neil")
def id_with_an_apostrophe(_: World) -> bytes:
    return GOOD


assert sum(POINTS.values()) == 16
