"""How a panel looks, and what a screen reader and the keyboard need that widgets do not give.

Jupyter's own variables give the colours, so that they follow the theme.
"""

from __future__ import annotations

import json

STYLE = """\
<style>
.warmup-panel {
  box-sizing: border-box;
  max-width: 64em;
  padding: 0.4em 1em 0.8em;
  border: 1px solid var(--jp-border-color1, #bdbdbd);
  border-radius: 4px;
}
.warmup-panel, .warmup-panel .widget-box { overflow: visible; }
.warmup-panel h3 { margin-top: 0.4em; }
.jupyter-widgets.warmup-panel pre {
  margin: 0.6em 0;
  padding: 0.6em 0.8em;
  border: 1px solid var(--jp-border-color2, #e0e0e0);
  background: none;
  /* Wrapped, since not everybody can scroll sideways. */
  white-space: pre-wrap;
  overflow-wrap: break-word;
  word-break: normal;
}
.jupyter-widgets.warmup-panel pre :is(code, span) { background: none; }
/* The first column of an output holds its number, and here there is none. */
.warmup-panel .jp-OutputPrompt { display: none; }
.warmup-panel .jp-OutputArea-output { padding: 0; }

.warmup-options, .warmup-numbers {
  flex-flow: column;
  align-items: stretch;
  width: auto;
  height: auto;
}
.warmup-panel .widget-label {
  width: auto;
  font-weight: 600;
  text-align: start;
}
/* As long as its text, on as many lines as that needs. */
.warmup-options .widget-radio-box { width: auto; gap: 0.1em; }
.warmup-options .widget-radio-box label {
  display: flex;
  align-items: flex-start;
  gap: 0.6em;
  height: auto;
  padding: 0.3em 0.4em;
  border-radius: 4px;
  font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.5;
  white-space: normal;
  overflow-wrap: anywhere;
  cursor: pointer;
}
.warmup-options .widget-radio-box label:hover { background: var(--jp-layout-color2, #eeeeee); }
.warmup-options .widget-radio-box input {
  flex: none;
  order: -1;
  width: 1em;
  height: 1em;
  margin: 0.25em 0 0;  /* in the middle of the first line */
}
.warmup-numbers input { max-width: 34em; font-family: var(--jp-code-font-family, monospace); }
.warmup-panel input::placeholder { color: var(--jp-ui-font-color2, #616161); opacity: 1; }

.warmup-buttons { flex-flow: row wrap; align-items: center; gap: 0.5em; margin: 0.6em 2px; }
.warmup-buttons button {
  width: auto;
  min-width: 6em;
  margin: 0;
  padding: 0 1.2em;
  border: 1px solid var(--jp-border-color1, #757575);
  border-radius: 4px;
}
.warmup-panel :is(button, input):focus-visible {
  outline: 3px solid var(--jp-brand-color1, #1565c0) !important;  /* as its own 1px is */
  outline-offset: 2px;
}
.warmup-code .widget-radio-box label { font-family: var(--jp-code-font-family, monospace); }

.warmup-said, .warmup-said .widget-html-content {
  width: auto;
  height: auto;
  min-width: 0;
  min-height: 0;
  overflow-wrap: anywhere;
  font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.5;
}
/* Told only of work that takes long enough to wonder. */
.warmup-busy { animation: warmup-wait 0.4s step-end; }
@keyframes warmup-wait { from { visibility: hidden; } }
.warmup-script { display: none; }
</style>"""

_SCRIPT = """\
const title = TITLE;
const group = `warmup-${Math.random()}`;

// Widgets arrive one by one, in any order.
function tend(panel) {
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", title);
  // One tab stop for all radio buttons, and arrow keys between them.
  for (const radio of panel.querySelectorAll("input[type=radio]")) radio.name = group;
  for (const options of panel.querySelectorAll(".widget-radio-box")) {
    const label = options.parentElement.querySelector(".widget-label");
    label.id = `${group}-label`;
    options.setAttribute("role", "radiogroup");
    options.setAttribute("aria-labelledby", label.id);
  }
  // What is said changes inside of it; a region that comes with its words may stay unread.
  for (const said of panel.querySelectorAll(".warmup-said")) {
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");
    for (const inner of said.querySelectorAll("[role=status]")) inner.removeAttribute("role");
  }
}

function begin() {
  const panel = element.closest(".warmup-panel");
  if (panel === null) return setTimeout(begin, 50);
  tend(panel);
  new MutationObserver(() => tend(panel)).observe(panel, {childList: true, subtree: true});
}
begin();

// A key alone is the radio button's, not a command of the notebook: there, an arrow goes to
// another cell, and B makes a new one. With Ctrl, as in Ctrl+S, it stays Jupyter's.
if (!window.warmupKeys) {
  window.warmupKeys = (event) => {
    if (!event.target.matches?.(".warmup-panel input[type=radio]")) return;
    const alone = !(event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", alone);
  };
  window.addEventListener("keydown", window.warmupKeys, true);
}
"""


def script(title: str) -> str:
    """JavaScript that makes the panel around it one labelled group with a live region.

    ipywidgets has no way to name a group, to join its radio buttons, or to set an
    ARIA role. Where the script does not run, the panel works all the same: each
    radio button is a tab stop then, and Space chooses.
    """
    return _SCRIPT.replace("TITLE", json.dumps(title))
