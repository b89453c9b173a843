import signal
import threading

import pytest

from basisdesk.app.interrupt import Interrupt


def test_the_first_interrupt_is_noted_and_told_where_it_is_asked_for() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        interrupt.check()
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        interrupt.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_interrupt_ends_at_once() -> None:
    with Interrupt():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_in_another_thread_nothing_changes() -> None:
    found: list[object] = []

    def run() -> None:
        with Interrupt() as interrupt:
            found.extend((signal.getsignal(signal.SIGINT), interrupt.asked))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [before, False]
