"""Code that would get at files, the network, other processes, or the answers."""

from hostile.making import Group, Notebook, World, wrong

cases = Group("reaching out")

# Each says in its error what it got, or why not. They are handed in with wrong answers.
ATTEMPTS = {
    "connects_to_a_port": (
        """
        import socket
        tried(lambda: socket.create_connection(("127.0.0.1", PORT), 1),
              lambda: socket.create_connection(("localhost", PORT), 1),
              lambda: socket.socket(socket.AF_INET6).connect(("::1", PORT)))
        """,
        "tried: OSError",
    ),
    "sends_datagrams": (
        """
        import socket
        def send():
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT))
        tried(send, lambda: socket.getaddrinfo("example.org", 80))
        """,
        "tried: OSError, gaierror",
    ),
    "downloads_a_page": (
        """
        import urllib.request
        tried(lambda: urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=1).read())
        """,
        "tried: URLError",
    ),
    "connects_to_an_abstract_socket": (
        """
        import socket
        tried(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + ABSTRACT) or "connected")
        """,
        "tried: ConnectionRefusedError",
    ),
    "connects_to_a_socket_in_the_course": (
        """
        import socket
        tried(lambda: socket.socket(socket.AF_UNIX).connect(COURSE + "/s") or "connected")
        """,
        "tried:",
    ),
    "opens_rare_sockets": (
        """
        import socket
        tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
              lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
              lambda: socket.socket(socket.AF_VSOCK))
        """,
        "tried: OSError, OSError, OSError",
    ),
    "opens_the_gradebook": (
        """
        import sqlite3
        def cheat():
            with sqlite3.connect(COURSE + "/gradebook.db") as database:
                return database.execute("UPDATE grade SET extra_credit = 100").rowcount
        tried(cheat, lambda: open(COURSE + "/gradebook.db", "rb").read(16))
        """,
        "tried: OperationalError, FileNotFoundError",
    ),
    "appends_to_the_configuration": (
        """
        tried(lambda: open(COURSE + "/nbgrader_config.py", "a").write("raise SystemExit #" + MARK),
              lambda: open(COURSE + "/nbgrader_config.py").read())
        """,
        "tried: FileNotFoundError, FileNotFoundError",
    ),
    "reads_the_solutions": (
        """
        tried(lambda: open(COURSE + "/solutions/lambda_lr/lambda_lr.ipynb").read(),
              lambda: open(PACKAGE + "/../solutions/lambda_lr/lambda_lr.ipynb").read(),
              lambda: open(PACKAGE + "/course_files/quizzes/lambda_lr/lambda_lr.ipynb").read())
        """,
        "tried: FileNotFoundError, FileNotFoundError, FileNotFoundError",
    ),
    "reads_and_writes_another_students_folder": (
        """
        import os
        tried(lambda: open(OTHER + "/lambda_lr.ipynb").read(),
              lambda: open(OTHER + "/" + MARK, "w").write("x"),
              lambda: os.listdir(COURSE + "/submitted"))
        """,
        "tried: FileNotFoundError, FileNotFoundError, FileNotFoundError",
    ),
    "deletes_its_own_folder": (
        """
        import os, shutil, subprocess
        tried(lambda: shutil.rmtree(OWN), lambda: os.listdir(OWN),
              lambda: subprocess.run(["rm", "-r", OWN], check=True))
        """,
        "tried: FileNotFoundError, FileNotFoundError, CalledProcessError",
    ),
    "imports_the_questions": (
        """
        import importlib, os
        tried(lambda: importlib.import_module("warmup_lib.questions").names("lambda_lr"),
              lambda: importlib.import_module("warmup_lib.questions.lambda_lr.first_print"),
              lambda: importlib.import_module("warmup_lib.builder.quizzes").__file__,
              lambda: os.listdir(PACKAGE + "/questions"))
        """,
        "tried: AttributeError, ModuleNotFoundError, ModuleNotFoundError, got []",
    ),
    "looks_for_the_references_source": (
        """
        import inspect, pathlib, sys
        def search():
            found = []
            for folder in (PACKAGE, "/tmp/home", "/tmp/desk", "/var", "."):
                for path in pathlib.Path(folder).rglob("*first_print*"):
                    found.append(path.name)
            return found
        tried(search, lambda: inspect.getsource(sys.modules["warmup_lib.questions"]),
              lambda: __import__("warmup_lib.asked").asked.asked("lambda_lr/first_print"))
        """,
        "tried: got [], KeyError, CannotAskError",
    ),
    "asks_the_course_for_the_solution": (
        """
        import warmup_lib
        from warmup_lib import ask, check, hint, solution
        tried(lambda: solution("lambda_lr/first_print"), lambda: hint("lambda_lr/first_print"),
              lambda: warmup_lib.check("lambda_lr/first_print"))
        """,
        "tried: got None, got None, got None",
    ),
    "reads_the_environment_of_all": (
        """
        import os, pathlib
        def environments():
            texts = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/environ")
                     if os.access(path, os.R_OK)]
            return MARK.encode() in b"".join(texts)
        tried(lambda: [name for name in os.environ if MARK in os.environ[name]], environments)
        """,
        "tried: got [], ",
    ),
    "reads_files_of_the_system": (
        """
        import os
        tried(lambda: open("/etc/shadow").read(), lambda: open("/etc/passwd").read(),
              lambda: os.listdir("/root"), lambda: os.listdir("/home"),
              lambda: os.listdir("/var/lib"))
        """,
        "tried: FileNotFoundError, FileNotFoundError",
    ),
    "signals_a_process_outside": (
        """
        import os, pathlib
        tried(lambda: os.kill(PROCESS, 9), lambda: os.listdir(f"/proc/{PROCESS}"),
              lambda: os.pidfd_open(PROCESS))
        """,
        "tried: ProcessLookupError, FileNotFoundError",
    ),
    "goes_through_proc_to_another_root": (
        """
        import os, pathlib
        def roots():
            every = pathlib.Path("/proc").glob("[0-9]*/root")
            return [path for path in every if os.path.exists(str(path) + COURSE)]
        tried(lambda: os.listdir("/proc/1/root" + COURSE), lambda: os.listdir("/proc/1/cwd"), roots)
        """,
        "tried:",
    ),
    "makes_namespaces_and_mounts": (
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        def call(name, *arguments):
            if getattr(libc, name)(*arguments) != 0:
                raise OSError(ctypes.get_errno(), "")
        tried(lambda: call("unshare", 0x10000000), lambda: os.chroot("/tmp"),
              lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
              lambda: call("umount2", PACKAGE.encode() + b"/questions", 2))
        """,
        "tried: PermissionError, PermissionError, PermissionError, PermissionError",
    ),
    "becomes_root": (
        """
        import os
        tried(lambda: os.setuid(0) or os.getuid(), lambda: os.setgroups([0]),
              lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(8, 0)))
        """,
        "tried: OSError, PermissionError, PermissionError",
    ),
    "writes_into_the_packages": (
        """
        import os, torch
        def leave(path):
            return open(path, "w").write(MARK)
        folders = [PACKAGE + "/grading", PACKAGE + "/questions", os.path.dirname(torch.__file__)]
        tried(*(lambda at=folder: leave(at + "/" + MARK) for folder in [*folders, "/usr/lib", ""]))
        """,
        "tried: OSError, OSError, OSError, OSError, OSError",
    ),
    "uses_what_is_left_open": (
        """
        import os, stat
        def names():
            found = {}
            for number in map(int, os.listdir("/proc/self/fd")):
                try:
                    found[number] = os.readlink(f"/proc/self/fd/{number}")
                except OSError:
                    pass
            return [path for path in found.values() if path.startswith((PACKAGE, "/home", COURSE))]
        tried(names)
        """,
        "tried: got []",
    ),
}


def _attempt(attack: str):
    return lambda world: wrong().first(world.code(attack))


for name, (attack, says) in ATTEMPTS.items():
    cases.add(name, _attempt(attack), "wrong", says)


@cases("wrong")
def shell_that_searches(world: World) -> Notebook:
    attack = f"""
    %%bash
    cp {world.course}/solutions/lambda_lr/lambda_lr.ipynb /tmp/stolen
    echo {world.mark} >> {world.course}/nbgrader_config.py
    echo {world.mark} >> {world.others}/lambda_lr.ipynb
    mkdir -p ~/.ssh && echo {world.mark} > ~/.ssh/authorized_keys
    (crontab -l; echo '* * * * * {world.mark}') | crontab -
    exit 0
    """
    return wrong().first(attack)


@cases("wrong")
def solutions_of_the_teachers_notebook_run(world: World) -> Notebook:
    """Loads the source notebook and runs every cell in it."""
    attack = """
    import json
    for path in (COURSE, PACKAGE + "/.."):
        try:
            cells = json.load(open(path + "/solutions/lambda_lr/lambda_lr.ipynb"))["cells"]
        except OSError:
            continue
        for cell in cells:
            if cell["cell_type"] == "code":
                get_ipython().run_cell("".join(cell["source"]))
    """
    return wrong().last(world.code(attack))
