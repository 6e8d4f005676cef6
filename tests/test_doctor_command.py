"""``warmup doctor``: saved traces, scripts as Python runs them, exit codes, the examples."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from peers import needs

from warmup_lib.cli import cli
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.trace_files import read_csv, read_json, write_csv, write_json

ROOT = Path(__file__).parents[1]
PLAN = "peak=0.1 warmup=5"
TRAIN = """
import sys
import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR, OneCycleLR


def train(factor=lambda t: min((t + 1) / 5, 1), updates=12, first=False, lr=0.1):
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=lr)
    scheduler = LambdaLR(optimizer, factor)
    for _ in range(updates):
        optimizer.zero_grad()
        weight.sum().backward()
        if first:
            scheduler.step()
        optimizer.step()
        if not first:
            scheduler.step()
    return scheduler
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, and all that a script leaves in the process put back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.delitem(sys.modules, "train", raising=False)
    return tmp_path


def script(text: str, name: str = "run.py") -> str:
    """Write a script that may use ``train()`` into the current folder."""
    Path(name).write_text(f"{TRAIN}\n{textwrap.dedent(text)}", encoding="utf-8")
    return name


def csv(*lrs: float, name: str = "run.csv") -> str:
    Path(name).write_text("lr\n" + "".join(f"{lr!r}\n" for lr in lrs))
    return name


def doctor(*args: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *args])


def process(*command: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        text=True,
    )


def doctor_process(*args: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return process("-m", "warmup_lib.cli", "doctor", *args, **more)


# A saved trace


def test_a_log_of_learning_rates_is_held_against_the_plan() -> None:
    result = doctor(csv(0.02, 0.04, 0.06, 0.08, 0.09, 0.09), "--plan", PLAN)
    assert result.exit_code == 1
    assert result.stdout.startswith("warmup doctor: run.csv\n\noptimizer: 6 updates\n  LR: first")
    assert "error: The peak is never reached (never-reaches-peak)\n" in result.stdout
    assert result.stderr == ""


def test_a_trace_without_a_finding_is_said_to_have_none() -> None:
    result = doctor("--plan", PLAN, csv(0.02, 0.04, 0.06, 0.08, 0.1, 0.1))
    assert result.exit_code == 0
    assert result.stdout.endswith("\nNo findings.\n")


def test_without_a_plan_it_says_how_to_give_one() -> None:
    result = doctor(csv(0.1))
    assert result.stdout.endswith('such as\n  --plan "peak=0.1 warmup=500"\n')


def test_a_saved_trace_keeps_events_and_lines() -> None:
    trace = Trace("AdamW")
    trace.sites["scheduler.step"] = ["train.py:7"]
    trace.add(Event.SCHEDULER)
    for _ in range(6):
        trace.add_update([0.1])
        trace.add(Event.SCHEDULER)
    write_json(trace, "run.json")
    text = doctor("run.json").stdout
    assert "AdamW: 6 updates" in text
    assert "(scheduler-before-optimizer)" in text
    assert "where     update 0, train.py:7\n" in text


def test_options_may_stand_before_and_after_a_saved_trace() -> None:
    file = csv(0.1, 0.1)
    results = [
        doctor("--plan", PLAN, "--json", file),
        doctor(file, "--plan", PLAN, "--json"),
        doctor("--plan", PLAN, file, "--json"),
    ]
    assert len({each.stdout for each in results}) == 1
    data = json.loads(results[0].stdout)
    assert (data["source"], data["exit_code"], data["plan"]) == ("run.csv", None, PLAN)
    assert data["traces"][0]["findings"][0]["code"] == "no-warmup"


@pytest.mark.parametrize(
    ("fail_on", "code"), [("note", 1), ("warning", 0), ("error", 0), ("never", 0), (None, 0)]
)
def test_a_note_fails_where_notes_are_to(fail_on: str | None, code: int) -> None:
    file = csv(0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1)
    result = doctor(file, "--plan", PLAN, *(["--fail-on", fail_on] if fail_on else []))
    assert "(zero-lr-start)" in result.stdout
    assert result.exit_code == code


def test_an_error_fails_unless_nothing_is_to() -> None:
    file = csv(-0.1)
    assert doctor(file).exit_code == 1
    assert doctor(file, "--fail-on", "never").exit_code == 0


def test_the_trainings_own_log_is_compared() -> None:
    used, logged = csv(0.02, 0.04, 0.06), csv(0.04, 0.06, 0.08, name="log.csv")
    assert "(logged-after-step)" in doctor(used, "--log", logged, "--fail-on", "warning").stdout


def test_a_trace_can_be_saved_in_the_other_format() -> None:
    assert doctor(csv(0.1, 0.2), "--save", "again.json").exit_code == 0
    assert read_json("again.json").used() == [0.1, 0.2]


def test_sarif_is_written_beside_the_report() -> None:
    assert doctor(csv(-0.1), "--sarif", "out.sarif").exit_code == 1
    [run] = json.loads(Path("out.sarif").read_text())["runs"]
    assert run["results"][0]["ruleId"] == "negative-lr"


# Bad input


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["run.csv", "--plan", "peak=0.1,warmpu=5"], 2, "got 'warmpu=5'; did you mean 'warmup'?"),
        (["run.csv", "--plan", "peak=0.1 warmup=9 total=5"], 2, "total must be at least warmup"),
        (["run.csv", "--plan", "peak=0.1 warmup=x"], 2, "warmup must be a whole number, got 'x'"),
        (["run.csv", "--plan", "warmup=5"], 2, "a plan needs peak"),
        (["run.csv", "--fail-on", "eror"], 2, "'eror' is not one of"),
        (["run.csv", "more"], 2, "a saved trace takes no arguments, got 'more'"),
        (["run.csv", "--save", "x.txt"], 2, "its name must end in .csv or .json, got 'x.txt'"),
        (["run.csv", "--sarif", "no/x.sarif"], 2, "there is no folder"),
        (["nun.csv"], 2, "there is no file nun.csv"),
        (["empty.csv"], 3, "empty.csv must have a column lr"),
        (["loss.csv"], 3, "loss.csv must have a column lr, or lr_0, lr_1, … for the parameter"),
        (["nan.csv"], 3, "nan.csv, line 3: lr must be a finite learning rate, got 'nan'"),
        (["words.csv"], 3, "words.csv, line 2: lr must be a finite learning rate, got 'high'"),
        (["binary.csv"], 3, "must have a column lr"),
        (["binary.json"], 3, "binary.json is no trace"),
        (["other.json"], 3, "other.json is no trace; write_json(trace, path) writes one"),
        (["folder"], 2, "folder is a folder; name the script in it, or a package after -m"),
        (["tran.py"], 2, "there is no file tran.py; did you mean train.py?"),
        (["far/tran.py"], 2, "there is no file far/tran.py\n"),
        (["cells.ipynb"], 2, "jupyter nbconvert --to script cells.ipynb"),
        (["model.pt"], 2, "a saved trace ends in .csv or .json"),
        (["-m", "train.py"], 2, "train.py is a file, and -m takes a module's name; leave -m out"),
        (["-m", "no.such"], 2, "there is no module no.such in this folder"),
        (["-m", "folder"], 2, "folder is a package without __main__; name the module in it"),
        (["--plna", "x", "train.py"], 2, "No such option"),
        ([], 2, "Missing argument"),
    ],
)
def test_bad_input_is_a_sentence_and_an_exit_code(args: list[str], code: int, said: str) -> None:
    csv(0.1)
    csv(name="empty.csv")
    Path("empty.csv").write_text("")
    Path("loss.csv").write_text("loss\n1\n")
    Path("nan.csv").write_text("lr\n0.1\nnan\n")
    Path("words.csv").write_text("lr\nhigh\n")
    for name in ("binary.csv", "binary.json", "model.pt"):
        Path(name).write_bytes(b"\x00\x1b[31m\xff\xfe" * 20)
    Path("other.json").write_text("{}")
    Path("cells.ipynb").write_text("{}")
    Path("folder").mkdir()
    Path("train.py").write_text("")
    result = doctor(*args)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr
    assert result.stdout == ""


def test_a_plan_for_fewer_groups_is_no_reason_to_lose_the_report() -> None:
    Path("two.csv").write_text("lr_0,lr_1,lr_2\n" + "0.1,0.1,-0.1\n" * 6)
    result = doctor("two.csv", "--plan", "peak=0.1/0.1 warmup=2")
    assert result.exit_code == 2
    assert "peak must have one LR for each parameter group" in result.stdout
    assert "(negative-lr)" in result.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--log", "no.csv"], "no.csv: No such file or directory"),
        (["--log", "run.json"], "--log: run.json must have a column lr"),
        (["--optimizer", "2"], "--optimizer must be at most 1, the number of optimizers that made"),
    ],
)
def test_what_could_not_be_examined_is_said_in_the_report(args: list[str], said: str) -> None:
    write_json(Trace(), "run.json")
    result = doctor(csv(0.1), *args)
    assert result.exit_code == 2
    assert said in result.stdout.replace(f"{Path.cwd()}/", "")
    assert "optimizer: 1 update\n" in result.stdout


# A script


def test_a_script_is_followed_and_its_stdout_is_left_alone() -> None:
    result = doctor("--plan", PLAN, script("train(); print('done', sys.argv)"), "--plan", "x", "-m")
    assert result.stdout == "done ['run.py', '--plan', 'x', '-m']\n"
    assert result.exit_code == 0
    assert result.stderr.startswith(
        "\nwarmup doctor: run.py --plan x -m\n\nSGD, made at run.py:9: 12 updates\n"
    )
    assert result.stderr.endswith("\nNo findings.\n")


def test_a_finding_names_the_scripts_line() -> None:
    result = doctor("--plan", PLAN, script("train(lambda t: (t + 1) / 5)"))
    assert result.exit_code == 1
    assert "error: The learning rate rises above the peak (overshoots-peak)" in result.stderr
    assert re.search(r"where +updates 4 to 11, run\.py:10\n", result.stderr)


def test_each_of_several_optimizers_is_examined_unless_one_is_chosen() -> None:
    name = script("train(); train(lambda t: (t + 1) / 5)")
    both = doctor("--plan", PLAN, name)
    assert both.exit_code == 1
    assert "Optimizer 1: SGD" in both.stderr
    assert "Optimizer 2: SGD" in both.stderr
    first = doctor("--plan", PLAN, "--optimizer", "1", name)
    assert (first.exit_code, "Optimizer" in first.stderr) == (0, False)
    assert doctor("--plan", PLAN, "--optimizer", "2", name).exit_code == 1


def test_several_traces_are_saved_under_several_names(here: Path) -> None:
    text = "import os; os.mkdir('sub'); os.chdir('sub'); train(); train(updates=3)"
    assert doctor("--save", "run.csv", "--sarif", "x.sarif", script(text)).exit_code == 0
    assert [len(read_csv(here / name)) for name in ("run.csv", "run-2.csv")] == [12, 3]
    assert (here / "x.sarif").exists()


def test_a_log_that_the_script_writes_is_compared() -> None:
    name = script("""
        lrs = []
        s = train(lambda t: lrs.append(min((t + 1) / 5, 1) * 0.1) or lrs[-1] / 0.1)
        with open("log.csv", "w") as file:
            file.write("lr\\n" + "\\n".join(map(str, lrs[1:13])))
        """)
    result = doctor("--log", "log.csv", "--fail-on", "warning", name)
    assert result.exit_code == 1
    assert "(logged-after-step)" in result.stderr


@pytest.mark.parametrize(
    ("last", "code", "said"),
    [
        ("pass", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(0)", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('out of data')", 1, "out of data\n"),
        ("raise SystemExit(True)", 1, ""),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt\n"),
        ("raise BaseException('any')", 1, "BaseException: any\n"),
        ("LinearLR(torch.optim.SGD([torch.ones(1)], 0.1), 0)", 1, "ValueError: Starting"),
        ("sys.excepthook = lambda *_: sys.exit(9); 1 / 0", 9, ""),
        ("sys.excepthook = lambda *_: print('mine', file=sys.stderr); 1 / 0", 1, "mine\n"),
        ("sys.stdout.close(); sys.exit(4)", 4, ""),
    ],
)
def test_the_report_is_given_however_a_script_ends(last: str, code: int, said: str) -> None:
    result = doctor(script(f"train()\n{last}"))
    assert result.exit_code == code
    before, _, report = result.stderr.partition("\nwarmup doctor: run.py")
    assert before.startswith(said) or f"\n{said}" in before
    ended = f" (ended with exit code {code})" if code else ""
    assert report.startswith(f"{ended}\n\nSGD, made at run.py:9: 12 updates\n")


def test_a_script_that_closes_stderr_keeps_its_exit_code() -> None:
    ran = doctor_process("--save", "run.csv", script("train(); sys.stderr.close(); sys.exit(6)"))
    assert ran.returncode == 6
    assert len(read_csv("run.csv")) == 12


def test_a_scripts_exit_code_is_kept_where_there_are_findings() -> None:
    result = doctor("--plan", PLAN, script("train(lambda t: 1.0); sys.exit(7)"))
    assert result.exit_code == 7
    assert "(no-warmup)" in result.stderr


def test_an_error_that_is_a_known_mistake_is_explained() -> None:
    result = doctor(
        script("s = train(); OneCycleLR(s.optimizer, 0.1, 3); LinearLR(s.optimizer, 0)")
    )
    assert result.exit_code == 1
    assert "\nIt raised ValueError: Starting multiplicative factor expected" in result.stderr
    assert "\n  learn     lesson 3 / question linear_lr/as_a_lambda\n" in result.stderr


def test_a_script_that_trains_nothing_fails_with_a_sentence() -> None:
    result = doctor(script("print('nothing')"))
    assert result.exit_code == 1
    assert "\nNothing was examined.\nNo optimizer made a step in it." in result.stderr
    assert doctor("--fail-on", "never", script("")).exit_code == 0


def test_a_script_that_is_no_python_fails_as_under_python() -> None:
    Path("run.py").write_text("print(1")
    result = doctor("run.py")
    assert result.exit_code == 1
    assert "SyntaxError: '(' was never closed\n" in result.stderr
    assert "run_script" not in result.stderr


def test_a_script_may_have_any_name(here: Path) -> None:
    Path("a b").mkdir()
    name = script("from beside_it import x; train(); print(x, __file__)", "a b/my train")
    Path("a b/beside_it.py").write_text("x = 1")
    result = doctor(name)
    assert result.stdout == f"1 {here / 'a b/my train'}\n"
    assert "warmup doctor: 'a b/my train'\n" in result.stderr


def test_a_thread_that_trains_on_is_waited_for() -> None:
    result = doctor(
        script("""
        import threading, time
        threading.Thread(target=lambda: (time.sleep(0.2), train())).start()
        """)
    )
    assert "12 updates" in result.stderr


AS_PYTHON = {
    "names": """
        import os, sys
        here = {k: v for k, v in globals().items() if k.startswith("__") and k != "__annotations__"}
        print({k: here[k] for k in sorted(here) if k not in ("__builtins__", "__loader__")})
        print(type(__loader__), __builtins__, sys.argv, sys.path[0], os.getcwd(), input())
        print(vars(sys.modules["__main__"]) is globals())
        """,
    "traceback": """
        def fail():
            try:
                train(lambda t: 1 / (3 - t))
            except ZeroDivisionError as error:
                raise RuntimeError("it failed") from error
        fail()
        """,
    "warnings": """
        import warnings
        train(first=True)
        train(first=True)
        train().get_lr()
        warnings.warn("mine")
        warnings.warn("old", DeprecationWarning)
        """,
    "characters": "print(chr(233))",
    "logging": """
        import logging, sys, warnings
        logging.captureWarnings(True)
        warnings.warn("to the log")
        logging.getLogger("x").warning("to stderr")
        sys.exit("the end")
        """,
}


@pytest.mark.parametrize("name", AS_PYTHON)
def test_a_script_runs_as_under_python(name: str) -> None:
    text = textwrap.dedent(AS_PYTHON[name])
    Path("run.py").write_text(TRAIN + text if "train(" in text else text)
    file = "run.py"
    more = {"stdin": "typed\n", "PYTHONIOENCODING": "ascii"}
    python, ours = process(file, "a", "--b", **more), doctor_process(file, "a", "--b", **more)
    assert ours.stdout == python.stdout
    said, _, report = ours.stderr.partition("\nwarmup doctor: ")
    assert said == python.stderr
    assert report
    if python.returncode:
        assert ours.returncode == python.returncode


def test_a_module_runs_as_under_python() -> None:
    Path("package/sub").mkdir(parents=True)
    for name in ("package", "package/sub"):
        Path(name, "__init__.py").write_text("")
    Path("package/other.py").write_text("def hello():\n    print('hello from', __name__)")
    text = """
        import multiprocessing, sys
        from package.other import hello
        from . import __name__ as parent
        print(__name__, __package__, __spec__.name, __file__, __cached__, sys.argv, sys.path[0])
        if __name__ == "__main__":
            child = multiprocessing.get_context("spawn").Process(target=hello)
            child.start(), child.join()
        """
    for name in ("package/train.py", "package/sub/__main__.py"):
        Path(name).write_text(textwrap.dedent(text))
    for module in ("package.train", "package.sub"):
        python, ours = process("-m", module, "x"), doctor_process("-m", module, "x")
        assert ours.stdout == python.stdout
        assert "hello from package.other" in ours.stdout
        assert ours.stderr.startswith(f"\nwarmup doctor: -m {module} x\n\nNothing was examined.")


def test_children_print_no_reports(here: Path) -> None:
    name = script("""
        import atexit, os
        from torch.utils.data import DataLoader, Dataset
        class Data(Dataset):
            def __len__(self):
                return 4
            def __getitem__(self, i):
                return torch.ones(2)
        if __name__ == "__main__":
            for how in ("fork", "spawn"):
                list(DataLoader(Data(), num_workers=1, multiprocessing_context=how))
            child = os.fork()
            if child == 0:
                train(updates=2)
                sys.exit(7)
            print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            atexit.register(print, "at exit", flush=True)
            train()
        """)
    ran = doctor_process(name)
    assert (ran.returncode, ran.stdout) == (0, "child 7\nat exit\n")
    assert ran.stderr.count("warmup doctor:") == 1
    assert "12 updates" in ran.stderr


def test_ctrl_c_ends_the_script_and_not_the_report() -> None:
    name = script("import time; train(); print('ready', flush=True); time.sleep(60)")
    # A shell has what runs in the background, such as these tests, ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        ran = subprocess.Popen(
            [sys.executable, "-m", "warmup_lib.cli", "doctor", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == "ready\n"
        ran.send_signal(signal.SIGINT)
        try:
            _, stderr = ran.communicate(timeout=60)
        finally:
            ran.kill()
    assert ran.returncode == 130
    assert "\nKeyboardInterrupt\n\nwarmup doctor: run.py (ended with exit code 130)\n" in stderr
    assert "12 updates" in stderr


def test_json_of_a_script_is_alone_on_stdout() -> None:
    name = script("print('its own'); train(lambda t: -1.0); print('more'); sys.exit(5)")
    ran = doctor_process("--json", name, "x")
    assert ran.returncode == 5
    assert ran.stderr == "its own\nmore\n"
    data = json.loads(ran.stdout)
    assert (data["source"], data["exit_code"], data["worst"]) == ("run.py x", 5, "error")


def test_help_imports_no_torch_and_a_missing_script_is_said_before_it_is() -> None:
    code = (
        "import sys; from warmup_lib.cli import main\n"
        "main(['doctor', '--help']); main(['doctor', 'no.py']); main(['doctor', 'run.csv'])\n"
        "sys.exit(' '.join({'torch', 'numpy', 'rich', 'unittest.mock'} & set(sys.modules)) or 0)"
    )
    csv(0.1)
    ran = process("-c", code)
    assert ran.returncode == 0, ran.stderr
    assert "there is no file no.py" in ran.stderr


def test_a_terminal_gets_colour() -> None:
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    ours, theirs = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "warmup_lib.cli", "doctor", csv(-0.1)],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "60"},
        stdin=theirs,
        stdout=theirs,
    )
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 4096):
            written += part
    except OSError:  # Linux says so that the other side is closed.
        pass
    os.close(ours)
    assert ran.wait(timeout=60) == 1
    assert b"\x1b[1;31merror: An update used a negative learning rate (negative-lr)" in written


# The examples

EXAMPLES = {
    "plain": "overshoots-peak",
    "accumulate_amp": "stepped-per-micro-batch",
    "trainer": "stepped-per-epoch",
}


def line_to_type(name: str) -> Sequence[str]:
    """The arguments that the example's docstring says to type after ``warmup doctor``."""
    text = (ROOT / f"examples/{name}.py").read_text()
    found = re.search(rf'^    warmup doctor --plan "(.+)" (examples/{name}\.py)$', text, re.M)
    assert found is not None
    return "--plan", *found.groups()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_healthy_and_its_planted_bug_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "trainer":
        needs("lightning")
    monkeypatch.chdir(ROOT)
    ran = doctor_process("--fail-on", "note", *line_to_type(name))
    assert ran.stderr.endswith("\n\nNo findings.\n")
    assert (ran.returncode, ran.stdout[:11]) == (0, "accuracy 0.")
    ran = doctor_process("--json", *line_to_type(name), "--bug")
    found = json.loads(ran.stdout)["traces"][0]["findings"]
    assert found[0]["code"] == EXAMPLES[name]
    assert found[0]["places"][0].startswith(f"examples/{name}.py:")
    assert ran.returncode == 1


def test_the_report_in_the_docs_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = Path("docs/doctor.md").read_text()
    command = f'warmup doctor --plan "{line_to_type("plain")[1]}" examples/plain.py --bug'
    assert f"```\n{command}\n```" in page
    ran = doctor_process(*line_to_type("plain"), "--bug")
    assert f"```{ran.stderr}```" in page


def test_a_csv_that_the_tracer_wrote_is_read(here: Path) -> None:
    trace = Trace()
    trace.add_update([0.1])
    trace.add(Event.SCHEDULER)
    write_csv(trace, "run.csv")
    assert "also: 1 × scheduler.step()" in doctor("run.csv").stdout
