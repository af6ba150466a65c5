"""Renders a Document as one page: works from file://, asks the network for nothing, follows the reader's theme.

Every text of the Document is escaped on its way in; a content security policy allows only this page's own script and
the shared plotly.js beside it, so that even a mistake here could not run what a profile or a label smuggles in.
Knows HTML, never a metric.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count

from reporting import plotly_figures
from reporting.document import LIMITS, BarChart, Cell, Document, Dots, FlameGraph, Section, Table, Text
from reporting.palette import printable

SUFFIX = ".html"
SHARED = "../assets/plotly-basic.min.js"  #: where plotly.js is, seen from a page in a folder of its own
WIDEST = 20  #: frames listed in the table behind a flame graph

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--soft:#5b6168;--line:#dcdfe3;--box:#f5f6f8;--link:#0060a0;
--warn:#fff4e5;--edge:#d55e00}
@media (prefers-color-scheme:dark){:root{--paper:#15171a;--ink:#e7e9ec;--soft:#a2a9b1;--line:#353a40;--box:#1e2125;
--link:#6cb8f0;--warn:#33240f;--edge:#e8833a}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--box:#f5f6f8;--link:#000;
--warn:#fff4e5;--edge:#d55e00}}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
nav{position:sticky;top:0;z-index:3;background:var(--paper);border-bottom:1px solid var(--line);overflow-x:auto}
nav ol{display:flex;gap:1.25rem;margin:0;padding:.6rem 1rem;list-style:none;white-space:nowrap;font-size:.9rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 5rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 .3rem}h2{font-size:1.4rem;margin:3.5rem 0 1rem;line-height:1.25}
p,pre,.verdicts,.warnings{max-width:46rem}p{white-space:pre-line;margin:.8rem 0}
.sub{color:var(--soft);margin:.2rem 0}
.verdict{font-size:1.2rem;line-height:1.4;font-weight:600;border-left:4px solid var(--link);padding-left:.9rem}
.verdicts{margin:1.8rem 0}.verdicts .verdict{font-size:1.3rem}
.verdicts .verdict:only-child{font-size:1.6rem;line-height:1.3}
.warnings,.warning{background:var(--warn);border-left:4px solid var(--edge);padding:.7rem 1rem;margin:1.2rem 0}
.warnings h2{font-size:1rem;margin:0 0 .3rem}.warnings ul{margin:0;padding-left:1.1rem}.warnings li{margin:.25rem 0}
pre{background:var(--box);border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;margin:.6rem 0;
white-space:pre-wrap;font:.85rem/1.5 ui-monospace,monospace}
pre span{display:inline-block;max-width:100%}
figure{margin:2.2rem 0;min-width:0}.plot{min-height:1px}
figcaption,.caption{color:var(--soft);max-width:46rem;margin:.3rem 0 .5rem;font-size:.95rem}
figcaption b,.caption b{color:var(--ink)}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--link);font-size:.9rem}
.scroll{overflow:auto;max-height:85vh;max-width:max-content;border:1px solid var(--line);border-radius:4px}
table{border-collapse:separate;border-spacing:0;font-size:14px;font-variant-numeric:tabular-nums;line-height:20px}
th,td{padding:6px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);
overflow-wrap:normal;unicode-bidi:isolate}
tr:last-child>*{border-bottom:0}
thead th{position:sticky;top:0;z-index:2;background:var(--box);vertical-align:bottom}
tbody th{position:sticky;left:0;z-index:1;background:var(--paper);font-weight:500}
tbody th div{width:max-content;max-width:22rem;overflow-wrap:anywhere}
.words td{max-width:42rem;overflow-wrap:anywhere}
.numbers td,.numbers thead th+th{text-align:right}.numbers td{white-space:nowrap}
.numbers td.left,.numbers thead th.left{text-align:left}.heading{font-weight:600;margin-top:2rem}
td[title],th[title]{cursor:help}td.missing{color:var(--soft)}sup{font-size:.7em;line-height:0}
.notes{color:var(--soft);font-size:.85rem;margin:.5rem 0 2rem;padding-left:1.6rem;max-width:46rem}
.absent{color:var(--soft);font-style:italic}
input[type=search]{font:inherit;font-size:.9rem;padding:.2rem .5rem;margin-right:.6rem;max-width:100%;
background:var(--paper);color:var(--ink);border:1px solid var(--line);border-radius:4px}
.find{font-size:.85rem;color:var(--soft);margin:0}
footer{color:var(--soft);font-size:.85rem;border-top:1px solid var(--line);margin-top:4rem;padding-top:.6rem}
@media (min-width:82rem){body{display:grid;grid-template-columns:15rem minmax(0,1fr)}
nav{height:100vh;border:0;border-right:1px solid var(--line);padding:1.5rem .5rem}
nav ol{flex-direction:column;gap:.5rem;white-space:normal}main{width:100%;padding:1.5rem 2.5rem 5rem}
html{scroll-padding-top:1rem}}
@media (max-width:40rem){h1{font-size:1.5rem}.verdicts .verdict:only-child{font-size:1.25rem}
.verdicts .verdict{font-size:1.1rem}tbody th div{max-width:40vw}th,td{padding:5px 8px}}
@media print{nav,details,.find{display:none}main{max-width:none;padding:0}body{font-size:10pt}
.scroll{overflow:visible;max-height:none;border:0}thead th,tbody th{position:static}h2{break-after:avoid}
figure,tr,pre{break-inside:avoid}table{font-size:8pt}.numbers td{white-space:normal}}
"""

SCRIPT = r"""
"use strict";
(() => {
  const plots = [...document.querySelectorAll(".plot")];
  const source = plot => JSON.parse(document.getElementById(plot.id + "-data").textContent);
  if (typeof Plotly === "undefined") {
    document.querySelectorAll("figure details").forEach(table => { table.open = true; });
    document.querySelectorAll(".absent").forEach(note => { note.hidden = false; });
    return;
  }
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const theme = plot => {
    const change = {"font.color": colour("--ink"), "xaxis.gridcolor": colour("--line")};
    Plotly.relayout(plot, change);
    plot.data.forEach((trace, i) => {
      if (trace.error_x) Plotly.restyle(plot, {"error_x.color": colour("--ink")}, [i]);
      if (trace.customdata) Plotly.restyle(plot, {"marker.line.color": colour("--paper")}, [i]);
    });
  };
  // Flame graphs: names are cut to the width of their box at this zoom, and stored escaped, as plotly wants them.
  const plain = text => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const pen = document.createElement("canvas").getContext("2d");
  const cut = (name, room) => {
    let letters = [...name];
    if (room < 14 || pen.measureText(name).width <= room) return room < 14 ? "" : name;
    letters = letters.slice(0, Math.ceil(room / 4));
    while (letters.length && pen.measureText(letters.join("") + "…").width > room) letters.pop();
    return letters.length > 1 ? letters.join("") + "…" : "";
  };
  const fit = plot => {
    pen.font = "12px system-ui, sans-serif";
    const axis = plot._fullLayout.xaxis, [left, right] = axis.range, scale = axis._length / (right - left);
    const texts = plot.data.map(trace => trace.customdata.map((name, i) => {
      const seen = Math.min(trace.base[i] + trace.x[i], right) - Math.max(trace.base[i], left);
      return escaped(cut(plain(name), seen * scale - 7));
    }));
    Plotly.restyle(plot, {text: texts});
  };
  const search = plot => {
    const make = name => document.createElement(name), row = make("p"), field = make("input"), found = make("span");
    row.className = found.className = "find";
    Object.assign(field, {type: "search", placeholder: "Find a frame", ariaLabel: "Find a frame"});
    const hint = "Drag or click a frame to zoom, double-click to reset.";
    found.textContent = hint;
    field.oninput = () => {
      const wanted = field.value.toLowerCase();
      const hits = plot.data.map(trace => trace.customdata.map(name => plain(name).toLowerCase().includes(wanted)));
      Plotly.restyle(plot, {"marker.opacity": hits.map(trace => trace.map(hit => hit ? 1 : 0.2))});
      found.textContent = wanted ? hits.flat().filter(Boolean).length + " frames" : hint;
    };
    row.append(field, found);
    plot.before(row);
  };
  const flame = plot => {
    search(plot);
    fit(plot);
    plot.on("plotly_click", event => {
      const point = event.points[0], trace = plot.data[point.curveNumber], start = trace.base[point.pointNumber];
      Plotly.relayout(plot, {"xaxis.range": [start, start + trace.x[point.pointNumber]]});
    });
    plot.on("plotly_relayout", change => {
      if (Object.keys(change).some(key => /^xaxis\.(auto)?range/.test(key))) fit(plot);
    });
    new ResizeObserver(() => requestAnimationFrame(() => fit(plot))).observe(plot);
  };
  const touch = matchMedia("(pointer: coarse)").matches;
  plots.forEach(plot => {
    const figure = source(plot);
    if (touch) figure.layout.dragmode = false;  // a finger that drags wants to scroll
    Plotly.newPlot(plot, figure.data, figure.layout, {responsive: true, displayModeBar: false, doubleClick: "reset"});
    theme(plot);
    if (figure.data.length && figure.data[0].customdata) flame(plot);
  });
  const again = () => plots.forEach(plot => { Plotly.Plots.resize(plot); theme(plot); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  matchMedia("print").addEventListener("change", again);
})();
"""


def render(document: Document, *, script: str = SHARED) -> bytes:
    """Return the page; `script` is the relative URL of the shared plotly-basic.min.js."""
    page = _Page(script)
    first = next((s for s in document.sections if any(_is_verdict(b) for b in s.blocks)), None)
    verdicts = [b for b in first.blocks if isinstance(b, Text) and _is_verdict(b)] if first else []
    links = "".join(f'<li><a href="#part-{i}">{escape(s.title)}</a></li>' for i, s in enumerate(document.sections, 1))
    scripts = f"script-src 'self' file: '{_digest()}'"
    policy = f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; {scripts}"
    body = "".join(page.section(i, s, hoisted=s is first) for i, s in enumerate(document.sections, 1))
    source = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head>\n<body>"
        f'<nav aria-label="Contents"><ol>{links}</ol></nav>\n<main><header><h1>{escape(document.title)}</h1>'
        f'<p class="sub">{escape(document.subtitle)}</p>{_verdicts(verdicts)}{_warnings(document.warnings)}</header>\n'
        f"{body}<footer>{escape(document.family)}, {escape(document.timestamp)}</footer></main>\n"
        f'<script src="{escape(script)}"></script>\n<script>{SCRIPT}</script></body></html>\n'
    )
    return source.encode()


class _Page:
    """Numbers figures and tables through the page."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.figures, self.tables = count(1), count(1)

    def section(self, number: int, section: Section, *, hoisted: bool) -> str:
        """Return a section, without the verdicts if these were hoisted to the top of the page."""
        blocks = [b for b in section.blocks if not (hoisted and _is_verdict(b))]
        parts = "\n".join(self.block(block) for block in blocks)
        return f'<section id="part-{number}"><h2>{escape(section.title)}</h2>\n{parts}</section>\n'

    def block(self, block: Text | Table | BarChart | Dots | FlameGraph) -> str:
        """Return any block."""
        if isinstance(block, Text):
            return _text(block)
        if isinstance(block, Table):
            number = next(self.tables)
            caption = _titled(f"Table {number}", block.title, block.caption)
            return f'<p class="caption" id="table-{number}">{caption}</p>{_table(block)}'
        return self.figure(next(self.figures), block)

    def figure(self, number: int, block: BarChart | Dots | FlameGraph) -> str:
        """Return a figure: the place that the script fills, the caption, and the data as a table."""
        data = plotly_figures.draw(block).to_json(validate=False, engine="json")
        for mark in "<>&":  # the JSON stands inside a script element, which ends at the first "</script"
            data = data.replace(mark, f"\\u{ord(mark):04x}")
        name = f"plot-{number}"
        return (
            f'<figure id="figure-{number}">'
            f'<div class="plot" id="{name}" role="img" aria-label="{escape(block.title)}"></div>'
            f'<p class="absent" hidden>The chart needs {escape(self.script)}, which is not there; its data follow.</p>'
            f"<figcaption>{_titled(f'Figure {number}', block.title, block.caption)}</figcaption>"
            f"<details><summary>Data of figure {number}</summary>{_table(_data(block))}</details>"
            f'<script type="application/json" id="{name}-data">{data}</script></figure>'
        )


def escape(text: str) -> str:
    """Return a text of the Document as HTML, fit for elements and attributes."""
    return html.escape(printable(text))


def _digest() -> str:
    return "sha256-" + b64encode(sha256(SCRIPT.encode()).digest()).decode()


def _is_verdict(block: object) -> bool:
    return isinstance(block, Text) and block.style == "verdict"


def _verdicts(texts: list[Text]) -> str:
    return f'<div class="verdicts">{"".join(_text(text) for text in texts)}</div>' if texts else ""


def _warnings(warnings: tuple[str, ...]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<aside class="warnings" role="note"><h2>{LIMITS}</h2><ul>{items}</ul></aside>'


def _text(text: Text) -> str:
    if text.style == "code":
        words = re.sub(
            r"\S*-\S+", r"<span>\g<0></span>", escape(text.text)
        )  # so that options are not broken at a hyphen
        return f"<pre>{words}</pre>"
    return f'<p class="{escape(text.style)}">{escape(text.text)}</p>'


def _titled(number: str, title: str, caption: str) -> str:
    return f"<b>{number}. {escape(title)}</b> {escape(caption)}"


def _table(table: Table) -> str:
    """Return a table in a box of its own that scrolls, with the reasons of its missing cells below."""
    notes = {note: i for i, note in enumerate(table.footnotes(), 1)}
    head = "".join(
        f'<th scope="col"{_side(table.aligned_right(i))}>{escape(column)}</th>'
        for i, column in enumerate(table.columns)
    )
    right = [table.aligned_right(column) for column in range(len(table.columns))]
    rows = "".join(f"<tr>{''.join(_cells(row, notes, right))}</tr>" for row in table.rows)
    kind = "numbers" if table.numeric else "words"
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        + (f'<ol class="notes">{listed}</ol>' if notes else "")
    )


def _side(right: bool) -> str:
    return "" if right else ' class="left"'


def _cells(row: tuple[Cell, ...], notes: dict[str, int], right: list[bool]) -> Iterator[str]:
    for column, cell in enumerate(row):
        start, end = ("td", "</td>") if column else ('th scope="row"', "</div></th>")
        hint = f' title="{escape(cell.note)}"' if cell.note else ""
        kind = ' class="missing"' if cell.missing and column else _side(right[column])
        mark = f"<sup>{notes[cell.note]}</sup>" if cell.note else ""
        yield f"<{start}{kind}{hint}>{'' if column else '<div>'}{escape(cell.text)}{mark}{end}"


def _data(block: BarChart | Dots | FlameGraph) -> Table:
    """Return the numbers behind a figure as a table."""
    if isinstance(block, BarChart):
        rows = [
            (bar.label, group, bar.text, *(_digits(v) for v in (bar.value, bar.low, bar.high)))
            for group, bars in block.groups
            for bar in bars
        ]
        return _plain(block.title, ("Bar", "Group", "Shown as", "Value", "Low", "High"), rows)
    if isinstance(block, Dots):
        series = [(label, ", ".join(_digits(v) for v in values)) for label, values, _ in block.series]
        return _plain(block.title, ("Series", block.axis), series, numeric=False)
    widest = sorted(block.boxes, key=lambda box: -box.width)[:WIDEST]
    share = 100 / max(block.samples, 1)
    frames = [(b.name, b.kind, str(b.depth), _digits(b.width), f"{b.width * share:.2f} %") for b in widest]
    columns = (f"Frame (the widest {len(widest)} of {len(block.boxes)})", "Kind", "Depth", "Samples", "Share")
    return _plain(block.title, columns, frames)


def _plain(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numeric: bool = True) -> Table:
    return Table(title, columns, tuple(tuple(Cell(text) for text in row) for row in rows), numeric=numeric)


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}".replace("-", "−")
