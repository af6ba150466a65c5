"""The interpreter tax: every real symbol has its kind, debug checks stay apart, and what has no name is said."""

from __future__ import annotations

from collections import Counter

import pytest

from reporting.measures import cpython_symbols as symbols
from reporting.measures import interpreter
from reporting.measures.cpython_symbols import kind, kind_of_leaf
from reporting.measures.interpreter import SMALL, collapsed, drawable, drawn_kind

LOOP = symbols.LOOP
#: Real symbols of CPython 3.10 to 3.13, static ones and compilers' suffixes included.
KINDS = {
    symbols.DISPATCH: "_PyEval_EvalFrameDefault _PyEval_EvalFrameDefault.cold _Py_Specialize_BinarySubscr _PyEval_SliceIndex",
    symbols.CALLS: "_PyEval_Vector _PyEval_EvalFrame _PyFunction_Vectorcall function_code_fastcall _PyObject_MakeTpCall "
    "_PyObject_VectorcallTstate PyObject_Call do_call_core call_function method_vectorcall cfunction_vectorcall_O type_call "
    "cfunction_vectorcall_FASTCALL_KEYWORDS slot_tp_call initialize_locals _PyEvalFramePushAndInit _PyFrame_ClearExceptCode "
    "_PyEvalFrameClearAndPop _PyThreadState_PushFrame gen_iternext gen_send_ex2 _Py_CheckFunctionResult vgetargskeywords "
    "_PyErr_SetObject PyErr_Occurred PyTraceBack_Here _PyArg_UnpackKeywords take_gil vectorcall_maybe wrapper_call",
    symbols.OPERATORS: "binary_op1 binary_iop1 PyNumber_Xor PyNumber_InPlaceAdd PyObject_RichCompare do_richcompare slot_nb_add "
    "PyObject_GetItem PyObject_IsTrue PyType_IsSubtype object_isinstance lookup_maybe_method PySequence_Fast _PyNumber_Index",
    symbols.MEMORY: "Py_DECREF Py_XDECREF _Py_DECREF_SPECIALIZED Py_INCREF _Py_Dealloc _Py_NewReference tupledealloc list_dealloc "
    "subtype_dealloc pymalloc_alloc pymalloc_free arena_map_get address_in_range _PyObject_Malloc PyObject_Free PyMem_Malloc "
    "_PyObject_GC_New gc_alloc _PyObject_GC_NewVar PyType_GenericAlloc free_keys_object maybe_freelist_push _PyTrash_begin "
    "_PyFloat_ExactDealloc tuple_alloc PyObject_GC_Del mi_malloc _mi_page_malloc _PyObject_MiMalloc",
    symbols.INTEGERS: "long_bitwise long_add _PyLong_Add x_add k_mul get_small_int maybe_small_long medium_value long_rshift1 "
    "l_mod fast_mod PyLong_FromLong _PyLong_FromSTwoDigits v_complement divmod_shift PyBool_FromLong long_hash x_divrem",
    symbols.FLOATS: "float_add float_mul float_richcompare PyFloat_FromDouble _Py_dg_dtoa PyOS_double_to_string float_pow math_1",
    symbols.ATTRIBUTES: "_PyObject_GenericGetAttrWithDict PyObject_GetAttr _PyType_Lookup _Py_dict_lookup insertdict "
    "unicodekeys_lookup_unicode lookdict_unicode_nodummy PyDict_SetItem dict_subscript _PyObject_GetMethod dictresize "
    "find_name_in_mro slot_tp_getattr_hook property_descr_get method_get set_add_entry unicode_hash PyObject_Hash tuplehash "
    "super_getattro type_getattro _PyObject_GetInstanceAttribute _PyObject_ManagedDictPointer siphash13",
    symbols.SEQUENCES: "list_append PyList_SET_ITEM PyTuple_GetItem listiter_next rangeiter_next zip_next enum_next bytes_join "
    "_PyBytes_FromList PyUnicode_New unicode_compare stringlib_bytes_join ucs1lib_fastsearch bytearray_subscript PyIter_Next "
    "unpack_iterable builtin_sum_impl binarysort merge_lo PyObject_GetIter memory_subscript tupleiter_next striter_next",
    symbols.GC: "gc_collect_main visit_decref visit_reachable update_refs subtract_refs dict_traverse tupletraverse "
    "deduce_unreachable _PyObject_GC_TRACK PyObject_GC_UnTrack _PyObject_GC_Link untrack_tuples move_unreachable",
    symbols.DEBUG: "_PyMem_DebugCheckAddress _PyMem_DebugRawAlloc _PyMem_DebugCheckGIL read_size_t write_size_t bumpserialno "
    "_PyUnicode_CheckConsistency _PyDict_CheckConsistency _PyBytesWriter_CheckConsistency _Py_CheckSlotResult validate_list "
    "_Py_NegativeRefcount PyGILState_Check _PyObject_IsFreed _PyMem_IsPtrFreed _Py_IncRefTotal _Py_DECREF_DecRefTotal",
    symbols.LIBRARY: "sre_ucs1_match s_pack_internal save_unicode _Pickler_Write mpd_qdiv scanner_call "
    "PyArray_FromBuffer|(_multiarray_umath.cpython-311-x86_64-linux-gnu.so) EVP_EncryptUpdate|(libcrypto.so.3) "
    "math_sin|(math.cpython-310-x86_64-linux-gnu.so) [unknown]|(libssl.so.3) __cxa_throw|(libstdc++.so.6)",
    symbols.C_LIBRARY: "__memset_avx512_unaligned_erms|(libc.so.6) _int_malloc|(libc.so.6) memset@plt pthread_getspecific@plt "
    "__ieee754_pow_fma|(libm.so.6) _dl_fixup|(ld-linux-x86-64.so.2) malloc|(libc-2.31.so) x|(libpthread.so.0) memcpy",
    symbols.KERNEL: "do_syscall_64|([kernel]) [kernel] [vdso] __vdso_clock_gettime|([vdso])",
    symbols.JIT: "[JIT]",
    symbols.UNCLASSIFIED: "[unknown] [unknown]|([unknown]) [unknown]|(python3.11) simple_stmt_rule compiler_visit_expr1 no_such_name "
    "validate_stmt",
}  # fmt: skip
CASES = [(name.replace("|", " "), expected) for expected, names in KINDS.items() for name in names.split()]


@pytest.mark.parametrize(("name", "expected"), CASES, ids=[name for name, _ in CASES])
def test_real_symbols_have_their_kind(name: str, expected: str) -> None:
    assert kind(name) == expected


@pytest.mark.parametrize(
    "suffix", [".isra.0", ".part.0", ".constprop.1", ".cold", ".lto_priv.0", ".constprop.0.isra.0"]
)
def test_what_compilers_append_changes_nothing(suffix: str) -> None:
    assert kind(f"list_dealloc{suffix}") == symbols.MEMORY


def test_hostile_names_are_unclassified_at_worst() -> None:
    for name in ("", " ", "(", ")", " ()", "x (", "a (b) (c)", "<script>", "long_add\n", "x" * 10_000):
        assert kind(name) in (symbols.UNCLASSIFIED, symbols.LIBRARY)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("list_append;_PyMem_DebugRawAlloc;memset@plt", symbols.DEBUG),
        ("PyObject_Free;_PyMem_DebugRawFree;__memset_avx2 (libc.so.6)", symbols.DEBUG),
        ("_PyMem_DebugCheckGIL;PyGILState_Check;PyThread_tss_get;pthread_getspecific (libc.so.6)", symbols.DEBUG),
        (
            "_PyMem_DebugRawAlloc;_PyObject_Malloc;pymalloc_alloc",
            symbols.MEMORY,
        ),  # the real allocator, through the wrapper
        ("bytes_join;__memmove_avx2 (libc.so.6)", symbols.C_LIBRARY),
        ("take_gil;pthread_cond_timedwait (libc.so.6)", symbols.C_LIBRARY),
    ],
)
def test_what_a_check_does_through_others_is_the_checks(stack: str, expected: str) -> None:
    assert kind_of_leaf(f"{LOOP};{stack}") == expected


def test_shares_add_up_and_debug_checks_are_not_tax() -> None:
    stacks = Counter({
        LOOP: 20, f"{LOOP};Py_DECREF": 10, f"{LOOP};PyNumber_Add;long_add": 30, f"{LOOP};validate_list": 25,
        f"{LOOP};no_such_name": 15,
    })  # fmt: skip
    found = interpreter.tax(stacks)
    assert found.samples == 100
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1)
    assert found.shares[symbols.UNCLASSIFIED].value == pytest.approx(0.15)
    assert found.tax.value == pytest.approx(0.30)
    assert found.without_checks is not None and found.without_checks.value == pytest.approx(30 / 75)
    assert found.tax.low < found.tax.value < found.tax.high


def test_nothing_but_checks_leaves_no_tax_to_state() -> None:
    assert interpreter.tax(Counter({f"{LOOP};validate_list": 5})).without_checks is None


def test_every_kind_of_the_table_has_its_place() -> None:
    assert {expected for expected, _ in symbols.TABLE} <= set(interpreter.KINDS)
    assert len(set(interpreter.KINDS)) == len(interpreter.KINDS)


def test_python_calling_python_is_one_loop() -> None:
    call = "call_function;_PyFunction_Vectorcall;function_code_fastcall;_PyEval_EvalFrame"  # CPython 3.10
    assert collapsed(f"{LOOP};{call};{LOOP};{call};{LOOP};long_add") == (LOOP, "long_add")
    assert collapsed(f"{LOOP};{LOOP};{LOOP}") == (LOOP,)
    through_c = f"{LOOP};builtin_sorted;_PyFunction_Vectorcall;{LOOP}"
    assert collapsed(through_c) == tuple(through_c.split(";"))


def test_narrow_frames_are_merged_for_drawing_and_no_sample_is_lost() -> None:
    narrow = {f"{LOOP};a;f{i}": 1 for i in range(10)}
    drawn = drawable(Counter({f"{LOOP};a;b": 9_990, **narrow}))
    assert drawn == Counter({f"{LOOP};a;b": 9_990, f"{LOOP};a;{SMALL}": 10})
    assert [box.name for box in interpreter.boxes(Counter({LOOP: 100, **narrow}))] == [
        LOOP,
        "a",
        *sorted(f"f{i}" for i in range(10)),
    ]


def test_colour_says_whose_code_it_is() -> None:
    frames = (LOOP, "long_add", "validate_list", "memcpy (libc.so.6)", "f (libx.so)", "[kernel]", "[JIT]", SMALL, "odd")
    assert [drawn_kind(frame) for frame in frames] == [
        "interpreter", "interpreter", "debug check", "library", "library", "kernel", "JIT", "merged", "interpreter",
    ]  # fmt: skip
