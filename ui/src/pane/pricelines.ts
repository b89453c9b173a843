// Levels worth seeing on the chart: triggers that wait, and where the position was entered.
import { amounts, MINUS } from "../pure/number";
import type { Order, Position } from "../wire/types";
import type { PriceLevel } from "./candlechart";

export function levels(
  orders: readonly Order[],
  positions: readonly Position[],
  spread: string,
): PriceLevel[] {
  const found: PriceLevel[] = [];
  for (const order of orders) {
    if (order.spread !== spread || !order.active || order.trigger === null) continue;
    found.push({
      price: Number(order.trigger),
      title: `${order.side} ${amounts(order.size)}`,
      tone: order.side === "BUY" ? "buy" : "sell",
    });
  }
  for (const position of positions) {
    if (position.spread !== spread || position.entry === null || Number(position.size) === 0) continue;
    const size = amounts(position.size.replace("-", ""));
    found.push({
      price: Number(position.entry),
      title: `entry ${Number(position.size) < 0 ? MINUS : "+"}${size}`,
      tone: "entry",
    });
  }
  return found;
}
