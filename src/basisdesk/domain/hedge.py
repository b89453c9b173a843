"""How large a hedge must be, and what exposure is left.

A short inverse contract of face N V loses coin as the price rises, but the coin it is margined in gains as much, so the
exposure of a coin account is its coin *equity* less N V / P, not its coin balance.
That is zero at every price for a one-to-one cash and carry, which therefore never needs rebalancing by price.
For delivery the face to sell is coin x future price: then the proceeds are the same at every settlement price.
Two inverse legs of equal face leave N V (1/P1 - 1/P2) of coin, which is shown.
A price, size or leverage of zero where one divides is a fault of the caller and raises ZeroDivisionError.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from basisdesk.domain.arithmetic import precise

ZERO = Decimal(0)


@precise
def coin_equity(balance: Decimal, short_face: Decimal, entry: Decimal, price: Decimal) -> Decimal:
    """Return the coin of an account with a short inverse position, margin and open profit included.

    equity = balance + N V (1/P - 1/Pe), with `short_face` N V in quote money, positive when short.
    """
    return balance + short_face / price - short_face / entry


@precise
def coin_delta(equity: Decimal, short_face: Decimal, price: Decimal) -> Decimal:
    """Return the coin exposure E - N V / P of an account with coin equity E, short `short_face` of quote money."""
    return equity - short_face / price


@precise
def linear_delta(spot: Decimal, position: Decimal) -> Decimal:
    """Return the coin exposure of spot coin held net of fees plus a signed linear position in coin."""
    return spot + position


@precise
def face_delta(face: Decimal, price1: Decimal, price2: Decimal) -> Decimal:
    """Return the coin exposure of `face` long at price1 against the same face short at price2: NV (1/P1 - 1/P2)."""
    return face / price1 - face / price2


@precise
def delivery_face(coin: Decimal, future: Decimal) -> Decimal:
    """Return the quote face to sell so that coin and contract settle to the same money at every price: coin x F."""
    return coin * future


@precise
def delivery_value(coin: Decimal, short_face: Decimal, entry: Decimal, settlement: Decimal) -> Decimal:
    """Return coin plus the settled profit of a short inverse future, in quote money at the settlement price."""
    return coin_equity(coin, short_face, entry, settlement) * settlement


@precise
def rebalance_contracts(
    delta: Decimal, price: Decimal, worth: Decimal, band: Decimal, min_notional: Decimal = ZERO
) -> Decimal:
    """Return how many inverse contracts to sell (negative: buy) to bring a coin exposure back to zero.

    Args:
        delta: coin exposure, from `coin_delta`.
        price: quote money per coin.
        worth: quote face of one contract.
        band: exposure in quote money that is left alone.
        min_notional: smallest order in quote money; an exposure up to it is left alone too.

    The count is rounded towards zero, so that the exposure never changes sign; zero means do nothing.
    """
    exposure = delta * price
    if abs(exposure) <= max(band, min_notional):
        return ZERO
    return (exposure / worth).to_integral_value(ROUND_DOWN)
