"""The words by which a codec refuses an ask, the same for all venues.

A refusal is given before anything is sent, by an ask's own terms and by what is known of the venue.
Its code tells a program what kind of thing is wrong, whichever venue was asked; the sentence beside it names the
value, the limit and what to do.
The codes of figures are those of `domain.check`, which some codecs let do the checking.
What a venue itself refuses is told in other words, those of `domain.outcome.Reason`.
"""

from __future__ import annotations

REFUSALS = {
    "above_maximum": "the size is above the market's largest",
    "bad_account": "no account of this name, or none that money can move to from the other",
    "bad_amount": "the amount to move is not a number above zero",
    "bad_client_id": "the client id is not in the venue's alphabet or length",
    "bad_cursor": "the cursor is none that a reply gave",
    "bad_leverage": "the leverage is outside the market's range, or no whole number where it must be one",
    "bad_margin_mode": "the market or the account is not margined like that",
    "bad_order": "the order's terms contradict one another, or one is missing",
    "bad_order_id": "the venue's order id is not spelled as the venue spells them",
    "bad_price": "the price is not a number above zero",
    "bad_seconds": "the dead-man switch does not take this many seconds",
    "below_min_notional": "the order is worth less than the market's least",
    "below_minimum": "the size is below the market's smallest",
    "leverage_needed": "the venue wants a leverage with this, and none is known",
    "no_key": "the session has no key",
    "no_order_id": "the order is named by no id that the venue could find it by",
    "no_terms": "the market's own terms are not usable",
    "not_finite": "the size is not a number",
    "not_positive": "the size, or the money to spend, is not above zero",
    "not_tradable": "the market takes no orders now",
    "nothing_to_do": "there is nothing that this would change",
    "off_step": "the size is not a multiple of the market's step",
    "off_tick": "the price is not a multiple of the market's tick",
    "socket_only": "the venue takes this over its order connection alone",
    "symbol_needed": "the venue does this for one market at a time",
    "unknown_line": "the venue has no such product line",
    "unknown_symbol": "the market is not among the instruments that were loaded",
    "unsupported": "the venue has no such thing",
}
"""Code to meaning."""
