"""Frozen values and exact arithmetic.

Everything the desk knows about money is a value in this package.
Nothing here reads a clock, a file or a socket, and nothing here is a float from sizing onward.
"""
