"""The worker's side of a round: a line on standard input asks for one pass, a line of JSON answers.

Workers stay alive between rounds, so that contenders take turns within one run and share the machine's moods.
"""

import gc
import json
import sys
import time
from collections.abc import Callable


def serve(prepare: Callable[[str], Callable[[], int]]) -> None:
    """For every market name read, run one pass over prepared frames and print nanoseconds per message."""
    for line in sys.stdin:
        market = line.strip()
        run = prepare(market)
        gc.collect()
        started = time.perf_counter_ns()
        count = run()
        elapsed = time.perf_counter_ns() - started
        print(json.dumps({"market": market, "messages": count, "ns": elapsed / max(count, 1)}), flush=True)
