cimport cython

from basisdesk.kernel.bars cimport Bars
from basisdesk.kernel.book cimport Book

cdef double NOTHING
cdef double INFINITE
cdef int _VALID
cdef int _LAST
cdef int _BID
cdef int _ASK

@cython.final
cdef class Board:
    cdef readonly long long stale_after
    cdef readonly Py_ssize_t markets
    cdef readonly Py_ssize_t pairs
    # by market
    cdef list books
    cdef double[::1] bid
    cdef double[::1] ask
    cdef double[::1] last
    cdef long long[::1] seen
    cdef long long[::1] valid
    # by pair
    cdef long long[::1] leg1
    cdef long long[::1] leg2
    cdef double[::1] buy_below
    cdef double[::1] sell_above
    cdef long long[::1] watched
    cdef long long[::1] first
    cdef list bars
    # by market: its pairs as leg 1 in starts..middles, as leg 2 in middles..next starts
    cdef bint settled
    cdef long long[::1] starts
    cdef long long[::1] middles
    cdef long long[::1] entry_pair
    cdef long long[::1] entry_other
    # by trigger slot
    cdef dict slots
    cdef list ids
    cdef list free
    cdef double[::1] prices
    cdef long long[::1] buys
    cdef long long[::1] of_pair
    cdef long long[::1] following
    cdef long long[::1] hits
    cdef Py_ssize_t hit
    cdef int check_market(self, Py_ssize_t market) except -1
    cdef int check_pair(self, Py_ssize_t pair) except -1
    cdef void settle(self)
    cdef void refresh(self, Py_ssize_t market) noexcept
    cdef void put_top(self, Py_ssize_t market, long long now, double bid, double ask, double last) noexcept
    cdef bint fresh(self, Py_ssize_t pair, long long now) noexcept
    cdef Py_ssize_t scan(self, Py_ssize_t market, long long now) except -1
    cdef int report(self, Py_ssize_t pair, long long now) except -1
    cdef void limit(self, Py_ssize_t pair) noexcept
    cdef list named(self)
