cdef Py_ssize_t quote_from(const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
cdef unsigned long long last_number(const unsigned char* frame, Py_ssize_t length) noexcept
