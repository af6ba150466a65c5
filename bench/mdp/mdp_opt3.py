"""The graph built once, states numbered, bounds in lists.

The model is that of mdp_opt2, and so are the order and the sweep. But before the first sweep the graph is turned into a
plan: states get numbers in the order in which they are swept, bounds become two lists, and a successor is an index into
them. A sweep then hashes nothing and compares no names. States whose bounds have met leave the plan, where upstream
asks for every state in every sweep whether it is frozen.

The cost: two representations of one graph, and the numbers in the plan mean nothing to a reader.
"""

from __future__ import annotations

from bench.mdp import mdp_opt2
from bench.mdp.mdp_opt2 import CHOICE, LOSS, WIN

Step = tuple[int, bool, list[tuple[int, float]]]  # number of a state, whether it is a choice, its successors


class Battle(mdp_opt2.Battle):
    """The same battle, solved on numbered states."""

    def evaluate(self, tolerance: float = 0.15) -> float:
        """Sweep until the bounds of the initial state are within `tolerance`; return their midpoint."""
        graph = self.graph()
        number = {state: i for i, state in enumerate(graph)}
        low, high = [0.0] * len(number), [1.0] * len(number)
        low[number[WIN]], high[number[LOSS]] = 1.0, 0.0
        plan: list[Step] = [
            (number[state], state.step == CHOICE, [(number[after], probability) for after, probability in edges])
            for state, edges in graph.items()
            if edges
        ]
        while high[-1] - low[-1] > tolerance:  # the initial state is the last in topological order
            if sweep(plan, low, high):
                plan = [step for step in plan if low[step[0]] < high[step[0]]]
        return (low[-1] + high[-1]) / 2


def sweep(plan: list[Step], low: list[float], high: list[float]) -> int:
    """Move both bounds of every state in the plan, in place; return how many of them have met."""
    settled = 0
    for state, choice, edges in plan:
        if choice:
            (first, _), (second, _) = edges
            least, most = max(low[first], low[second]), max(high[first], high[second])
        else:
            least = most = 0.0
            for after, probability in edges:
                least += low[after] * probability
                most += high[after] * probability
        if least >= most:  # met, up to rounding
            least = most = (least + most) / 2
            settled += 1
        low[state], high[state] = least, most
    return settled
