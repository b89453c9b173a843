from basisdesk.kernel.book cimport Book
from basisdesk.kernel.side cimport Side

cdef int _BASE
cdef int _FACE
cdef double NOTHING
cdef double INFINITE
cdef double DUST
