cdef extern from *:
    """
    #if defined(__GNUC__) && defined(__x86_64__)
    __attribute__((target("avx"))) static void basisdesk_zero_upper(void) { __builtin_ia32_vzeroupper(); }
    static void basisdesk_narrow(void) { if (__builtin_cpu_supports("avx")) basisdesk_zero_upper(); }
    #else
    static void basisdesk_narrow(void) {}
    #endif
    """
    void basisdesk_narrow() noexcept

cdef Py_ssize_t quote_from(const unsigned char* text, Py_ssize_t length, Py_ssize_t at) noexcept
cdef unsigned long long last_number(const unsigned char* frame, Py_ssize_t length) noexcept
