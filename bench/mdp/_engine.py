"""The engine in Amaranth: rows of a Markov decision process, carried out by lanes that read one edge a cycle each.

Nothing of a model is built in: program, weights, constants and settings come over the bus, and the bounds of the
initial state go back. What comes are packets (_shape.py). The one with the program is the last: sweeps start with it, and
the first one waits for words that are not there yet. Lower bound, upper bound and sweeps are the answer.

What happens to an edge, in cycles since its address is known: 1 a block of the program memory answers; 2 to a register;
3 the edge is known; 4 to 6 the same for its value and its weight; 7 to 9 the product, by parts; 10 the sum or the best so
far; 11 the result; 12 the result is on its bus. The value memories take it at the end of that cycle, and are asked for an
edge's value in its cycle 3: so an edge ten cycles later, _shape.LATENCY, is the first that reads it. There is no
interlock, the schedule sees to it; a program that waits while it comes in only lets edges be further apart.

Here the parts are joined. What starts and steps them is in _control.py, the memories in _memories.py, the arithmetic of a
lane in _lanes.py, where results go in _results.py; when what happens, in _schedule.py; what it means, in _rows.py.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from bench.mdp._control import Loader, Sequencer
from bench.mdp._lanes import Arithmetic
from bench.mdp._memories import ProgramMemory, ValueBanks, WeightTable
from bench.mdp._results import Answer, Monitor, WriteBack
from bench.mdp._shape import Shape


class Engine(wiring.Component):  # type: ignore[misc]
    """The whole engine behind a bus of `bus` bits with valid and ready in both directions."""

    def __init__(self, shape: Shape, bus: int = 32) -> None:
        self.shape, self.bus = shape, bus
        super().__init__(
            {
                "in_data": In(bus),
                "in_valid": In(1),
                "in_ready": Out(1),
                "out_data": Out(bus),
                "out_valid": Out(1),
                "out_ready": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m, shape = Module(), self.shape
        m.submodules.loader = loader = Loader(shape, self.bus)
        m.submodules.sequencer = sequencer = Sequencer(shape)
        m.submodules.program_memory = program = ProgramMemory(shape, self.bus, loader.bits)
        m.submodules.weight_table = weights = WeightTable(shape, self.bus, loader.bits)
        m.submodules.value_banks = values = ValueBanks(shape)
        m.submodules.arithmetic = arithmetic = Arithmetic(shape)
        m.submodules.write_back = write_back = WriteBack(shape, self.bus, loader.bits)
        m.submodules.monitor = monitor = Monitor(shape)
        m.submodules.answer = answer = Answer(shape, self.bus)
        pairs = [(loader.in_data, self.in_data), (loader.in_valid, self.in_valid), (self.in_ready, loader.in_ready)]
        pairs += [(self.out_data, answer.out_data), (self.out_valid, answer.out_valid)]
        pairs += [(answer.out_ready, self.out_ready)]
        pairs += [(loader.busy, sequencer.busy | answer.out_valid), (sequencer.loaded, loader.loaded)]
        pairs += [(part.word, loader.word) for part in (program, weights, write_back)]
        pairs += [(part.address, loader.address) for part in (program, weights, write_back)]
        pairs += [(program.load, loader.to_program), (weights.load, loader.to_weights), (write_back.fill, loader.fill)]
        pairs += [(write_back.to_lower, loader.to_lower), (write_back.to_upper, loader.to_upper)]
        pairs += [(part.start, loader.start) for part in (sequencer, write_back, monitor)]
        pairs += [(sequencer.settings, loader.settings), (write_back.base, loader.settings.base)]
        pairs += [(monitor.root, loader.settings.root), (monitor.within, loader.settings.within)]
        pairs += [(sequencer.met, monitor.met), (program.cycle, sequencer.cycle), (program.running, sequencer.running)]
        pairs += [(part.edges, program.edges) for part in (weights, values, arithmetic)]
        pairs += [(arithmetic.operands, values.operands), (arithmetic.weights, weights.weights)]
        pairs += [(write_back.results, arithmetic.results), (write_back.again, sequencer.again)]
        pairs += [(write_back.age, sequencer.age), (values.buses, write_back.buses), (monitor.buses, write_back.buses)]
        pairs += [(answer.done, sequencer.done), (answer.lower, monitor.lower), (answer.upper, monitor.upper)]
        pairs += [(answer.sweeps, sequencer.sweeps)]
        m.d.comb += [target.eq(source) for target, source in pairs]
        return m
