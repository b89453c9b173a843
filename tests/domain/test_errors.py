import pytest

from basisdesk.domain import errors
from basisdesk.domain.errors import BasisdeskError, RecordingError, Refusal, nearest


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    named = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, BasisdeskError) and value is not BasisdeskError
    ]
    assert named
    for error in named:
        assert error.__bases__ == (BasisdeskError,)
        assert f"─ {error.__name__}" in (errors.__doc__ or "")


def test_a_refusal_is_a_value() -> None:
    assert Refusal("off_step", "use 0.1") == Refusal("off_step", "use 0.1")
    with pytest.raises(AttributeError):
        Refusal("a", "b").code = "c"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [("a.gz", 7, "a.gz, line 7: cut off"), ("a.gz", 0, "a.gz: cut off"), ("", 0, "cut off")],
)
def test_an_error_of_a_recording_names_file_and_line(file: str, line: int, text: str) -> None:
    error = RecordingError("cut off", file, line)
    assert str(error) == text
    assert (error.detail, error.file, error.line) == ("cut off", file, line)


def test_the_nearest_known_words_are_named() -> None:
    known = {"binance:BTC/USDT", "binance:ETH/USDT", "okx:BTC/USDT"}
    assert nearest("BINANCE:btc/usdt", known) == " (did you mean binance:BTC/USDT?)", "nothing but its case is wrong"
    assert nearest("binance:BTC/USDC", known).startswith(" (did you mean binance:BTC/USDT")
    assert " or " in nearest("binance:BTC/USDC", known)
    assert nearest("zzz", known) == ""
    assert nearest("x", []) == ""
