"""Arrays that grow by being copied into larger ones.

The kernel keeps numbers in `array.array` and reads them through typed views, so that the same source runs compiled and
as plain Python.
An array that somebody views cannot be resized in place; a larger one takes over.
"""

from __future__ import annotations

from array import array

import cython  # noqa: TC002 (the compiler reads it)


def doubles(values: cython.double[::1], room: cython.Py_ssize_t):
    i: cython.Py_ssize_t
    grown = array("d", bytes(8 * room))
    view: cython.double[::1] = grown
    for i in range(len(values)):
        view[i] = values[i]
    return grown


def integers(values: cython.longlong[::1], room: cython.Py_ssize_t):
    i: cython.Py_ssize_t
    grown = array("q", bytes(8 * room))
    view: cython.longlong[::1] = grown
    for i in range(len(values)):
        view[i] = values[i]
    return grown
