"""The compiled hot path, in float64.

Every tick of every market goes through here and nowhere else: a book takes it, the board recomputes the spreads of that
market, watched bars fold, armed triggers are tested.
The sources are Python that Cython compiles; they also run uncompiled, which is how their branches are measured.
Nothing in this package imports anything else of ours.
"""
