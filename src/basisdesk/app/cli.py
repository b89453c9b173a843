"""The command line.

Nothing heavy is imported before a command needs it, so `--help` answers at once.
Whatever goes wrong for a reason that the operator can mend is one sentence on stderr and an exit code:
0 ok, 1 failure, 2 usage, 3 configuration, 4 a venue or the network, 5 an order was refused, 6 exposure is left
unhedged, 130 interrupted.
Anything else is our bug and shows its traceback.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from basisdesk.app.codes import CONFIGURATION, FAILED, INTERRUPTED, UNREACHED, USAGE
from basisdesk.app.locales import allow_any_locale

if TYPE_CHECKING:
    from collections.abc import Callable

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

app = typer.Typer(
    name="basisdesk",
    help="A self-hosted trading desk for crypto spreads.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
journal = typer.Typer(help="Look into the journal of what was decided.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(journal, name="journal")
simulator = typer.Typer(help="Venues that are simulated on this machine.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(simulator, name="sim")


Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings, plain or gzip: [VENUE.LINE:]FILE.")]
Spreads = Annotated[
    list[str] | None, typer.Option("--spread", metavar="LEG1~LEG2", help="Spread to watch; every pair without.")
]
Speed = Annotated[
    str, typer.Option("--speed", metavar="N|max", help="1 is as recorded; max (the default) does not wait.")
]
Candles = Annotated[str, typer.Option("--candles", metavar="PERIODS", help="Candle periods, such as 1s,5m,1h.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Orders = Annotated[
    list[str] | None,
    typer.Option("--order", metavar="JSON", help='{"spread", "side", "type", "size", "trigger", "sequence", "at"}.'),
]
Latency = Annotated[
    float, typer.Option("--latency", metavar="MS", help="Milliseconds to the paper venue and back each.")
]
RejectRate = Annotated[float, typer.Option("--reject-rate", metavar="SHARE", help="Orders that the venue rejects.")]
PartialRate = Annotated[float, typer.Option("--partial-rate", metavar="SHARE", help="Orders that fill in part.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of rejects and partial fills.")]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="Keep what was decided in this new file.")
]
Instruments = Annotated[
    list[str] | None,
    typer.Option("--instruments", metavar="FILE", help="REST body of an instrument list: [VENUE.LINE:]FILE."),
]
Stale = Annotated[
    float, typer.Option("--stale", metavar="SECONDS", help="Silence after which a book is stale; 0: never.")
]
Sim = Annotated[
    str | None, typer.Option("--sim", metavar="URL", help="Control address that `basisdesk sim serve` printed.")
]
# Whether it can be read is told by who reads it, with the exit code of keys.
Keys = Annotated[Path | None, typer.Option("--keys", metavar="FILE", help="API keys, TOML, mode 0600.", readable=False)]
Use = Annotated[str, typer.Option("--sim-key", metavar="NAME", help="Of a simulator: trade, read, withdraw or second.")]
VenueNames = Annotated[
    list[str] | None, typer.Option("--venue", metavar="NAMES", help="Comma-separated or repeated; all without.")
]
Underlying = Annotated[str, typer.Option("--underlying", metavar="COIN", help="Such as BTC; all without.")]
Offline = Annotated[bool, typer.Option("--offline", help="Connect to nothing, show no health.")]
Unconfirmed = Annotated[
    bool, typer.Option("--unconfirmed", help="List what no source confirms, and the test that would settle it.")
]
Serve = Annotated[bool, typer.Option("--serve", help="Show it in the browser, at the speed recorded.")]
Port = Annotated[int, typer.Option("--port", help="Port of the page on 127.0.0.1; 0 for any free one.")]


def main() -> None:
    """Run the command line."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this: what goes there goes nowhere
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115 (a stream for the whole process)
    allow_any_locale()
    try:
        app()
    except OSError as error:
        if error.errno not in _FULL:
            raise
        print(f"error: the output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201 (the one sentence)
        # What is still buffered would fail again, noisily, when the interpreter closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        from basisdesk import __version__

        typer.echo(f"basisdesk {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """A self-hosted trading desk for crypto spreads."""


@app.command()
def replay(
    files: Files,
    spread: Spreads = None,
    speed: Speed = "",
    candles: Candles = "1s,1m",
    as_json: AsJson = False,
    order: Orders = None,
    latency: Latency = 50.0,
    reject_rate: RejectRate = 0.0,
    partial_rate: PartialRate = 0.0,
    seed: Seed = 0,
    journal_file: JournalFile = None,
    instruments: Instruments = None,
    stale: Stale = 10.0,
    serve: Serve = False,
    port: Port = 8420,
) -> None:
    """Play recordings through the desk and report what was seen and done.

    Spread statistics are sampled every 100 ms of recording time while both books are valid.
    An order is entered when both its books are first valid, or at "at" seconds after the start.
    """

    def run() -> int:
        if serve:
            _reserve()
        from basisdesk.app import options
        from basisdesk.app import replay as command
        from basisdesk.domain.errors import UsageError

        if serve and as_json:
            raise UsageError("--serve shows the replay in the browser and --json prints its report: choose one")
        wanted = command.Options(
            files=files,
            spreads=options.check_spreads(spread or []),
            speed=options.parse_speed(speed or ("1" if serve else "max")),
            candles=options.parse_periods(candles),
            entries=[options.parse_order(text, number) for number, text in enumerate(order or [], 1)],
            terms=options.paper_terms(latency, reject_rate, partial_rate, seed),
            journal=journal_file,
            instruments=instruments or [],
            stale_after=options.duration("--stale", stale, options.SECOND),
        )
        return command.serve(wanted, port) if serve else command.run(wanted, as_json=as_json)

    _leave(run)


@app.command()
def demo(
    port: Port = 8420,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulated markets.")] = 1,
    speed: Annotated[float, typer.Option("--speed", help="Market seconds a second; with --in-process.")] = 1.0,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Markets and fills inside the desk, without sockets to venues.")
    ] = False,
) -> None:
    """Trade six simulated venues in the browser; needs no network, no account and no recordings."""

    def run() -> int:
        _reserve()
        from basisdesk.app import demo as command

        return command.run(port=port, seed=seed, speed=speed, in_process=in_process)

    _leave(run)


@app.command()
def venues(
    sim: Sim = None,
    keys: Keys = None,
    offline: Offline = False,
    unconfirmed: Unconfirmed = False,
    as_json: AsJson = False,
) -> None:
    """Show what each venue can do, and how it is at the moment."""

    def run() -> int:
        from basisdesk.app import look

        return look.venues(_control(sim), keys, offline=offline, unconfirmed=unconfirmed, as_json=as_json)

    _leave(run)


@app.command()
def markets(venue: VenueNames = None, underlying: Underlying = "", sim: Sim = None, as_json: AsJson = False) -> None:
    """List the markets of venues with their terms."""

    def run() -> int:
        from basisdesk.app import look

        return look.markets(_joined(venue), underlying, _control(sim), as_json=as_json)

    _leave(run)


@app.command()
def book(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as binance:BTC/USDT:USDT.")],
    watch: Annotated[bool, typer.Option("--watch", help="Keep showing it, five times a second.")] = False,
    depth: Annotated[int, typer.Option("--depth", help="Levels of each side.")] = 10,
    sim: Sim = None,
    as_json: AsJson = False,
) -> None:
    """Show the order book of a market."""

    def run() -> int:
        from basisdesk.app import watchbook

        return watchbook.run(symbol, depth, _control(sim), watch=watch, as_json=as_json)

    _leave(run)


@app.command()
def doctor(
    venue: VenueNames = None, keys: Keys = None, sim: Sim = None, use: Use = "trade", as_json: AsJson = False
) -> None:
    """Examine clock, reach and keys; a key that may withdraw is refused."""

    def run() -> int:
        from basisdesk.app import doctor as command

        return command.run(_control(sim), keys, _joined(venue), use, as_json=as_json)

    _leave(run)


@app.command()
def record(
    symbol: Annotated[
        list[str], typer.Option("--symbol", metavar="SYMBOL", help="Market, such as okx:BTC/USDT; repeat for more.")
    ],
    venue: Annotated[
        list[str] | None,
        typer.Option("--venue", metavar="NAMES", help="Comma-separated or repeated; those of the markets without."),
    ] = None,
    target: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="New file, .jsonl.gz.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Ends after these; 0 records until stopped.")] = 0.0,
    megabytes: Annotated[float, typer.Option("--megabytes", help="Ends at this size of the file; 0: at none.")] = 0.0,
    sim: Sim = None,
    as_json: AsJson = False,
) -> None:
    """Record what venues send, word for word, into a compressed file that `replay` reads."""

    def run() -> int:
        from basisdesk.app import record as command

        return command.run(_joined(venue), symbol, target, seconds, _control(sim), megabytes, as_json=as_json)

    _leave(run)


@simulator.command("serve")
def sim_serve(
    venues: Annotated[
        list[str] | None, typer.Option("--venues", metavar="NAMES", help="Comma-separated or repeated; all without.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of market and faults.")] = 1,
    market: Annotated[
        list[str] | None,
        typer.Option(
            "--market",
            metavar="FILE",
            help='Recordings to play, over and over: [VENUE.LINE:]FILE, repeat for more; "generator" is the default.',
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="FILE", help="More recordings for --market.")] = None,
    instruments: Instruments = None,
    start: Annotated[int, typer.Option("--start", hidden=True, help="When the market opens, ns UTC.")] = 0,
    until_closed: Annotated[
        bool, typer.Option("--until-closed", hidden=True, help="End when standard input does.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve simulated venues on loopback ports, byte for byte as the real ones speak; print their addresses."""

    def run() -> int:
        from basisdesk.app import simulate as command

        return command.run(
            _joined(venues),
            seed,
            market or [],
            instruments or [],
            more=more or [],
            start=start,
            until_closed=until_closed,
            as_json=as_json,
        )

    _leave(run)


@journal.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Journal to check.")],
    as_json: AsJson = False,
) -> None:
    """Check that a journal is whole, folds to its sealed state, and decides the same again."""

    def run() -> int:
        from basisdesk.app import verify as command

        return command.verify(file, as_json=as_json)

    _leave(run)


def _control(sim: str | None) -> str:
    """Return the simulator's address, empty without one.

    Raises:
        UsageError: it is empty on the command line, as from a variable that is not set: real venues were not meant.
    """
    from basisdesk.domain.errors import UsageError

    if sim is not None and not sim.strip():
        raise UsageError("--sim is empty: name what `basisdesk sim serve` printed, or leave it out for the real venues")
    return sim or ""


def _joined(names: list[str] | None) -> str:
    return ",".join(names or [])


def _reserve() -> None:
    """Make room for a desk that stays, before it is loaded."""
    from basisdesk.app.pages import reserve

    reserve()


def _leave(run: Callable[[], int]) -> None:
    """Run a command and leave with its exit code."""
    from basisdesk.domain.errors import BasisdeskError, ConfigurationError, UsageError, VenueError

    try:
        code = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BasisdeskError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 (the one sentence)
        codes = {UsageError: USAGE, ConfigurationError: CONFIGURATION, VenueError: UNREACHED}
        code = codes.get(type(error), FAILED)
    raise typer.Exit(code)
