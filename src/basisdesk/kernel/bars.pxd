cimport cython

cdef double INFINITE
cdef int _LAST
cdef int _BID
cdef int _ASK

@cython.final
cdef class Series:
    cdef long long[::1] times
    cdef long long[::1] ticks
    cdef double[::1] opens
    cdef double[::1] highs
    cdef double[::1] lows
    cdef double[::1] closes
    cdef long long period
    cdef long long start
    cdef Py_ssize_t capacity
    cdef Py_ssize_t room
    cdef Py_ssize_t total
    cdef Py_ssize_t slot
    cdef int add(self, long long at, double value) except -1
    cdef int begin(self, long long at, double value) except -1
    cdef int grow(self) except -1

@cython.final
cdef class Bars:
    cdef public long long late
    cdef list series
    cdef Py_ssize_t periods
    cdef int add(self, int source, long long at, double value) except -1
    cdef Series series_of(self, int source, Py_ssize_t period)
