"""The co-design model: the published formulas at their limits, projections of known truth, and AES-NI as its credential."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import hardware
from bench.aes._rtl_driver import Message
from bench.errors import SuiteError, UsageError
from bench.hardware import Part, Port
from bench.model import Measurement
from reporting import codesign, statistics
from reporting.codesign import COMPUTE, HOST, OVERHEAD, TERMS, TRANSFER, Inputs, project
from reporting.document import Table, Text
from reporting.evidence import Evidence
from reporting.model import candidates, credential, formulas, sweeps
from reporting.model.interfaces import CALLS, NOTHING, PRESETS, Interface, called
from reporting.model.uncertain import Range
from reporting.statistics import Interval
from reporting.words import credential as credential_words
from reporting.words import whatif as whatif_words
from tests import designs, synthetic

FREE = Interface("free", "costs nothing")
shares = st.floats(0.01, 0.99)
factors = st.floats(1.0, 1e6)
costs = st.floats(1e-9, 1e-2)
rates = st.floats(1e3, 1e12)
small = st.just(0.0) | st.floats(1e-9, 1e-4)
SMALLER = 1 - 1e-9  #: what rounding may take


def aes(**more: object) -> Inputs:
    """The prototype's case: AES, a block at a time, on an iterative core of 11 cycles at 95.9 MHz."""
    given = {"whole": (60.32e-3,), "host": (2.16e-3,), "calls": 2876.0, "sent": 2876 * 16.0, "received": 2876 * 16.0}
    core = {"cycles": 2876 * 11, "clock": (95.9e6,)}
    return Inputs("AES.encrypt", **{**given, **core, **more})  # type: ignore[arg-type]


# --- the formulas -----------------------------------------------------------------------------------------------------


@given(shares, factors)
def test_amdahl_lies_between_one_and_its_cap(share: float, factor: float) -> None:
    speedup = float(formulas.amdahl(share, factor))
    assert SMALLER <= speedup <= min(factor, 1 / (1 - share)) / SMALLER
    assert float(formulas.amdahl(share, math.inf)) == pytest.approx(1 / (1 - share))


@given(shares, factors, st.floats(0, 1e6), costs, costs, costs)
def test_accelerometer_is_amdahl_without_costs_and_falls_with_each(
    share: float, factor: float, offloads: float, overhead: float, latency: float, queue: float
) -> None:
    free = float(formulas.accelerometer_sync(share, factor, offloads, 0, 0))
    assert free == pytest.approx(float(formulas.amdahl(share, factor)))
    base = float(formulas.accelerometer_sync(share, factor, offloads, overhead, latency, queue))
    for worse in (
        formulas.accelerometer_sync(share, factor, 2 * offloads, overhead, latency, queue),
        formulas.accelerometer_sync(share, factor, offloads, 2 * overhead, latency, queue),
        formulas.accelerometer_sync(share, factor, offloads, overhead, 2 * latency, queue),
        formulas.accelerometer_sync(share, factor / 2, offloads, overhead, latency, queue),
    ):
        assert float(worse) <= base / SMALLER
    waiting = float(formulas.accelerometer_async(share, offloads, overhead, latency, queue))
    assert waiting >= base * SMALLER
    assert waiting == pytest.approx(
        float(formulas.accelerometer_sync(share, math.inf, offloads, overhead, latency, queue))
    )


def test_accelerometer_says_what_its_paper_says() -> None:
    """Sriraman and Dhanotia, section 4: AES-NI for Cache1 is estimated at 15.7 %, an encryption card for Cache3 at 8.6 %."""
    cache1 = formulas.accelerometer_sync(0.165844, 6, 298_951 / 2.0e9, 10, 3)
    cache3 = formulas.accelerometer_async(0.19154, 101_863 / 2.3e9, 0, 2530)
    assert float(cache1) == pytest.approx(1.157, abs=0.001)
    assert float(cache3) == pytest.approx(1.086, abs=0.001)


@given(costs, factors.filter(lambda a: a > 1.001), costs, costs, st.floats(0, 0.9), st.floats(1, 1e9))
def test_logca_at_its_limits(
    index: float, factor: float, overhead: float, latency: float, moved: float, size: float
) -> None:
    per_byte = moved * index * (1 - 1 / factor)
    endless = float(formulas.logca(1e18, index, factor, overhead, latency, per_byte))
    assert endless == pytest.approx(1 / (1 / factor + per_byte / index), rel=1e-3)
    even = formulas.break_even(index, factor, overhead, latency, per_byte)
    assert float(formulas.logca(even, index, factor, overhead, latency, per_byte)) == pytest.approx(1)
    larger = formulas.logca(2 * size, index, factor, overhead, latency, per_byte)
    assert float(larger) >= float(formulas.logca(size, index, factor, overhead, latency, per_byte)) * SMALLER


def test_an_accelerator_no_faster_than_moving_the_data_never_breaks_even() -> None:
    assert float(formulas.break_even(1e-9, 10, 1e-6, per_byte=1e-9)) == math.inf


def test_formulas_take_arrays() -> None:
    found = formulas.amdahl(np.array([0.5, 0.9]), np.array([[2.0], [math.inf]]))
    assert found == pytest.approx(np.array([[4 / 3, 1 / 0.55], [2.0, 10.0]]))


# --- projections ------------------------------------------------------------------------------------------------------


def test_the_prototypes_figures() -> None:
    """A cap of 27.9 whatever the core, and what is left of it over each interface, as codesign_model.py had them."""
    per_block = (60.32e-3 - 2.16e-3) / 2876
    share = 1 - 2.16 / 60.32
    gb = Range.exactly(1e9)
    mmio = Interface("mmio", "", overhead=Range.exactly(1e-7), to=gb, back=gb)
    pcie = replace(mmio, overhead=Range.exactly(1e-6))
    for interface in (FREE, mmio, pcie):
        found = project(aes(), interface)
        moved = 0.0 if interface is FREE else 32e-9
        paper = formulas.accelerometer_sync(
            share, per_block / (11 / 95.9e6), 2876 / 60.32e-3, interface.overhead.typical, moved
        )
        assert found.speedup.value == pytest.approx(float(paper))
        assert found.cap.value == pytest.approx(27.9, abs=0.05)
        assert found.binds == (HOST if interface is not pcie else OVERHEAD)
    assert project(aes(), FREE).acceleration.value == pytest.approx(176.3, abs=0.1)
    assert project(aes(), FREE).speedup.value == pytest.approx(24.2, abs=0.1)


@given(shares, st.floats(1.01, 1e4), st.integers(1, 10_000), small, small, rates)
def test_a_projection_is_accelerometers_formula(
    share: float, factor: float, calls: int, overhead: float, latency: float, rate: float
) -> None:
    """And one that does not wait is never slower, nor faster than the accelerator can work."""
    inputs = Inputs(
        "part", (1.0,), (1 - share,), calls=calls, sent=64.0 * calls, received=0.0, acceleration=Range.exactly(factor)
    )
    interface = Interface("x", "", Range.exactly(overhead), Range.exactly(latency), to=Range.exactly(rate))
    waits, goes_on = (project(inputs, each, draws=2) for each in (interface, replace(interface, synchronous=False)))
    paper = float(formulas.accelerometer_sync(share, factor, calls, overhead, latency + 64 / rate))
    assert waits.speedup.value == pytest.approx(paper)
    assert waits.seconds.value == pytest.approx(1 / paper)
    unbounded = float(formulas.accelerometer_async(share, calls, overhead, latency + 64 / rate))
    assert goes_on.speedup.value == pytest.approx(min(unbounded, factor / share))
    assert goes_on.speedup.value >= waits.speedup.value * SMALLER
    if waits.break_even_calls is not None and waits.break_even_calls.value > 0:
        there = replace(inputs, calls=waits.break_even_calls.value)
        assert project(there, interface, draws=2).speedup.value == pytest.approx(1)


def test_at_the_break_even_size_a_call_is_as_fast_as_without() -> None:
    pcie = PRESETS["pcie"]
    size = project(aes(), pcie).break_even_bytes
    assert size is not None and 0 < size.low < size.value < size.high
    curve = sweeps.granularity_curve(aes(), pcie, [size.value, 16.0, 1e9])
    assert curve.y[0].value == pytest.approx(1)
    assert curve.y[2].value > curve.y[1].value


def test_the_same_arguments_give_the_same_projection() -> None:
    inputs = aes(whole=(0.06, 0.061, 0.059), host=(0.0021, 0.0022, 0.0021), clock=(95e6, 97e6, 99e6))
    first, again = (project(inputs, PRESETS["pcie"]) for _ in range(2))
    assert first == again
    other = project(inputs, PRESETS["pcie"], seed=1)
    assert other.speedup.value == first.speedup.value and other.speedup.low != first.speedup.low


def test_one_interfaces_draws_do_not_move_what_was_measured() -> None:
    inputs = aes(whole=(0.06, 0.061, 0.059), host=(0.0021, 0.0022, 0.0021))
    caps = {project(inputs, each).cap for each in PRESETS.values()}
    assert len(caps) == 1


def test_uncertain_inputs_are_drawn_apart_from_each_other() -> None:
    inputs = aes(whole=(0.06, 0.061, 0.059), host=(0.0021, 0.0022, 0.0021), clock=(95e6, 97e6, 99e6))
    drawn = codesign.draw(inputs, PRESETS["pcie"], 10_000, statistics.SEED)
    names = ("whole", "clock", "overhead", "latency", "to", "back")
    correlated = np.corrcoef([drawn[name] for name in names]) - np.eye(len(names))
    assert np.abs(correlated).max() < 0.05


def test_intervals_hold_what_is_true_as_often_as_they_say() -> None:
    """Of 200 studies of ten processes with noise of 5 %, about 95 % must hold the true speedup and cap."""
    dice = np.random.default_rng(7)
    truth = project(Inputs("x", (1.0,), (0.2,), acceleration=Range.exactly(10.0)), FREE)
    held = {"speedup": 0, "cap": 0}
    for _ in range(200):
        block = np.exp(dice.normal(0, 0.05, 10))
        whole, host = (tuple(m * block * np.exp(dice.normal(0, 0.05, 10))) for m in (1.0, 0.2))
        found = project(Inputs("x", whole, host, acceleration=Range.exactly(10.0)), FREE, draws=1000)
        for name, count in held.items():
            interval, true = getattr(found, name), getattr(truth, name).value
            held[name] = count + (interval.low <= true <= interval.high)
    assert all(180 <= count <= 199 for count in held.values()), held


def test_a_cap_is_what_the_report_says_of_the_same_times() -> None:
    """Blocks are resampled as statistics.py does: the interval of whole over host must agree."""
    dice = np.random.default_rng(3)
    block = np.exp(dice.normal(0, 0.1, 10))
    whole, host = (tuple(m * block * np.exp(dice.normal(0, 0.02, 10))) for m in (1.0, 0.1))
    cap = project(Inputs("x", whole, host), FREE).cap
    (known,), _ = statistics.speedups([[v] for v in whole], [[[v] for v in host]])
    assert (cap.value, cap.low, cap.high) == pytest.approx((known.value, known.low, known.high), rel=0.003)


def test_every_uncertain_input_widens_the_interval() -> None:
    bare = project(aes(), FREE)
    assert bare.speedup.low == bare.speedup.value == bare.speedup.high and not bare.effects
    for change in ({"clock": (80e6, 95.9e6, 99e6)}, {"whole": (0.059, 0.061), "host": (0.002, 0.0023)}):
        found = project(aes(**change), FREE)
        assert found.speedup.low < found.speedup.value < found.speedup.high
    for name in ("overhead", "latency"):
        found = project(aes(), replace(FREE, **{name: Range(0.0, 1e-7, 1e-6)}))  # type: ignore[arg-type]
        assert found.speedup.low < found.speedup.value
        assert [effect.name for effect in found.effects] == [name]


def test_effects_are_of_one_input_at_its_ends() -> None:
    found = project(aes(), replace(FREE, overhead=Range(0.0, 1e-6, 2e-6)))
    (effect,) = found.effects
    assert effect.at_low == pytest.approx(project(aes(), FREE).speedup.value)
    assert effect.at_high == pytest.approx(project(aes(), replace(FREE, overhead=Range.exactly(2e-6))).speedup.value)


def test_what_binds_is_the_largest_term() -> None:
    slow = replace(FREE, to=Range.exactly(1e6), back=Range.exactly(1e6))
    assert project(aes(), slow).binds == TRANSFER
    crawling = project(aes(clock=(1e6,)), FREE)
    assert crawling.binds == COMPUTE and crawling.binding[COMPUTE] == 1.0
    assert set(crawling.terms) == set(TERMS)


def test_an_accelerator_that_is_too_slow_loses() -> None:
    found = project(aes(clock=(0.5e6,)), PRESETS["pcie"])
    assert found.speedup.high < 1 and found.loses == 1.0
    assert found.break_even_calls is not None and found.break_even_calls.value == 0.0
    assert found.break_even_bytes is not None and found.break_even_bytes.value == math.inf


def test_a_host_that_does_not_wait_is_bound_by_a_slow_accelerator() -> None:
    found = project(aes(clock=(1e6,)), replace(FREE, synchronous=False))
    assert found.speedup.value == pytest.approx(60.32e-3 / (2876 * 11 / 1e6))
    assert found.binds == COMPUTE and found.seconds.value == pytest.approx(2876 * 11 / 1e6)


def test_unknown_calls_leave_an_upper_bound_and_say_how_many_pay() -> None:
    inputs = Inputs("x", (1.0,), share=Interval(0.5, 0.4, 0.6), acceleration=Range.exactly(100.0))
    interface = replace(FREE, overhead=Range.exactly(1e-3))
    found = project(inputs, interface)
    assert found.terms[OVERHEAD].value == 0.0
    assert found.break_even_calls is not None and found.break_even_calls.value == pytest.approx(0.495 / 1e-3)
    assert found.break_even_bytes is None
    assert found.share.low == pytest.approx(0.4, abs=0.01) and found.share.high == pytest.approx(0.6, abs=0.01)


def test_a_share_of_all_has_no_cap() -> None:
    found = project(Inputs("x", (1.0,), share=Interval(1.0, 0.98, 1.0)), FREE)
    assert found.cap.value == math.inf and found.cap.low < 60 and not math.isnan(found.cap.low)


@pytest.mark.parametrize("wrong", [{"host": ()}, {"share": Interval(0.5, 0.4, 0.6)}, {"clock": ()}])
def test_inputs_that_say_nothing_or_two_things_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"AES\.encrypt"):
        aes(**wrong)


@pytest.mark.parametrize("ends", [(2.0, 1.0, 3.0), (-1.0, 0.0, 1.0), (1.0, 2.0, math.inf)])
def test_a_range_that_is_none_is_refused(ends: tuple[float, float, float]) -> None:
    with pytest.raises(SuiteError, match="is no range"):
        Range(*ends)


def test_ranges_are_drawn_within_their_ends_and_wide_ones_on_the_log_scale() -> None:
    drawn = Range(1e-7, 1e-6, 1e-5).draw(10_000, np.random.default_rng(1))
    assert drawn.min() >= 1e-7 and drawn.max() <= 1e-5
    assert np.median(drawn) == pytest.approx(1e-6, rel=0.05)


# --- what moves while the accelerator works ---------------------------------------------------------------------------

STREAMED = replace(FREE, to=Range.exactly(1e9), back=Range.exactly(1e9), overlap=Range.exactly(1.0))
SERIAL = replace(STREAMED, overlap=NOTHING)


def streaming(**more: object) -> Inputs:
    """One message of 4.6 MB, a block of 16 bytes in each cycle of 100 MHz: 2.9 ms of work, 4.6 ms for each direction."""
    given = {
        "sent": 4.6e6,
        "received": 4.6e6,
        "calls": 1.0,
        "cycles": 287_500,
        "clock": (100e6,),
        "width": (16.0, 16.0),
    }
    return aes(**{"grain": 16.0, **given, **more})


def moved(inputs: Inputs, interface: Interface) -> float:
    found = project(inputs, interface, draws=2)
    return found.terms[TRANSFER].value + found.terms[COMPUTE].value


def test_a_design_that_streams_takes_between_its_largest_part_and_the_sum() -> None:
    work = 287_500 / 100e6
    assert moved(streaming(), SERIAL) == pytest.approx(9.2e-3 + work)
    assert moved(streaming(), STREAMED) == pytest.approx(9.2e-3)
    duplex = replace(STREAMED, duplex=True)
    assert moved(streaming(), duplex) == pytest.approx(4.6e-3)
    assert moved(streaming(cycles=2_875_000), duplex) == pytest.approx(10 * work)  # and now its work is the largest
    assert moved(streaming(), replace(duplex, overlap=NOTHING)) == pytest.approx(9.2e-3 + work)
    half = moved(streaming(), replace(duplex, overlap=Range.exactly(0.5)))
    assert 4.6e-3 < half < 9.2e-3 + work


def test_what_is_not_known_of_the_overlap_is_in_the_interval_and_named() -> None:
    found = project(streaming(), replace(STREAMED, overlap=PRESETS["dma"].overlap))
    assert found.speedup.low < found.speedup.value < found.speedup.high
    assert [effect.name for effect in found.effects] == ["overlap"]


def test_a_design_that_does_not_stream_hides_the_words_on_its_bus_only() -> None:
    """They are among its cycles and moved by the interface: 4.6 MB at 16 bytes a cycle, each way."""
    inputs = streaming(grain=0.0, cycles=10_000_000)
    assert moved(inputs, SERIAL) - moved(inputs, STREAMED) == pytest.approx(2 * 4.6e6 / 16 / 100e6)
    assert moved(inputs, replace(STREAMED, duplex=True)) == moved(inputs, STREAMED)
    assert moved(replace(inputs, width=None), STREAMED) == moved(inputs, SERIAL)


def test_no_interface_is_faster_than_the_bus_of_the_design() -> None:
    fast = replace(SERIAL, to=Range.exactly(64e9), back=Range.exactly(64e9))
    assert project(streaming(), fast).terms[TRANSFER].value == pytest.approx(2 * 4.6e6 / 1.6e9)
    assert project(streaming(width=None), fast).terms[TRANSFER].value == pytest.approx(2 * 4.6e6 / 64e9)
    assert project(streaming(), FREE).terms[TRANSFER].value == 0.0  # operands in registers: the bus's words are cycles


def test_a_host_that_does_not_wait_hides_nothing_twice() -> None:
    goes_on = replace(STREAMED, synchronous=False)
    assert project(streaming(), goes_on).speedup == project(streaming(), replace(goes_on, overlap=NOTHING)).speedup


def test_a_result_says_how_wide_its_bus_is_and_whether_it_streams() -> None:
    ports = (Port("in_valid", "in", 1), Port("in_data", "in", 128), Port("out_data", "out", 32))
    inputs = candidates.from_result(designs.result(grain=16, parts=(Part("", ports), Part("x", ()))))
    assert inputs.width == (16.0, 4.0) and inputs.streams and inputs.drives
    plain = candidates.from_result(designs.result())
    assert plain.width is None and not plain.streams


# --- from which size on -----------------------------------------------------------------------------------------------


def whole_messages(**more: object) -> Inputs:
    """A design that drives its own calls: two messages of 23,008 bytes, 48 more with each, over a core of 128 bits."""
    given = {"calls": 2.0, "sent": 2 * (23_008 + 48.0), "received": 2 * 23_008.0, "cycles": 31_636, "drives": True}
    return aes(**{"grain": 16.0, "fixed": 48.0, "width": (16.0, 16.0), **given, **more})


@given(st.floats(1e-9, 1e-6), st.floats(1.01, 1e4), costs, small, rates)
def test_where_nothing_overlaps_a_call_is_logcas(
    index: float, factor: float, overhead: float, latency: float, rate: float
) -> None:
    """C, A, o and L as the paper has them: 64 calls of 1,000 bytes each replace all of an iteration but 1 %."""
    work = 64_000 * index
    inputs = Inputs(
        "x", (work / 0.99,), (work / 99,), calls=64.0, sent=64_000.0, received=0.0, acceleration=Range.exactly(factor)
    )
    interface = Interface("x", "", Range.exactly(overhead), Range.exactly(latency), to=Range.exactly(rate))
    curve = sweeps.granularity_curve(inputs, interface, [16.0, 1e6], draws=2)
    paper = formulas.logca(np.array([16.0, 1e6]), index, factor, overhead, latency, 1 / rate)
    assert [point.value for point in curve.y] == pytest.approx(list(paper))
    even = project(inputs, interface, draws=2).break_even_bytes
    assert even is not None
    known = float(formulas.break_even(index, factor, overhead, latency, 1 / rate))
    assert even.value == pytest.approx(known, rel=1e-3) if known < 1e9 else even.value > 1e8


def test_the_hosts_part_and_the_fixed_bytes_are_constants_of_a_call() -> None:
    """A host of 10 ms per call replaces 60.32 ms for 46,016 bytes: it takes some 15 kB until a call has earned that."""
    inputs, interface = whole_messages(host=(20e-3,)), PRESETS["dma"]
    found = project(inputs, interface)
    size = found.break_even_bytes
    assert size is not None and 10e-3 / (60.32e-3 / 46_016) < size.value < 10e-3 / (60.32e-3 / 46_016) * 1.2
    curve = sweeps.granularity_curve(inputs, interface, [size.value, 23_008.0])
    assert curve.y[0].value == pytest.approx(1)
    assert curve.y[1].value == pytest.approx(
        found.speedup.value
    )  # of the calls that there are, it is what was projected
    calls = found.break_even_calls
    assert calls is not None
    more = inputs.divided(calls.value)
    assert more.host[0] == pytest.approx(10e-3 * calls.value) and more.sent == pytest.approx(46_016 + 48 * calls.value)
    assert project(more, interface).speedup.value == pytest.approx(1)


@given(
    st.floats(1e-6, 20e-3), st.integers(1, 20), st.sampled_from([0.0, 48.0, 200.0]), st.floats(5e7, 5e8),
    st.sampled_from(list(PRESETS)), st.booleans(),
)  # fmt: skip
def test_at_the_break_even_calls_it_is_as_fast_as_without(
    host: float, calls: int, fixed: float, clock: float, name: str, synchronous: bool
) -> None:
    """Whatever moves beside what, per call or per byte: the same work in so many calls takes what the baseline takes."""
    interface = replace(PRESETS[name], synchronous=synchronous)
    inputs = whole_messages(
        host=(host,), calls=float(calls), fixed=fixed, sent=46_016 + calls * fixed, received=46_016.0, clock=(clock,)
    )
    even = project(inputs, interface, draws=2).break_even_calls
    assert even is not None
    if math.isinf(even.value):  # it pays even in calls of one grain each
        assert project(inputs.divided(inputs.most_calls), interface, draws=2).speedup.value >= SMALLER
    elif even.value:
        assert even.value <= inputs.most_calls
        assert project(inputs.divided(even.value), interface, draws=2).speedup.value == pytest.approx(1)
    else:
        assert project(inputs.divided(1e-6), interface, draws=2).speedup.value <= 1 / SMALLER


def test_there_are_no_more_calls_than_of_one_grain_each() -> None:
    """46,016 bytes in grains of 16 are 2,876 calls at most, whatever a cheap call would allow."""
    inputs = whole_messages(host=(6e-6,))
    assert inputs.most_calls == 2876
    found = project(inputs, PRESETS["mmio"])
    assert found.break_even_calls == Interval(math.inf, math.inf, math.inf)
    (shown,) = [row for row in whatif_words.facts(found).rows if row[0].text == "break-even calls"]
    assert shown[1].text == "none" and shown[2].text == "it pays even in 2,876 of 16 bytes, the most there can be"
    some = project(inputs, replace(PRESETS["dma"], overhead=Range(1e-6, 2e-6, 50e-6)))
    assert some.break_even_calls is not None and some.break_even_calls.low < 2876
    (shown,) = [row for row in whatif_words.facts(some).rows if row[0].text == "break-even calls"]
    assert "the most there can be; where costs are high, not from " in shown[2].text


def test_dividing_the_work_moves_what_each_call_costs_and_nothing_else() -> None:
    inputs = whole_messages(host=(6e-6,))
    more = inputs.divided(20.0)
    assert (more.host, more.received, more.payload) == ((6e-5,), inputs.received, inputs.payload)
    assert more.sent == 46_016 + 20 * 48
    assert more.cycles == pytest.approx(inputs.cycles * more.sent / inputs.sent)  # type: ignore[operator]
    assert aes(sent=None, received=None).divided(5.0) == aes(sent=None, received=None, calls=5.0)


# --- what a host pays per byte, and among the times of another session ------------------------------------------------


def test_a_cost_per_byte_is_the_hosts_and_grows_with_all_that_moves() -> None:
    per_byte = replace(FREE, per_byte=Range.exactly(1e-9))
    found = project(whole_messages(), per_byte)
    assert found.terms[OVERHEAD].value == pytest.approx((46_112 + 46_016) * 1e-9) and not per_byte.free
    coherent, flushed = (project(whole_messages(), PRESETS[name]) for name in ("dma", "dma-flush"))
    cost = PRESETS["dma-flush"].per_byte
    assert PRESETS["dma"].per_byte == NOTHING and cost.typical == pytest.approx(84e-9 / 64, rel=0.02)
    assert flushed.seconds.value - coherent.seconds.value == pytest.approx((46_112 + 46_016) * cost.typical)
    assert "per_byte" in {effect.name for effect in flushed.effects}
    # an engine that only just moves the data in time never pays once the host pays for the bytes too
    slow = aes(host=(1e-3,))
    assert project(slow, replace(FREE, overhead=Range.exactly(1e-6))).break_even_bytes is not None
    dear = project(slow, replace(FREE, overhead=Range.exactly(1e-6), per_byte=Range.exactly(1e-6)))
    assert dear.break_even_bytes is not None and dear.break_even_bytes.value == math.inf


def test_what_two_sessions_differ_by_moves_the_hosts_part_only() -> None:
    inputs = whole_messages(host=(6e-3,))
    alone, other = project(inputs, FREE), project(inputs, FREE, session=Interval(1.0, 0.5, 1.0))
    assert (other.speedup, other.seconds) == (alone.speedup, alone.seconds)
    assert alone.beside == alone.seconds and alone.host == alone.terms[HOST]
    assert other.beside.value == other.seconds.value == other.beside.high
    assert other.beside.low == pytest.approx(alone.seconds.value - 3e-3, rel=0.03)
    assert other.host.low == pytest.approx(3e-3) and other.host.high == pytest.approx(6e-3)


def test_no_call_pays_from_less_than_there_can_be() -> None:
    found = project(whole_messages(host=(2e-6,)), PRESETS["mmio"])
    assert found.break_even_bytes == Interval(16.0, 16.0, 16.0)
    shown = {row[0].text: row[1].text for row in whatif_words.facts(found).rows}
    assert shown["break-even size"] == "16 bytes, the fewest there can be"
    never = project(whole_messages(host=(61e-3,), clock=(1e5,)), PRESETS["mmio"])
    assert whatif_words.least_size(never) == "never pays"


def test_work_that_does_not_grow_with_its_bytes_has_no_break_even() -> None:
    inputs = whole_messages(grain=0.0, fixed=0.0)
    found = project(inputs, PRESETS["dma"])
    assert found.break_even_bytes is None and found.break_even_calls is None
    with pytest.raises(SuiteError, match="does not grow"):
        sweeps.granularity_curve(inputs, PRESETS["dma"], [16.0])


# --- sweeps -----------------------------------------------------------------------------------------------------------


def test_an_amdahl_curve_ends_at_the_cap() -> None:
    curve = sweeps.amdahl_curve(Interval(0.9, 0.8, 0.95), [1.0, 10.0, math.inf])
    assert curve.y[0] == Interval(1.0, 1.0, 1.0)
    assert (curve.y[2].value, curve.y[2].low, curve.y[2].high) == pytest.approx((10.0, 5.0, 20.0))


def test_sweeps_are_projections() -> None:
    found = sweeps.acceleration_sweep(aes(), PRESETS["mmio"], (2.0, math.inf))
    assert [p.acceleration.value for p in found] == [2.0, math.inf]
    assert found[0].speedup.value < found[1].speedup.value
    assert [p.interface.name for p in sweeps.interface_sweep(aes())] == list(PRESETS)


def test_a_granularity_curve_needs_bytes() -> None:
    with pytest.raises(SuiteError, match="how many bytes"):
        sweeps.granularity_curve(aes(sent=None), FREE, [1.0])


def test_pareto_keeps_what_nothing_beats() -> None:
    points = [((1.0,), 1.0), ((2.0,), 3.0), ((2.0,), 2.0), ((3.0,), 3.0), ((4.0,), 9.0), ((1.0,), 1.0)]
    assert sweeps.pareto(points) == (True, True, False, False, True, True)


def test_pareto_is_over_all_that_a_point_costs() -> None:
    few_tables, few_memories, neither = ((900.0, 80.0), 5.0), ((4000.0, 0.0), 4.0), ((4000.0, 80.0), 4.0)
    assert sweeps.pareto([few_tables, few_memories, neither]) == (True, True, False)


# --- interfaces -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda each: each.name)
def test_every_figure_of_a_preset_has_a_source(preset: Interface) -> None:
    for field in ("overhead", "latency", "to", "back", "per_byte"):
        assert preset.sources[field], field
    assert preset.overlap == NOTHING or preset.sources["overlap"]
    assert preset.call == NOTHING


def test_a_python_call_is_added_where_it_is_asked_for() -> None:
    with_call = called(PRESETS["isa"], "ctypes")
    assert with_call.call == CALLS["ctypes"][0]
    assert project(aes(), with_call).terms[OVERHEAD].value == pytest.approx(2876 * 350e-9)
    with pytest.raises(UsageError, match="telepathy"):
        called(PRESETS["isa"], "telepathy")


# --- from a hardware study --------------------------------------------------------------------------------------------


def test_a_result_becomes_inputs() -> None:
    inputs = candidates.from_result(designs.result())
    assert inputs.clock == (95e6, 96e6, 98e6) and inputs.calls == 2876
    found = project(inputs, FREE)
    assert found.terms[COMPUTE].value == pytest.approx(31_636 / 96e6)
    assert found.share.value == pytest.approx(1 - 0.00215 / 0.0605)


@pytest.mark.parametrize(
    ("lacking", "stage"), [({"host": ()}, "host"), ({"cycles": 0}, "simulate"), ({"clocks": {}}, "place")]
)
def test_a_result_that_lacks_a_stage_says_which_and_what_to_run(lacking: dict[str, object], stage: str) -> None:
    missing = {stage: ("no tool", "nox -s hardware")}
    with pytest.raises(SuiteError, match=f"{stage}: no tool") as caught:
        candidates.from_result(designs.result(**lacking, missing=missing))
    assert "nox -s hardware" in caught.value.hint


@pytest.mark.parametrize("design", hardware.designs("aes").values(), ids=lambda design: design.name)
def test_the_grain_and_the_fixed_bytes_of_aes_are_what_its_driver_sends(design: hardware.Design) -> None:
    if design.replaces == "AES.encrypt":
        assert (design.grain, design.fixed) == (0, 0)
        return
    shortest, longer = (Message(int(design.parameters["bus"]), bytes(16), 0, bytes(size)).sent for size in (16, 1600))
    assert design.grain == 16 and design.fixed == shortest - 16 == longer - 1600


# --- the credential ---------------------------------------------------------------------------------------------------


SIZES = {"16 B": 16, "23 kB": 23_000, "1 MiB": 1 << 20}


def series(
    call: float, block: float, beyond: float, of_limit: float, sizes: dict[str, int] | None = None
) -> list[Measurement]:
    """Three processes of some sizes: a call, rounds of `block` seconds each, and `beyond` seconds per byte for memory."""
    made: list[Measurement] = []
    for point, size in (sizes or SIZES).items():
        blocks = -(-size // 16)
        rounds, limit = blocks * (block if size > 16 else 1.2e-9), blocks * of_limit if size > 16 else 1.2e-9
        seconds = tuple(noise * (call + rounds + beyond * size) for noise in (0.999, 1.0, 1.001))
        detail = {"point": point, "amount": float(size), "unit": "byte", "title": "", "summary": ""}
        made.append(Measurement("series", "release", f"series: {point}", "s", seconds, "clock", detail=detail))
        share = tuple(limit / value for value in seconds)
        made.append(Measurement("series", "release", f"share of the limit: {point}", "", share, "clock"))
    return made


def studied(**block: float) -> Evidence:
    """A study whose call, memory and rounds are known; block: seconds of a variant's block."""
    found = synthetic.evidence()
    drop = [m.metric for run in found.runs for m in run.measurements if m.collector == "series"]
    for name in (*credential.SIBLINGS, *credential.PEERS):
        call = 2.9e-6 if name in credential.PEERS else 2.5e-7
        made = series(call, block.get(name, 1.2e-9), 7e-12, of_limit=0.6e-9)
        found = synthetic.changed(found, name, *made, drop=drop)
    return found


def test_what_follows_the_model_is_predicted_from_its_sibling_alone() -> None:
    found = credential.read(studied(pyaes_aesni=1.2e-9, pyaes_vaes=0.6e-9))
    assert {(p.variant, p.point) for p in found} == {
        (name, point) for name in (*credential.SIBLINGS, *credential.PEERS) for point in ("16 B", "23 kB", "1 MiB")
    }
    for each in found:
        assert abs(each.error) < 0.02, each
        assert each.predicted.low <= each.predicted.value <= each.predicted.high
    large = next(p for p in found if (p.variant, p.point) == ("pyaes_aesni", "1 MiB"))
    assert large.error_without_memory == pytest.approx(-0.085, abs=0.01)  # what memory takes of it


def test_a_variant_slower_than_its_accelerator_is_not_predicted_from_itself() -> None:
    """Twice the physical rounds: the prediction must miss, since nothing of the predicted variant is in it."""
    found = credential.read(studied(pyaes_aesni=2.4e-9, pyaes_vaes=0.6e-9))
    large = next(p for p in found if (p.variant, p.point) == ("pyaes_aesni", "1 MiB"))
    assert large.error < -0.4
    worst = credential.worst(credential.testing(found))
    assert worst is not None and worst.variant in credential.SIBLINGS


def test_no_credential_without_aes_instructions_or_series() -> None:
    assert credential.read(replace(synthetic.evidence(), runs=synthetic.evidence().runs[:3], series_peers=())) == ()
    assert credential_words.blocks(replace(synthetic.evidence(), runs=synthetic.evidence().runs[:3])) == []


def test_the_words_say_how_far_it_is_off_and_warn_beyond_the_aim() -> None:
    close = credential_words.blocks(studied(pyaes_aesni=1.2e-9, pyaes_vaes=0.6e-9))
    far = credential_words.blocks(studied(pyaes_aesni=2.4e-9, pyaes_vaes=0.6e-9))
    assert [(block.style, "aimed at" in block.text) for block in (close[0], far[0]) if isinstance(block, Text)] == [
        ("", False),
        ("warning", True),
    ]
    tables = [block for block in close if isinstance(block, Table)]
    assert [table.key for table in tables] == ["credential-farthest", "credential", "credential-terms"]
    assert [len(table.rows) for table in tables] == [4, 9, 6]
    said = close[0].text if isinstance(close[0], Text) else ""
    assert "same model" not in said and "What an interface or a driver costs is not tested" in said
    assert "For 16 B the prediction is the sibling's time, and tests nothing." in said
    assert "the prediction is closer for 4." in said  # both other sizes of both


def test_where_the_prediction_is_the_siblings_time_it_tests_nothing_and_is_marked() -> None:
    study = studied(pyaes_aesni=1.2e-9, pyaes_vaes=0.6e-9)
    found = credential.read(study)
    of_sibling = [p for p in found if p.sibling]
    assert {p.point for p in of_sibling if not p.tests} == {"16 B"}
    assert all(p.tests and p.null_error is None for p in found if not p.sibling)
    large = next(p for p in found if (p.variant, p.point) == ("pyaes_aesni", "1 MiB"))
    assert large.null_error == pytest.approx(large.copied / large.measured.value - 1 if large.copied else 0)
    assert large.null_error is not None and abs(large.null_error) > 0.3 > abs(large.error)
    worst = credential.worst(credential.testing(found))
    assert worst is not None and worst.tests
    assert credential.testing(tuple(p for p in found if p.point == "16 B")) == ()
    marked = {row[-1].text for row in credential_words.table(found).rows if row[1].text == "16 B"}
    assert marked == {"pyaes_vaes, its time as it is", "pyaes_aesni, its time as it is", "its other sizes"}


def test_what_is_larger_than_the_model_is_claimed_for_is_shown_and_counts_for_nothing() -> None:
    """At 64 MiB everything takes ten times as long as the model has it: a miss, that no sentence and no line rests on."""
    study = studied(pyaes_aesni=1.2e-9, pyaes_vaes=0.6e-9)
    plain = credential.read(study)
    for name in (*credential.SIBLINGS, *credential.PEERS):
        beyond = 7e-10 if name == "pyaes_aesni" else 7e-11
        large = series(2.5e-7, 1.2e-9, beyond, of_limit=0.6e-9, sizes={"64 MiB": 1 << 26})
        run = next(r for r in (*study.runs, *study.series_peers) if r.name == name)
        kept = [m for m in run.measurements if m.collector == "series"]
        study = synthetic.changed(study, name, *kept, *large)
    found = credential.read(study)
    outside = [p for p in found if not p.claimed]
    assert {p.point for p in outside} == {"64 MiB"} and any(abs(p.error) > 0.5 for p in outside)
    assert [p for p in found if p.claimed] == list(plain), "what is claimed does not know of what is not"
    words = credential_words.blocks(study)
    assert isinstance(words[0], Text) and words[0].style == "" and "64 MiB" not in words[0].text
    far, table, *_ = (block for block in words if isinstance(block, Table))
    assert {row[1].text for row in table.rows if row[2].text.startswith("no")} == {"64 MiB"}
    assert ["64 MiB" in row[1].text for row in far.rows] == [False, True, False, True]


def test_the_error_of_a_prediction_has_its_processes_and_an_interval() -> None:
    found = credential.read(studied(pyaes_aesni=1.2e-9, pyaes_vaes=0.6e-9))
    for each in found:
        assert each.off.low < each.error < each.off.high and each.processes == 3
        assert each.error == pytest.approx(each.predicted.value / each.measured.value - 1)
    far, table, _ = (b for b in credential_words.blocks(studied(pyaes_vaes=0.6e-9)) if isinstance(b, Table))
    worst = credential.worst(credential.testing(found))
    assert worst is not None and far.rows[0][2].text == credential_words.change(worst.off)
    assert {row[table.columns.index("processes")].text for row in table.rows} == {"3"}
    assert far.rows[1][1].missing, "a study without larger messages has a dash there"


def test_memory_that_is_only_rounding_is_none() -> None:
    for seed in range(50):
        dice = np.random.default_rng(seed)
        smallest, block = dice.uniform(1e-7, 1e-6), dice.uniform(1e-9, 1e-8)
        arms = tuple(np.asarray(each) for each in (smallest, block, smallest, block))
        assert credential._terms(arms, 1, wide=False)[credential.MEMORY] == 0.0
