"""What people type: times and prices read as meant, or refused."""

import pytest
import typer

from flexauth.cli.inputs import instant, price, time_text, tokens

NOON = 1_772_452_800_000_000  # 2026-03-02T12:00:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T12:00:00Z", NOON),
        ("2026-03-02T13:00:00+01:00", NOON),
        ("2026-03-02T12:00:00.000001Z", NOON + 1),
        ("2026-03-02", NOON - 12 * 3_600_000_000),
        ("+15m", NOON + 15 * 60_000_000),
        ("-1d12h", NOON - 36 * 3_600_000_000),
    ],
)
def test_a_time_is_read(text: str, expected: int) -> None:
    assert instant(text, now=lambda: NOON / 1e6) == expected


@pytest.mark.parametrize(
    "text", ["", "now", "12:00", "2026-02-30", "2026-03-02T12:00:00", "+", "+5", "-1w", "99999-01-01"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="time"):
        instant(text)


@pytest.mark.parametrize(
    ("micros", "text"),
    [(NOON, "2026-03-02T12:00:00Z"), (NOON + 1, "2026-03-02T12:00:00.000001Z"), (0, "1970-01-01T00:00:00Z")],
)
def test_a_time_is_shown_as_it_is_read(micros: int, text: str) -> None:
    assert time_text(micros) == text
    assert instant(text) == micros


@pytest.mark.parametrize(
    ("text", "millionths"), [("3", 3_000_000), ("3.00", 3_000_000), ("0.000001", 1), ("1e2", 10**8)]
)
def test_a_price_is_read_to_the_millionth(text: str, millionths: int) -> None:
    assert price(text) == millionths


@pytest.mark.parametrize("text", ["", "-1", "0.0000001", "NaN", "Infinity", "3,00", "free"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="price"):
        price(text)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "١٢"])
def test_tokens_are_whole_and_not_negative(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="whole"):
        tokens(text)
