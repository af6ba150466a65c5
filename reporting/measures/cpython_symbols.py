"""Which kind of work a C function of CPython does, by its name: a documented, ordered table. No arithmetic.

Names are those of CPython 3.10 to 3.13, static functions included, as a debug build or an unstripped release build
gives them. The first pattern that matches the whole name decides; what none matches is unclassified, and shown as such.
"""

from __future__ import annotations

import re
from functools import cache

LOOP = "_PyEval_EvalFrameDefault"  #: the evaluation loop
DISPATCH, CALLS, OPERATORS = "bytecode dispatch", "calls and frames", "operator dispatch"
MEMORY, ATTRIBUTES, GC = "memory and refcounts", "attributes, dicts", "garbage collection"
INTEGERS, FLOATS, SEQUENCES = "integer arithmetic", "float arithmetic", "sequences, iteration"
DEBUG, LIBRARY, JIT, KERNEL, C_LIBRARY = "debug checks", "library", "JIT code", "kernel", "C library"
UNCLASSIFIED = "unclassified"

#: (kind, patterns of whole names), in order of precedence
TABLE: tuple[tuple[str, str], ...] = (
    (DISPATCH, rf"{LOOP}|TARGET_\w+"),
    # What only a debug build does: canaries round every block, consistency of every object, assertions, reference totals.
    (DEBUG, r"_PyMem_Debug\w+|(read|write)_size_t|bumpserialno|_PyObject_IsFreed|_PyMem_IsPtrFreed|\w+_CheckConsistency"),
    (DEBUG, r"_Py_CheckSlotResult|_Py_NegativeRefcount|_PyObject_Assert\w*|_Py_Fatal\w+|PyGILState_Check|validate_(list|consistent\w*)"),
    (DEBUG, r"visit_validate|\w*reftotal\w*|_Py_(Add|Inc|Dec|Get)RefTotal|_Py_\w+_(Inc|Dec)RefTotal|_Py_AddToAllObjects"),
    (DEBUG, r"_PyDict_Debug\w+|_PyStaticType_\w*Assert\w*|assert_\w+|check_type_\w+consist\w*|_PyUnicode_Debug\w*"),
    (C_LIBRARY, r"\w+@plt|_*mem(cpy|move|set|cmp|chr)\w*|_*str(len|cmp|chr)\w*"),
    # Extension modules that some builds hold inside the interpreter.
    (LIBRARY, r"sre_\w+|pattern_\w+|match_(new|get\w*|group\w*)|data_stack_\w+|state_(init|fini|getslice)\w*|_?(Unp|P)ickler_?\w*|((save|load|memo)_\w+|_?PyMemoTable_\w+|Pdata_\w+)"),
    (LIBRARY, r"(dump|batch_list|batch_dict|_?scan_once|_?parse_(object|array)|_match_number|py_scanstring|scanstring)\w*"),
    (LIBRARY, r"(scanner|encoder|ascii_escape|_?mpd|dec|partial|lru_cache|\w+_lru_cache|tp_new_wrapper_dec)_\w+|_?mpd\w+"),
    (LIBRARY, r"s_(un)?pack\w*|[nbl][up]_\w+|get_(py)?u?long(long)?|_(json|pickle|struct|sre|io|sha\w*|md5|random)_\w+"),
    (LIBRARY, r"(EVP|SHA\d*|MD5|Hacl)_\w+|sha\d+_\w+|_?random_\w+|genrand_\w+|(date|time|datetime|delta)_\w+|ymd_\w+"),
    (GC, r"get_gc_state|gc_(?!alloc)\w+|_?PyGC_\w+|_?PyObject_GC_(Un)?(Track|TRACK|Link|UNTRACK|IS_\w+)|_PyObject_GC_\w*TRACK\w*"),
    (GC, r"_?PyObject_IS_GC|_PyGCHead\w*|_PyGC\w*|\w*traverse|visit_\w+|(update|subtract)_refs|move_\w+|deduce_\w+"),
    (GC, r"untrack_\w+|delete_garbage|handle_weakrefs|finalize_garbage|clear_unreachable_mask|append_objects|_Py_RunGC"),
    (GC, r"_Py(Tuple|Dict)_MaybeUntrack|_Py_ScheduleGC|expand_region_\w+|is_collecting|untrack\w*|(un)?set_collecting"),
    (MEMORY, r"_?Py_X?(IN|DE)CREF\w*|_?Py_(Inc|Dec)Ref\w*|_?Py_X?NewRef|_?Py_(SET_)?REFCNT|Py_SET_REFCNT|_Py_ref\w+"),
    (MEMORY, r"_Py_Dealloc\w*|\w*[Dd]ealloc|_Py_(New|Forget|Resurrect)Reference\w*|new_reference|_PyTrash_\w+|_Py_(Set)?Immortal\w*"),
    (MEMORY, r"_?PyObject_(Malloc|Calloc|Realloc|Free|Init|InitVar|New|NewVar)|_?PyMem_\w+|pymalloc_\w+|arena_\w+|\w+_alloc"),
    (MEMORY, r"_?PyObject_GC_\w+|gc_alloc|address_in_range|(new|allocate)_(arena|from_new_pool)|insert_to_\w+pool|init_pool"),
    (MEMORY, r"_PyType_AllocNoTrack|PyType_GenericAlloc|\w*free_?list\w*|get_(float|list|tuple|dict|context|async_gen)_state|_?mi_\w+|_PyObject_Mi\w+|subtype_clear|clear_slots"),
    (MEMORY, r"free_(keys|values|object)\w*|_PyObject_(Free|Clear)\w*|PyObject_ClearWeakRefs|_Py_IsImmortal\w*|\w+_free|_Py_Merge\w+"),
    (CALLS, r"_?PyEval_(Vector|EvalFrame|EvalCode\w*|MakeFrameVector|SaveThread|RestoreThread)|_PyEvalFrame\w+|_?PyFrame_\w+"),
    (CALLS, r"_?PyFunction_\w+|function_code_fastcall|_?PyObject_(Fast)?(Call|Vectorcall|MakeTpCall)\w*|_?PyVectorcall_\w+"),
    (CALLS, r"_PyObject_FastCall\w*|_PyStack_\w+|vectorcall_\w+|object_vacall|do_call_core|call_\w+|c?function_\w+|cfunction\w*"),
    (CALLS, r"(classmethod|method|wrapper|wrapperdescr|methoddescr|slot_tp|type)_(vector)?call\w*|_?PyC?Method_\w+|PyCFunction_\w+"),
    (CALLS, r"initialize_locals|_?PyArg_\w+|vget\w+|convert(item|simple)\w*|_?Py_(Enter|Leave|Check)Recursive\w*|_Py_MakeRec\w*"),
    (CALLS, r"_Py_CheckFunctionResult|_?PyErr_\w+|_?PyException_\w+|(Base|OS|Import|Stop)\w*(Exception|Error|Iteration)_\w+"),
    (CALLS, r"_?PyTraceBack_\w+|tb_\w+|_?PyGen_\w+|gen_\w+|_Py_MakeCoro|make_gen|coro_\w+|async_gen_\w+|frame_\w+|code_\w+"),
    (CALLS, r"_?PyCode_\w+|func_(?!descr)\w+|_?PyThread\w*|_?PyGILState_\w+|(take|drop|create|recreate)_gil|_PyInterpreterState_GET"),
    (CALLS, r"push_\w*chunk|clear_(thread|gen)_frame|builtin_(exec|eval|getattr|isinstance|hasattr)\w*|_Py_Ensure\w*|(get_)?exception_\w+"),
    (CALLS, r"_PyRuntimeState_\w+|_PyFunctionFromConstructor|take_ownership|skip_to_next_entry|(next_code|get_line)_delta|advance|is_no_line_marker|_PyLineTable\w*|get_exception_handler|scan_varint"),
    (CALLS, r"_PyInterpreterState_(Get|GET)\w*|_PyCFunction\w*|cell_\w+|_?PyCell_\w+|_?PyContext_\w+|_Py_call_\w+|method_new|do_raise"),
    (DISPATCH, r"_?PyEval_\w+|_Py_Specialize_\w+|[Ss]pecialize\w*|_PyOpcode\w*|handle_eval_breaker|eval_frame_handle_pending"),
    (DISPATCH, r"_Py_(HandlePending|call_instrumentation)\w*|maybe_call_\w*trace|trace_\w+|_Py_Instrument\w*|\w*eval_breaker\w*"),
    (DISPATCH, r"adaptive_\w+|cache_backoff|_PyUOp\w*|_PyOptimizer\w*|miss_counter_start|backoff_\w+"),
    (INTEGERS, r"_?long_\w+|_?Py_?Long_?\w*|_PyLong\w*|[xk]_(add|sub|mul|divrem|lopsided_mul)|l_(mod|divmod)\w*|pylong_\w+|int_\w+"),
    (INTEGERS, r"fast_(mod|floor_div)|v_(iadd|isub|lshift|rshift|complement)|(inplace_)?(divrem1?|rem1)|get_small_int|is_small_int"),
    (INTEGERS, r"(maybe_)?(small|medium)_(long|value)|is_medium_int|(_Py_)?bit_length\w*|divmod_shift|bool_\w+|PyBool_\w+"),
    (INTEGERS, r"_Py_(popcount|bit_length)\w*|IS_(MEDIUM|SMALL)\w*|maybe_small_long|medium_value|CHECK_SMALL_INT"),
    (FLOATS, r"float_\w+|_?PyFloat\w*|complex_\w+|_?PyComplex_\w+|_Py_(dg|c)_\w+|pow5mult|multadd|quorem|B(alloc|free)|bigcomp|lo0bits|hi0bits|d2b|b2d|_Py_[gs]et_387\w*"),
    (FLOATS, r"PyOS_double_to_string|format_float\w*|_?PyOS_(ascii_)?(strtod|string_to_double)|_Py_parse_inf_or_nan|math_\w+"),
    (ATTRIBUTES, r"_?PyObject_(Generic)?(Get|Set|Has|Del|Delete|Lookup|Optional|Try|Store)\w*Attr\w*|_?PyObject_Lookup\w*"),
    (ATTRIBUTES, r"_?PyObject_(GetMethod|GetInstance\w+|TryGet\w+|Initiali[sz]e\w*Dict\w*|\w*Dict(Ptr|Pointer)?|\w*Values\w*)"),
    (ATTRIBUTES, r"_?PyType_Lookup\w*|find_name_in_mro|\w+_[gs]etattro?|slot_tp_[gs]etattr\w*|\w*descr_(get|set|check)\w*"),
    (ATTRIBUTES, r"(method|member|getset|wrapper|property|classmethod|staticmethod|cm|sm)_(get|set)|super_\w+|PyMember_\w+|\w*_getattr_hook"),
    (ATTRIBUTES, r"_?Py(Object)?Dict\w*|dict\w*|delitem_common|insert(dict|ion)\w*|insert_\w+dict|_Py_dict_lookup\w*|lookdict\w*|find_empty_slot|build_indices\w*"),
    (ATTRIBUTES, r"(unicode|generic|split)keys_\w+|compare_(unicode|generic)\w*|do_lookup|(new|clone|make)_(keys|dict|values)\w*|new_dict\w*"),
    (ATTRIBUTES, r"_?(frozen)?set_\w+|_?PySet_\w+|setiter\w*|frozenset\w*|\w*_?hash\w*|PyObject_Hash|_Py_Hash\w+|siphash\w*"),
    (ATTRIBUTES, r"(init|get)_(inline_values|type_cache)|make_keys_shared|_?PyCached\w+|cached_\w+|_PyValues\w*|get_(index|values)_from\w*|shared_keys\w*|type_cache\w*"),
    (SEQUENCES, r"_?list\w*|_?PyList\w*|tuple\w*|_?PyTuple\w*|bytes\w*|_?PyBytes\w*|bytearray\w*|_?PyByteArray\w*|_?unicode\w*"),
    (SEQUENCES, r"_?PyUnicode\w*|_?Py(ASCII|CompactUnicode|Unicode)Object_CAST|striter_\w+|str_\w+|\w*range\w*|\w+_(iter)?next|PyIter_\w+"),
    (SEQUENCES, r"(zip|map|filter|enum|reversed|chain|islice|count|repeat|product|groupby|deque|defdict|array|memory|seqiter|iter|slice)_\w+"),
    (SEQUENCES, r"_?PySlice\w*|_PyEval_Slice\w*|(stringlib|asciilib|ucs[124]lib|ucs[124])_\w+|fastsearch|binarysort|(merge|gallop)_\w+"),
    (SEQUENCES, r"(un)?safe_\w+_compare|sortslice\w*|count_run|_?PyMemoryView\w*|_?PyBuffer\w*|_copy_characters|_?PySeqIter\w*|unpack_iterable"),
    (SEQUENCES, r"gettyperecord|_Py_ascii\w*|find_maxchar\w*|builtin_(sum|max|min|all|any|sorted|len|zip|iter|next|enumerate|map)\w*|min_max"),
    (SEQUENCES, r"PyObject_(GetIter|SelfIter)|_?collections_\w+|_collections\w+|do_(strip|argstrip)|replace_\w+|ascii_\w+|utf8_\w+|_Py_normalize\w*"),
    (SEQUENCES, r"_PyAccu\w*|any(lib)?_find\w*|split|replace|get_integer|get_latin1_char|resize_compact|_Py_bytes_\w+|calc_number_widths|InsertThousands\w*|get_locale_info|do_markup|xmlcharref\w*|fill_number|write_(str|char|unicode)\w*|(fast_)?copy_\w+|MarkupIterator\w*|SubString\w*|_?Py\w*Strlib\w*"),
    (SEQUENCES, r"do_string_format\w*|(build|render|format)_(string|field|obj|int|long)\w*|parse_internal_render\w*|backslashreplace"),
    (OPERATORS, r"binary_i?op\w*|ternary_i?op\w*|_?PyNumber_\w+|_?PySequence_\w+|_?PyMapping_\w+|do_richcompare|slot_\w+|lookup_\w+"),
    (OPERATORS, r"recursive_is\w+|object_\w+|_?PyObject_\w+|_?PyType_\w+|type_\w+|_?Py_(TYPE|IS_TYPE|SIZE|SET_SIZE|SET_TYPE|Is\w*)"),
    (OPERATORS, r"_?PyIndex_Check|_?PyObjectType\w*|PyCallable_Check|_Py_(None|NotImplemented)\w*|none_\w+|_PyStaticType_\w+|managed_static\w*"),
)  # fmt: skip
_ANY = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(TABLE)))
SUFFIX = re.compile(r"(\.(isra|part|constprop|cold|lto_priv|llvm|localalias|\d+)(\.\d+)*)+$")  #: what compilers append
#: The C library, by the files that hold it.
LIBC = re.compile(r"(ld-linux|ld-musl|lib(c|m|dl|rt|pthread|gcc_s|atomic))\b[\w.-]*")
INTERPRETER = re.compile(r"(lib)?python3")
#: Helpers that work for whoever calls them: what a debug check does through them is the debug check's.
HELPER = re.compile(r"_?PyGILState_\w+|PyThread_\w+|_PyThreadState_\w+|_PyRuntimeState_\w+|_PyInterpreterState_\w+")


@cache
def kind(frame: str) -> str:
    """Return the kind of one frame, as folded stacks name it: `function`, `function (library)` or `[JIT]`."""
    if frame == "[JIT]":
        return JIT
    if frame in ("[kernel]", "[vdso]"):
        return KERNEL
    name, _, place = frame.rpartition(" (")
    if place.endswith(")") and name:
        if place in ("[kernel])", "[vdso])"):
            return KERNEL
        if place == "[unknown])" or (name == "[unknown]" and INTERPRETER.match(place)):
            return UNCLASSIFIED
        return C_LIBRARY if LIBC.fullmatch(place[:-1]) else LIBRARY
    found = _ANY.fullmatch(SUFFIX.sub("", frame))
    return TABLE[int(str(found.lastgroup)[1:])][0] if found else UNCLASSIFIED


def kind_of_leaf(stack: str) -> str:
    """Return what a sample was doing: the kind of the innermost frame of a folded stack (`outer;inner`).

    Only what a debug check does through the C library or the thread state counts as the check, for a release build
    would not do it.
    """
    frames = stack.split(";")
    for frame in reversed(frames):
        if kind(frame) == DEBUG:
            return DEBUG
        if kind(frame) != C_LIBRARY and not HELPER.fullmatch(frame):
            break
    return kind(frames[-1])
