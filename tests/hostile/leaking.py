"""Code that would carry out what is secret, or hand it on to the next student."""

from textwrap import dedent

from hostile.making import Group, Notebook, World, in_function, right, wrong

cases = Group("exfiltration")


@cases("wrong")
def everything_in_memory_in_an_error(world: World) -> Notebook:
    attack = """
    import gc
    texts = [o for o in gc.get_objects() if isinstance(o, (dict, list)) and MARK in repr(o)[:10**5]]
    raise RuntimeError(repr(texts)[:10**5])
    """
    return wrong().first(world.code(attack))


@cases("wrong", "tried: 0 found")
def own_memory_searched(world: World) -> Notebook:
    """Also what was freed: of others, nothing was ever in it."""
    attack = """
    import re
    looked_for = b"secret-" + b"of-the-" + b"neighbour-" + b"[0-9a-f]{8}"
    found = set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            if "rw" in line and ("heap" in line or line.split()[4] == "0"):
                start, end = (int(each, 16) for each in line.split()[0].split("-"))
                if end - start > 32 << 20:
                    continue
                try:
                    memory.seek(start)
                    found |= set(re.findall(looked_for, memory.read(end - start)))
                except OSError:
                    pass
    raise RuntimeError(f"tried: {len(found)} found {found}")
    """
    return wrong().first(world.code(attack))


@cases("right", "RuntimeError", loses=["ramp_from_zero"])
def expected_values_asked_of_the_message(world: World) -> Notebook:
    """An error's text is cut, and says only what the function itself knew."""
    body = """
    import sys
    frame, seen = sys._getframe(1), []
    while frame:
        seen.append(sorted(map(str, frame.f_locals.values()))[:50])
        frame = frame.f_back
    raise RuntimeError(str(seen))
    """
    return right(ramp_from_zero=in_function(body))


_PLACES = """
places = ["/tmp/left", "/dev/shm/left", "/tmp/home/left", "/tmp/desk/left", "/var/tmp/left", "left",
          "/run/left", "/usr/tmp/left"]
"""


@cases("right")
def answers_left_for_the_next_student(world: World) -> Notebook:
    attack = """
    import os, socket
    for place in places:
        try:
            with open(place, "w") as file:
                file.write(f"{MARK} first_print = 0.08")
        except OSError:
            pass
    os.environ["LEFT"] = "first_print = 0.08"
    if os.fork() == 0:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind("\\0left")
        listening.listen()
        listening.accept()
        os._exit(0)
    """
    return right().last(world.code(f"{_PLACES}\n{dedent(attack)}"))


@cases("wrong", "tried: 0 found")
def answers_looked_for_that_others_left(world: World) -> Notebook:
    attack = """
    import os, socket
    found = [place for place in places if os.path.exists(place)]
    if "LEFT" in os.environ:
        found.append("the environment")
    try:
        socket.socket(socket.AF_UNIX).connect("\\0left")
        found.append("a socket")
    except OSError:
        pass
    if found:
        first_print = 0.08
    raise RuntimeError(f"tried: {len(found)} found")
    """
    return wrong(first_print="pass").last(world.code(f"{_PLACES}\n{dedent(attack)}"))


@cases("wrong")
def files_printed(world: World) -> Notebook:
    attack = """
    import pathlib
    for path in (COURSE + "/secret.txt", OTHER + "/lambda_lr.ipynb", "/proc/1/environ"):
        try:
            print(pathlib.Path(path).read_text())
            raise RuntimeError(pathlib.Path(path).read_text())
        except OSError:
            pass
    """
    return wrong().first(world.code(attack))
