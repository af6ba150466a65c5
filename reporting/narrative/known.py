"""What a narrative may refer to: the keys of a Document, the cells of its tables, and what could be there but is not.

Looks up and never computes: what it returns is what the tables show. Words about it are in narrative/answers.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from bench import discover
from bench.model import BUILDS
from reporting.charts import BarChart, Curves, Scatter, is_projected
from reporting.document import Block, Cell, Code, Document, Table
from reporting.narrative.nodes import Unfit, nearest
from reporting.units import build_name

PROJECTED = "projected"  #: the source of a table of projections
PEER = " (peer)"  #: behind the name of a library peer in tables
#: what follows the first word of a key: nothing, build (B), variant (V), accelerator (D), interface (I), or two of them
SCOPES = {"": 0, "B": 1, "V": 1, "V:B": 2, "D": 1, "I": 1, "D:I": 2}


@dataclass(frozen=True)
class Kind:
    """What a key's first word stands for."""

    place: str  #: figure, table or listing
    scope: str
    noun: str


#: what a study may hold; what this one does not hold is said so, and is no mistake of the narrative
KINDS = {
    "ladder": Kind("figure", "", "the ladder"),
    "bought": Kind("table", "", "what each rung bought"),
    "startup": Kind("table", "", "the costs of starting"),
    "variants": Kind("table", "", "the list of variants"),
    "distortion": Kind("table", "", "what the debug build distorts"),
    "caps": Kind("table", "", "the caps on acceleration"),
    "ablation": Kind("table", "", "the share of the kernel by ablation"),
    "sampling": Kind("table", "", "the cost of sampling"),
    "machine": Kind("table", "", "the machine"),
    "interpreters": Kind("table", "", "the interpreters"),
    "files": Kind("table", "", "the files that were executed"),
    "commands": Kind("table", "", "the commands"),
    "study": Kind("table", "", "the study in short"),
    "raw": Kind("table", "", "the raw files"),
    "performance": Kind("table", "B", "the variants by metrics"),
    "behind": Kind("table", "B", "what stands behind the verdicts"),
    "spread": Kind("figure", "B", "the times process by process"),
    "series": Kind("table", "B", "the series"),
    "curves": Kind("figure", "B", "the curves of the series"),
    "share": Kind("table", "B", "the shares of the limit"),
    "cycle": Kind("table", "B", "the work per cycle"),
    "error": Kind("table", "B", "the errors of the answers"),
    "counters": Kind("table", "B", "the counters"),
    "simulated": Kind("table", "B", "the simulated counters"),
    "also": Kind("table", "B", "what else was measured"),
    "tax": Kind("table", "B", "the interpreter tax"),
    "traces": Kind("figure", "B", "the values one after another"),
    "hot": Kind("table", "V", "the hot functions"),
    "flame": Kind("figure", "V:B", "the flame graph"),
    "stacks": Kind("figure", "V:B", "the flame graph of C functions"),
    "c-functions": Kind("table", "V:B", "the hot C functions"),
    "ideas": Kind("table", "V:B", "the worth of each idea"),
    "gain": Kind("figure", "V:B", "the breakdown of the gain"),
    "grew": Kind("figure", "V:B", "the flame graph of differences"),
    "went": Kind("figure", "V:B", "the flame graph of differences, as the baseline has it,"),
    "bytecode": Kind("listing", "V:B", "the bytecode"),
    "call-tree": Kind("listing", "V:B", "the call tree"),
    "hot-lines": Kind("table", "V:B", "the hot lines"),
    "calls": Kind("table", "V:B", "the exact counts of calls"),
    "line-hits": Kind("table", "V:B", "the exact counts of lines"),
    "allocations": Kind("table", "V:B", "the allocations"),
    "instructions-by-c-function": Kind("table", "V:B", "the instructions by C function"),
    "designs": Kind("table", "", "the accelerators"),
    "host-bound": Kind("table", "", "what the host's part allows"),
    "hardware-words": Kind("table", "", "the words of hardware"),
    "compiled": Kind("table", "", "the accelerators against compiled C"),
    "projected": Kind("figure", "", "the accelerators beside the ladder"),
    "amdahl": Kind("figure", "", "the speedup by acceleration"),
    "granularity": Kind("figure", "", "the speedup by the size of a call"),
    "pareto": Kind("figure", "", "area against speedup"),
    "space": Kind("table", "", "the design space"),
    "credential": Kind("table", "", "the model's credential"),
    "credential-farthest": Kind("table", "", "how far the model's credential is off"),
    "credential-terms": Kind("table", "", "what the credential's times are made of"),
    "hardware-tools": Kind("table", "", "the tools of the accelerators"),
    "hardware-missing": Kind("table", "", "what is missing of the accelerators"),
    "diagram": Kind("figure", "D", "the block diagram"),
    "pins": Kind("table", "D", "the inputs and outputs"),
    "registers": Kind("table", "D", "the register map"),
    "utilisation": Kind("table", "D", "the use of the device"),
    "clocks": Kind("table", "D", "the clock"),
    "work": Kind("table", "D", "the work of an iteration"),
    "verified": Kind("table", "D", "the checks of the answers"),
    "sweep": Kind("figure", "D", "the speedup behind each interface"),
    "interfaces": Kind("table", "D", "the interfaces"),
    "projection": Kind("table", "D:I", "the projection"),
    "terms": Kind("table", "D:I", "the terms of the projection"),
    "sensitivity": Kind("table", "D:I", "the sensitivity of the projection"),
    "assumptions": Kind("table", "I", "the assumptions about the interface"),
}
AGAINST = "against "  #: how columns begin that hold accelerators against a rung
#: columns that a table has only where there is something in them
OPTIONAL = {"startup": ("nothing compiled", "ahead then"), "behind": ("more needed",)}


@dataclass(frozen=True)
class Known:
    """A Document, as a narrative sees it."""

    document: Document

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Everything that has a key."""
        every = (block for section in self.document.sections for block in section.blocks)
        return {key: block for block in every if (key := getattr(block, "key", ""))}

    @cached_property
    def headline(self) -> str:
        """The build that headlines the study."""
        words = (key.partition(":") for key in self.blocks)
        return next((build for kind, _, build in words if kind == "performance"), BUILDS[0])

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """Those of the family and those of the study, by name."""
        family = self.document.family
        names = list(discover.variants(family)) if family in discover.families() else []
        for key, block in self.blocks.items():
            if isinstance(block, Table) and key.partition(":")[0] in ("performance", "variants", "series"):
                first = (row[0].text for row in self.table(key).rows)
                names += [name for text in first if discover.LABEL.fullmatch(name := text.removesuffix(PEER))]
        return tuple(dict.fromkeys(names))

    @cached_property
    def baseline(self) -> str:
        """The variant that this document compares with; empty where it compares with none."""
        key = f"performance:{self.headline}"
        rows = self.table(key).rows if key in self.blocks else ()
        return next((row[0].text for row in rows if any(cell.text == "baseline" for cell in row[1:])), "")

    def fact(self, row: str, key: str = "study") -> str:
        """Return a fact from a table of facts; empty where it is not there, or was not recorded."""
        table = self.blocks.get(key)
        rows = table.rows if isinstance(table, Table) else ()
        return next((cells[1].text for cells in rows if cells[0].text == row and not cells[1].missing), "")

    def projects(self, given: str) -> bool:
        """Whether what has this key holds something that was projected."""
        block = self.blocks.get(given)
        if isinstance(block, Table):
            return block.source == PROJECTED
        return is_projected(block) if isinstance(block, BarChart | Curves | Scatter) else False

    def variant(self, name: str) -> str:
        """Return the name of a variant; raises Unfit where neither family nor study has one of that name."""
        if name not in self.variants:
            raise Unfit(f"no variant is named {name!r}{nearest(name, self.variants)}")
        return name

    def build(self, name: str) -> str:
        """Return the name of a build, that which headlines the study where none is given."""
        name = {"debug": "dbg"}.get(name, name) or self.headline
        if name not in (*BUILDS, self.headline):
            raise Unfit(f"no build is named {name!r}; there are: {', '.join(BUILDS)}")
        return name

    def key(self, given: str) -> str:
        """Return a whole key, to which the build that headlines is added where it may be left out.

        Raises Unfit where no study of this family could have such a key.
        """
        if given in self.blocks:
            return given
        first, *rest = given.split(":")
        kind = KINDS.get(first)
        if kind is None:
            words = [*self.blocks, *KINDS]
            raise Unfit(f"nothing has the key {given!r}{nearest(given, words) or nearest(first, KINDS)}")
        if kind.scope.endswith("B") and len(rest) < SCOPES[kind.scope]:
            rest = [*rest, self.headline]
        if len(rest) != SCOPES[kind.scope]:
            called = {"B": "BUILD", "V": "VARIANT", "D": "DESIGN", "I": "INTERFACE"}
            form = ":".join([first, *(called[part] for part in kind.scope.split(":") if part)])
            raise Unfit(f"a key of this kind is written {form}")
        if "V" in kind.scope:
            self.variant(rest[0])
        if "B" in kind.scope:
            rest[-1] = self.build(rest[-1])
        return ":".join([first, *rest])

    def named(self, key: str) -> str:
        """Say in words what a key of the list of kinds stands for: "the flame graph of pyaes_opt (debug)"."""
        first, *rest = key.split(":")
        kind = KINDS[first]
        of = f" of {rest[0]}" if kind.scope[:1] in ("V", "D", "I") else ""
        behind = f" behind {rest[1]}" if kind.scope == "D:I" else ""
        return f"{kind.noun}{of}{behind}" + (f" ({build_name(rest[-1])})" if "B" in kind.scope else "")

    def table(self, key: str) -> Table:
        """Return a table with variants as rows, however it is turned; raises Unfit where the key is not of a table."""
        found = self.blocks[key]
        if not isinstance(found, Table):
            raise Unfit(f"{key} is no table, so it has no cells")
        return found.transposed() if self.turned(key) else found

    def turned(self, key: str) -> bool:
        """Whether the person who asked for the report had this table turned."""
        found = self.blocks[key]
        kind, rows = key.partition(":")[0], found.rows if isinstance(found, Table) else ()
        return kind == "performance" and "verdict" in [row[0].text for row in rows]

    def cell(self, key: str, row: str, column: str) -> Cell | None:
        """Return a cell by the beginnings of its row and column; None where this study has none of such a kind."""
        if key not in self.blocks:
            return None
        table = self.table(key)
        at = self.column(key, column)
        found = self._row(table, row)
        return None if at is None or found is None else found[at]

    def column(self, key: str, name: str) -> int | None:
        """Return the place of a column; None where it could be there, but is not."""
        names = self.table(key).columns
        if name in self.variants:  # the beginning of one name may be another
            return next((at for at, text in enumerate(names) if _is(text, name)), None)
        at = _only(name, names)
        of_a_build = name.endswith(tuple(f", {build_name(build)}" for build in BUILDS))
        of_a_rung = name.removeprefix(AGAINST) in self.variants  # which are named is the machine's choice
        if at is None and not (of_a_build or of_a_rung or name in OPTIONAL.get(key.partition(":")[0], ())):
            raise Unfit(f"{key} has no column that begins with {name!r} alone; it has: {', '.join(names)}")
        return at

    def _row(self, table: Table, name: str) -> tuple[Cell, ...] | None:
        """Return a row. Where a variant has one per build, "variant, debug" names it, and the variant alone the headline's."""
        variant, _, build = name.partition(", ")
        if variant in self.variants:
            own = [row for row in table.rows if _is(row[0].text, variant)]
            if build or len(own) > 1:
                own = [row for row in own if row[1].text == (build or build_name(self.headline))]
            return own[0] if own else None
        names = [row[0].text for row in table.rows]
        at = _only(name, names)
        if at is None:
            why = nearest(name, names) or f"; it has: {'; '.join(names[:8])}{' …' if len(names) > 8 else ''}"
            raise Unfit(f"{table.key} has no row that begins with {name!r} alone{why}")
        return table.rows[at]


def _is(text: str, variant: str) -> bool:
    return text in (variant, variant + PEER)


def _only(beginning: str, names: Iterable[str]) -> int | None:
    """Return the place of the name that is `beginning`, or the only one that begins so; None otherwise."""
    listed = list(names)
    if listed.count(beginning) == 1:
        return listed.index(beginning)
    at = [i for i, name in enumerate(listed) if beginning and name.startswith(beginning)]
    return at[0] if len(at) == 1 else None


def shown(block: Block) -> Block:
    """Return evidence as a person wants it who places it: no longer a detail that a summary only names."""
    return replace(block, detail=False) if isinstance(block, Code | Table) else block
