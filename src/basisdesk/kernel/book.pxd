cimport cython
from basisdesk.kernel.changes cimport Changes
from basisdesk.kernel.diff cimport Diff
from basisdesk.kernel.levels cimport Levels
from basisdesk.kernel.side cimport Side

cdef int _WAITING
cdef int _VALID
cdef int _CROSSED
cdef int _STALE
cdef int _EMPTY
cdef int _SETTABLE
cdef double NOTHING
cdef double INFINITE

@cython.final
cdef class Book:
    cdef public double multiplier
    cdef public bint inverse
    cdef public long long stale_after
    cdef public long long seen
    cdef public long long updated
    cdef public long long sequence
    cdef public double last
    cdef public double last_size
    cdef public double bid
    cdef public double bid_size
    cdef public double ask
    cdef public double ask_size
    cdef Side bids
    cdef Side asks
    cdef Levels given_bids
    cdef Levels given_asks
    cdef Diff diff
    cdef int sync
    cdef long long ahead
    cdef int fill(self, long long now, long long sequence) except -1
    cdef Py_ssize_t apply(self, Levels bids, Levels asks, long long now, long long sequence) except -1
    cdef void hear(self, long long now) noexcept
    cdef void catch_up(self) noexcept
    cdef void look(self) noexcept
    cdef Side side_of(self, int side)
    cpdef int state(self, long long now) noexcept
    cpdef double mid(self) noexcept
    cdef double worth(self, double price, int unit) noexcept
