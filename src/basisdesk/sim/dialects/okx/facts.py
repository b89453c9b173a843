"""Public facts of contracts: their tiers and their deliveries.

Followed: https://www.okx.com/docs-v5/en/#public-data-rest-api.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.instrument import Kind, Margin, unit_worth
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.names import family_of, type_of
from basisdesk.sim.dialects.okx.params import Params, count, number, one_of, required, when, word
from basisdesk.sim.dialects.okx.text import ms, text

if TYPE_CHECKING:
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[Any]
SMALL = Decimal("0.00000001")


def _of_family(office: Office, params: Params, kinds: tuple[str, ...]) -> list[SimMarket]:
    kind = one_of(params, "instType", kinds)
    family = word(params, "instFamily") or word(params, "uly")
    if not family:
        raise CodeError("50015", "uly", "instFamily")
    wanted = family.split(",")
    return [market for market in office.names.of_type(kind) if family_of(market.instrument) in wanted]


def position_tiers(office: Office, params: Params, _now: int) -> Rows:
    """The tiers of one or some families, in contracts; they are the same for cross and isolated."""
    one_of(params, "tdMode", ("cross", "isolated"))
    wanted = word(params, "tier")
    families = {
        (family_of(each.instrument), each.instrument.settle): each.instrument
        for each in _of_family(office, params, ("SWAP", "FUTURES"))
    }
    rows = []
    for (family, _), instrument in families.items():
        worth = unit_worth(instrument)
        for place, step in enumerate(office.exchange.ladder(instrument.symbol).steps(), 1):
            least = step.above / worth + instrument.step if step.above else step.above
            if wanted in {"", str(place)}:
                rows.append({
                    "baseMaxLoan": "", "imr": text(round(1 / step.tier.leverage, 4)), "instFamily": family,
                    "instId": "", "maxLever": text(step.tier.leverage), "maxSz": text(step.tier.upto / worth),
                    "minSz": text(least), "mmr": text(step.tier.maintenance), "optMgnFactor": "0",
                    "quoteMaxLoan": "", "tier": str(place), "uly": family,
                })  # fmt: skip
    return rows


def deliveries(office: Office, params: Params, now: int) -> Rows:
    """Past deliveries of a family, the latest first."""
    after, before = when(params, "after") or now + 1, when(params, "before")
    done: dict[int, list[dict[str, str]]] = {}
    for market in _of_family(office, params, ("FUTURES",)):
        at = market.instrument.expiry or 0
        if at <= now and before < at < after:
            detail = {"insId": market.instrument.code, "px": text(market.estimate), "type": "delivery"}
            done.setdefault(at, []).append(detail)
    rows = [{"ts": ms(at), "details": details} for at, details in sorted(done.items(), reverse=True)]
    return rows[: count(params, "limit", 100, 100)]


def estimated_price(office: Office, params: Params, now: int) -> Rows:
    """The delivery price as it stands, in the last stretch before a delivery; nothing before."""
    return estimate(office.names.find(required(params, "instId")), now)


def estimate(market: SimMarket, now: int) -> Rows:
    """Return the row of a delivery price as it stands."""
    if market.estimate is None:
        return []
    instrument = market.instrument
    return [{"instType": type_of(instrument), "instId": instrument.code, "settlePx": text(market.estimate),
             "settleType": "delivery", "ts": ms(now)}]  # fmt: skip


def underlying(office: Office, params: Params, _now: int) -> Rows:
    """The families of a type of contract, one list of them."""
    kind = one_of(params, "instType", ("SWAP", "FUTURES", "OPTION"))
    return [list(dict.fromkeys(family_of(market.instrument) for market in office.names.of_type(kind)))]


@precise
def converted(office: Office, params: Params, _now: int) -> Rows:
    """Contracts for an amount of coin (type 1), or coin for contracts (2); prices count for inverse contracts."""
    kind, size = one_of(params, "type", ("1", "2"), "1"), number(params, "sz")
    market = office.names.find(required(params, "instId"))
    instrument = market.instrument
    if instrument.kind is Kind.SPOT:
        raise CodeError("51000", "instId")
    unit = one_of(params, "unit", ("coin", "usds"), "coin")
    inverse = instrument.margin is Margin.INVERSE
    price = number(params, "px") if word(params, "px") else Decimal(repr(market.carry.mark))
    # One contract is so much coin, or of linear ones so much money in dollars of the settlement currency.
    worth = unit_worth(instrument) / (price if inverse else 1) if unit == "coin" else unit_worth(instrument)
    if unit == "usds" and not inverse:
        worth *= price
    opens = one_of(params, "opType", ("open", "close"), "close") == "open"
    rounding = Rounding.DOWN if opens else Rounding.NEAREST
    done = on_grid(size / worth, instrument.step, rounding) if kind == "1" else (size * worth).quantize(SMALL)
    return [{"instId": instrument.code, "px": word(params, "px"), "sz": text(done), "type": kind, "unit": unit}]
