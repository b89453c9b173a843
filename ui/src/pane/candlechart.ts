// The chart library behind one small interface: take candles, show levels, follow the theme.
import {
  type CandlestickData,
  CandlestickSeries,
  CrosshairMode,
  createChart,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type UTCTimestamp,
} from "lightweight-charts";
import { MINUS } from "../pure/number";
import type { Bar, Candles } from "../wire/types";

export interface Shown {
  open: number;
  high: number;
  low: number;
  close: number;
}

export interface PriceLevel {
  price: number;
  title: string;
  tone: "buy" | "sell" | "entry";
}

type Candle = CandlestickData<UTCTimestamp>;

export class CandleChart {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<"Candlestick">;
  private readonly times = new Set<number>();
  private marks: IPriceLine[] = [];
  private newest: Candle | undefined;
  private hovering = false;
  /** Whether the whole series came: what continues it is of no use before. */
  private begun = false;

  constructor(
    place: HTMLElement,
    private readonly show: (bar: Shown | undefined) => void,
  ) {
    this.chart = createChart(place, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 11 },
      handleScroll: { vertTouchDrag: false },
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: {
        timeVisible: true,
        secondsVisible: true,
        rightOffset: 4,
        barSpacing: 8,
        borderVisible: false,
      },
      rightPriceScale: { borderVisible: false },
    });
    this.series = this.chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.chart.subscribeCrosshairMove((event) => {
      const bar = event.seriesData.get(this.series) as Candle | undefined;
      this.hovering = bar !== undefined;
      show(bar ?? this.newest);
    });
    this.dress();
  }

  remove(): void {
    this.chart.remove();
  }

  clear(): void {
    this.series.setData([]);
    this.times.clear();
    this.newest = undefined;
    this.begun = false;
    this.show(undefined);
  }

  /** Draw what came, and return how many candles there are. */
  take(candles: Candles): number {
    if (!candles.whole && !this.begun) return -1;
    this.begun = true;
    const bars = candles.bars.map(candle);
    if (candles.whole || this.newest === undefined) {
      const fresh = this.newest === undefined;
      this.times.clear();
      this.series.setData(bars);
      if (fresh) this.chart.timeScale().resetTimeScale();
    } else {
      let newest = this.newest.time;
      for (const bar of bars) {
        const old = bar.time < newest;
        if (!old || this.times.has(bar.time)) this.series.update(bar, old);
        if (!old) newest = bar.time;
      }
    }
    for (const bar of bars) this.times.add(bar.time);
    this.newest = bars.at(-1) ?? this.newest;
    if (!this.hovering) this.show(this.newest);
    return this.times.size;
  }

  places(decimals: number): void {
    const formatter = (price: number) => price.toFixed(decimals).replace("-", MINUS);
    this.series.applyOptions({ priceFormat: { type: "custom", formatter, minMove: 10 ** -decimals } });
  }

  lines(levels: readonly PriceLevel[]): void {
    for (const mark of this.marks) this.series.removePriceLine(mark);
    const colours = palette();
    this.marks = levels.map(({ price, title, tone }) =>
      this.series.createPriceLine({
        price,
        title,
        color: colours[tone],
        lineWidth: 1,
        lineStyle: tone === "entry" ? LineStyle.Dotted : LineStyle.Dashed,
      }),
    );
  }

  /** Take the colours of the page's theme. */
  dress(): void {
    const { pane, text, grid, buy, sell, font, cross } = palette();
    this.chart.applyOptions({
      layout: { background: { color: pane }, textColor: text, fontFamily: font },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      crosshair: {
        vertLine: { color: cross, labelBackgroundColor: cross },
        horzLine: { color: cross, labelBackgroundColor: cross },
      },
    });
    this.series.applyOptions({ upColor: buy, wickUpColor: buy, downColor: sell, wickDownColor: sell });
  }
}

function candle([time, open, high, low, close]: Bar): Candle {
  return { time: Math.floor(time / 1e9) as UTCTimestamp, open, high, low, close };
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    pane: of("--pane"),
    text: of("--dim"),
    grid: of("--grid"),
    buy: of("--buy"),
    sell: of("--sell"),
    entry: of("--accent"),
    cross: of("--cross"),
    font: of("--font"),
  };
}
