"""souk.h from Python, by ctypes alone: what a binding for another language has to do.

    ctypes_test.py libsouk.so

Processes are Python functions, called on the VM's workers. A state is a number here, under which
Python keeps its objects, until souk says that it is to be destroyed.
"""
import ctypes
import sys
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_bool, c_char_p, c_int, c_int64,
                    c_size_t, c_uint, c_void_p)

souk = ctypes.CDLL(sys.argv[1])
TO_NUL = c_size_t(-1).value
FUNCTIONAL, PARALLEL = 0, 1
START, PRESENCE, ABSENCE, MESSAGE = 0, 1, 2, 3
PUBLISHER, SUBSCRIBER = 0, 1
OK, ERROR_USAGE, ERROR_TERM, ERROR_FAILED = 0, 1, 2, 4

HANDLER = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p)
DESTROY = CFUNCTYPE(None, c_void_p)
ON_CRASH = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_char_p)


class Options(Structure):
    _fields_ = [("size", c_size_t), ("kind", c_int), ("workers", c_uint), ("own_threads", c_bool),
                ("on_crash", ON_CRASH), ("context", c_void_p)]


def declare(name, result, *arguments):
    function = getattr(souk, name)
    function.restype = result
    function.argtypes = arguments


declare("souk_c_api", c_int)
declare("souk_error", c_int)
declare("souk_error_message", c_char_p)
declare("souk_fail", c_int, c_char_p)
declare("souk_read", c_void_p, c_char_p, c_size_t)
declare("souk_integer", c_void_p, c_int64)
declare("souk_term_free", None, c_void_p)
declare("souk_term_integer", c_int, c_void_p, POINTER(c_int64))
declare("souk_term_part", c_void_p, c_void_p, c_size_t)
declare("souk_term_write", c_size_t, c_void_p, c_char_p, c_size_t)
declare("souk_event_which", c_int, c_void_p)
declare("souk_event_topic", c_void_p, c_void_p)
declare("souk_event_reason", c_void_p, c_void_p)
declare("souk_send", c_int, c_void_p, c_void_p)
declare("souk_add_endpoint", c_int, c_void_p, c_void_p, c_int, c_int, c_void_p)
declare("souk_spawn", c_int, c_void_p, c_void_p, HANDLER, c_void_p, DESTROY)
declare("souk_quit", c_int, c_void_p, c_void_p)
declare("souk_vm_new", c_void_p, POINTER(Options), HANDLER, c_void_p, DESTROY)
declare("souk_vm_run", c_int, c_void_p)
declare("souk_vm_send", c_int, c_void_p, c_void_p)
declare("souk_vm_free", None, c_void_p)


class Term:
    """A term that is freed with its object."""

    def __init__(self, text):
        self._as_parameter_ = souk.souk_read(text.encode(), TO_NUL)
        if not self._as_parameter_:
            raise ValueError(souk.souk_error_message().decode())

    def __del__(self):
        souk.souk_term_free(self._as_parameter_)


def text_of(term):
    room = ctypes.create_string_buffer(souk.souk_term_write(term, None, 0) + 1)
    souk.souk_term_write(term, room, len(room))
    return room.value.decode()


states = {}  # what souk has: by number
destroyed = []


def keep(behaviour):
    number = len(states) + len(destroyed) + 1
    states[number] = behaviour
    return number


@HANDLER
def call(state, event, out):
    try:
        states[state](event, out)
        return OK
    except Exception as error:  # none may leave: it becomes a crash of the process
        return souk.souk_fail(str(error).encode())


@DESTROY
def destroy(state):
    del states[state]
    destroyed.append(state)


def check(status):
    if status != OK:
        raise RuntimeError(souk.souk_error_message().decode())


def spawn(out, behaviour):
    check(souk.souk_spawn(out, None, call, keep(behaviour), destroy))


heard = []


def listener(event, out):
    kind = souk.souk_event_which(event)
    if kind == START:
        check(souk.souk_add_endpoint(out, None, SUBSCRIBER, 0, Term("(say ? ?)")))
    elif kind == ABSENCE:
        heard.append(f"absent: {text_of(souk.souk_event_reason(event))}")
    elif kind == PRESENCE:
        heard.append(f"present: {text_of(souk.souk_event_topic(event))}")
    else:
        heard.append(text_of(souk.souk_event_topic(event)))


def doubler(event, out):
    kind = souk.souk_event_which(event)
    if kind == START:
        check(souk.souk_add_endpoint(out, None, SUBSCRIBER, 0, Term("(double . ?)")))
        check(souk.souk_add_endpoint(out, None, PUBLISHER, 0, Term("(say doubler ?)")))
    elif kind == MESSAGE:
        number = c_int64()
        check(souk.souk_term_integer(souk.souk_term_part(souk.souk_event_topic(event), 1),
                                     byref(number)))
        check(souk.souk_send(out, Term(f"(say doubler {2 * number.value})")))


def first(event, out):
    if souk.souk_event_which(event) == START:
        spawn(out, listener)
        spawn(out, doubler)


def expect(what, wanted):
    assert what == wanted, f"{what} instead of {wanted}"


expect(souk.souk_c_api(), 1)
expect(souk.souk_read(b"(", TO_NUL), None)
expect(souk.souk_error(), ERROR_TERM)
expect(souk.souk_vm_run(None), ERROR_USAGE)

for vm_kind in (FUNCTIONAL, PARALLEL):
    heard.clear()
    crashes = []
    on_crash = ON_CRASH(lambda context, pid, name, why: crashes.append(why.decode()))
    options = Options(ctypes.sizeof(Options), vm_kind, 2, True, on_crash, None)
    vm = souk.souk_vm_new(byref(options), call, keep(first), destroy)
    assert vm, souk.souk_error_message()
    check(souk.souk_vm_run(vm))
    for n in range(3):
        check(souk.souk_vm_send(vm, Term(f"(double . {n})")))
        check(souk.souk_vm_run(vm))
    check(souk.souk_vm_send(vm, Term("(double . many)")))  # it crashes on that
    check(souk.souk_vm_run(vm))
    expect(heard[:-1], ["present: (say doubler ?0)", "(say doubler 0)", "(say doubler 2)",
                        "(say doubler 4)"])
    assert heard[-1].startswith("absent: #error"), heard
    expect(len(crashes), 1)
    souk.souk_vm_free(vm)
    expect(states, {})

print("passed:", len(destroyed), "states destroyed")
