cimport cython
from basisdesk.kernel.levels cimport Levels

@cython.final
cdef class Diff:
    cdef long long last
    cdef long long before
    cdef long long value
    cdef bint read(self, const unsigned char* text, Py_ssize_t length, Levels bids, Levels asks) except -1
    cdef Py_ssize_t ids(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
    cdef Py_ssize_t word(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
    cdef Py_ssize_t number(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
    cdef Py_ssize_t past(
        self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at, const unsigned char* wanted, Py_ssize_t size
    ) noexcept
