cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, Py_buffer, PyBuffer_Release, PyObject_GetBuffer


cdef double INFINITE
cdef double[::1] POWERS
cdef unsigned long long EXACT

@cython.final
cdef class Levels:
    cdef double[::1] prices
    cdef double[::1] sizes
    cdef long long[::1] places
    cdef long long[::1] spans
    cdef bint spelled
    cdef Py_ssize_t count
    cdef Py_ssize_t room
    cdef Py_ssize_t at
    cdef Py_ssize_t price_at
    cdef Py_ssize_t price_end
    cdef Py_ssize_t size_at
    cdef Py_ssize_t size_end
    cdef int scan(self, object text) except -1
    cdef int take(self, object pairs) except -1
    cdef int parse(self, const unsigned char* text, Py_ssize_t length) except -1
    cdef Py_ssize_t run(self, const unsigned char* text, Py_ssize_t length, Py_ssize_t at) except -2
    cdef int plain(self, const unsigned char* text, Py_ssize_t length) except -1
    cdef int level(self, const unsigned char* text, Py_ssize_t length) except -1
    cdef int add(self, double price, double size) except -1
    cdef unsigned char peek(self, const unsigned char* text, Py_ssize_t length) noexcept
    cdef int expect(self, const unsigned char* text, Py_ssize_t length, unsigned char wanted) except -1
    cdef double value(self, const unsigned char* text, Py_ssize_t length) except? -1.0
    cdef double number(self, const unsigned char* text, Py_ssize_t length, bint quoted) except? -1.0
    cdef int skip(self, const unsigned char* text, Py_ssize_t length) except -1
    cdef object wrong(self, str what)
