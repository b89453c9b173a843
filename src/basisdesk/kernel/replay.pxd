from basisdesk.kernel.board cimport Board
