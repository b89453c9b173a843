cimport cython
from libc.string cimport memmove

from basisdesk.kernel.levels cimport Levels

cdef double NOTHING

@cython.final
cdef class Side:
    cdef double sign
    cdef double[::1] keys
    cdef double[::1] sizes
    cdef Py_ssize_t count
    cdef Py_ssize_t room
    cdef Py_ssize_t live
    cdef Py_ssize_t hidden
    cdef bint fronted
    cdef double front_key
    cdef double front_size
    cdef void clear(self) noexcept
    cdef void settle(self) noexcept
    cdef void front(self, double price, double size) noexcept
    cdef Py_ssize_t depth(self) noexcept
    cdef Py_ssize_t index(self, Py_ssize_t rank) noexcept
    cdef int reserve(self, Py_ssize_t room) except -1
    cdef int replace(self, Levels given) except -1
    cdef void change(self, Levels given) noexcept
    cdef Py_ssize_t find(self, double key) noexcept
    cdef void insert(self, Levels given, Py_ssize_t missing) noexcept
    cdef void trim(self) noexcept
    cdef void put(self, double key, double size) noexcept
    cdef void shift(self, Py_ssize_t source, Py_ssize_t target, Py_ssize_t count) noexcept
    cdef void push(self, double key, double size) noexcept
    cdef double price_of(self, Py_ssize_t rank) noexcept
    cdef double size_of(self, Py_ssize_t rank) noexcept
