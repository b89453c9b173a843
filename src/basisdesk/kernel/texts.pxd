cimport cython
from libc.string cimport memcpy, memmove
from cpython.buffer cimport PyBUF_SIMPLE, Py_buffer, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from basisdesk.kernel.book cimport Book
from basisdesk.kernel.levels cimport Levels
from basisdesk.kernel.side cimport Side

cdef Py_ssize_t _WIDE

@cython.final
cdef class Spelling:
    cdef double sign
    cdef Py_ssize_t room
    cdef Py_ssize_t count
    cdef double[::1] keys
    cdef long long[::1] slots
    cdef long long[::1] lengths
    cdef unsigned char[::1] texts
    cdef Py_ssize_t live
    cdef Py_ssize_t cursor
    cdef Py_ssize_t rank
    cdef int grow(self, Py_ssize_t wanted) except -1
    cdef int note(self, const unsigned char* text, Levels given) except -1
    cdef int put(self, const unsigned char* text, Levels given, Py_ssize_t i) except -1
    cdef void write(self, const unsigned char* text, Levels given, Py_ssize_t i, long long slot) noexcept
    cdef void settle(self) noexcept
    cdef void shift(self, Py_ssize_t source, Py_ssize_t target, Py_ssize_t count) noexcept
    cdef Py_ssize_t find(self, double key) noexcept
    cdef Py_ssize_t spell(self, Side side, unsigned char[::1] line, Py_ssize_t end) noexcept

@cython.final
cdef class Texts:
    cdef Spelling bids
    cdef Spelling asks
    cdef Py_ssize_t room
    cdef unsigned char[::1] buffer
    cdef int take(self, object bids, object asks, Levels given_bids, Levels given_asks) except -1
    cdef int scan(
        self,
        const unsigned char* bids,
        Py_ssize_t length1,
        Levels given_bids,
        const unsigned char* asks,
        Py_ssize_t length2,
        Levels given_asks,
    ) except -1
