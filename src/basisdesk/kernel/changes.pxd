cimport cython
from basisdesk.kernel.diff cimport Diff
from basisdesk.kernel.levels cimport Levels

cdef long long _ABSENT
cdef double[::1] _POWERS
cdef unsigned long long _EXACT

@cython.final
cdef class Changes:
    cdef readonly long long last
    cdef readonly long long before
    cdef readonly long long extra
    cdef Levels given_bids
    cdef Levels given_asks
    cdef tuple path
    cdef Py_ssize_t deep
    cdef bytes bids_key
    cdef bytes asks_key
    cdef bytes last_key
    cdef bytes before_key
    cdef bytes extra_key
    cdef bytes kind_key
    cdef bytes kind_word
    cdef Py_ssize_t kind_depth
    cdef bint listed
    cdef bint acted
    cdef bint optional
    cdef Diff words
    cdef Levels numbers
    cdef bint told
    cdef double found
    cpdef bint read(self, bytes frame) except -1
    cdef bint follow(self, long long last) noexcept
    cdef Py_ssize_t wrap(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at, Py_ssize_t depth) except -2
    cdef Py_ssize_t content(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) except -2
    cdef Py_ssize_t kind(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
    cdef Py_ssize_t side(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at, Levels given) except -2
    cdef Py_ssize_t bare(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at, Levels given) except -2
    cdef Py_ssize_t action(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
    cdef Py_ssize_t decimal(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) except -2
    cdef Py_ssize_t flat(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) except -2
    cdef bint same(self, const unsigned char* text, Py_ssize_t at, Py_ssize_t size, bytes key) noexcept
    cdef Py_ssize_t past(
        self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at, unsigned char wanted
    ) noexcept
