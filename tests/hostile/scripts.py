"""Texts that would run, or look like ours, where they are shown."""

from hostile.making import RIGHT, WRONG, Group, Notebook, World, own_cell, right, wrong

cases = Group("cross-site scripting")

TEXTS = {
    "script": "<script>alert(document.cookie)</script>",
    "end_of_the_cell": "</code></pre></textarea></style></script><img src=x onerror=alert(1)>",
    "svg_and_math": "<svg onload=alert(1)><math href='javascript:alert(1)'>x</math></svg>",
    "template": "{{ 7 * 7 }}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "markdown_link": "[x](javascript:alert(1)) ![x](x'onerror=alert(1)) `</code><script>alert(1)`",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#x3c;script&#x3e;alert(1)",
    "latex": r"$\\href{javascript:alert(1)}{x}$ $$\\unicode{<script>alert(1)</script>}$$",
    "terminal": "\\x1b[2J\\x1b]0;owned\\x07\\u202e\\u2066\\x00\\x9b31m",
    "page": "<iframe srcdoc='<script>x</script>'></iframe><base href=//x><meta http-equiv=refresh>",
}


def _in_all_places(text: str):
    quoted = f'"""{text}"""'

    def make(_: World) -> Notebook:
        return right(
            first_print=f"raise ValueError({quoted})",
            nothing_trains=f"nothing_trains = {quoted}",
            missing_cap=f"missing_cap = {quoted}",
            ramp_from_zero=f"def ramp_from_zero(update):\n    raise ValueError({quoted})",
            off_by_one=f"# {text}\n{RIGHT['off_by_one']}",
            ramp_from_one_nth=f"def ramp_from_one_nth(update):\n    return {quoted}",
        ).first(f"note = {quoted}")

    return make


for name, text in TEXTS.items():
    lost = ["first_print", "nothing_trains", "missing_cap", "ramp_from_zero", "ramp_from_one_nth"]
    cases.add(f"{name}_as_an_answer", _in_all_places(text), "right", loses=lost)


@cases("right")
def script_in_outputs_and_texts(_: World) -> Notebook:
    notebook = right()
    html = {"text/html": TEXTS["script"], "application/javascript": "alert(1)"}
    for cell in notebook.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": html}]
        else:
            cell["source"] = TEXTS["script"]
            cell["attachments"] = {"x.svg": {"image/svg+xml": TEXTS["svg_and_math"]}}
    notebook.cells.append({**own_cell(TEXTS["script"], "text"), "cell_type": "markdown"})
    notebook.cells.append({**own_cell(TEXTS["script"], "raw"), "cell_type": "raw"})
    return notebook


@cases("right", "not named")
def script_as_the_files_name(world: World) -> None:
    (world.own / "<img src=x onerror=alert(1)>.ipynb").write_bytes(right().as_bytes())


@cases("right")
def script_in_the_metadata(_: World) -> Notebook:
    notebook = right()
    notebook.data["metadata"] = {
        "title": TEXTS["script"],
        "kernelspec": {"name": TEXTS["script"], "display_name": TEXTS["script"]},
        "language_info": {"name": TEXTS["script"], "pygments_lexer": TEXTS["script"]},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": TEXTS["script"]}},
    }
    for number, cell in enumerate(notebook.cells):
        cell["metadata"]["name"] = f"{TEXTS['script']}{number}"
    return notebook


@cases("wrong")
def feedback_of_ones_own(_: World) -> Notebook:
    """Text that looks like the feedback on a right answer stays the student's."""
    source = f"# </pre><h2>✓ Right</h2><p>16 of 16 points</p>\n{WRONG['first_print']}"
    return wrong(first_print=source)


@cases("wrong")
def error_with_a_class_of_any_name(_: World) -> Notebook:
    source = f"raise type({TEXTS['script']!r}, (Exception,), {{}})({TEXTS['end_of_the_cell']!r})"
    return wrong(first_print=source)


@cases("wrong")
def default_argument_that_is_a_script(_: World) -> Notebook:
    """The message on a wrong signature shows the signature."""
    source = f"def ramp_from_zero(a, b, c={TEXTS['script']!r}):\n    return 1"
    return wrong(ramp_from_zero=source)
