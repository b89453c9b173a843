// Writes the licence texts of everything that ends up in the built terminal into one file, which the About pane shows.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const CHARTS_NOTICE = `TradingView Lightweight Charts™
Copyright (c) 2025 TradingView, Inc. https://www.tradingview.com/`;

interface Package {
  name: string;
  version: string;
  license?: string;
}

function folderOf(module: string): string | undefined {
  const path = module.replace(/^\0/, "").split("?")[0] ?? "";
  if (!path.includes("/node_modules/")) return undefined;
  for (let folder = dirname(path); folder.includes("/node_modules/"); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && "version" in JSON.parse(readFileSync(file, "utf8"))) return folder;
  }
  return undefined;
}

function section(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Package;
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file
    ? readFileSync(join(folder, file), "utf8").trim()
    : "(the package carries no licence text)";
  const notice = about.name === "lightweight-charts" ? `${CHARTS_NOTICE}\n\n` : "";
  return `${about.name} ${about.version} (${about.license ?? "no licence named"})\n\n${notice}${text}\n`;
}

export function licences(extra: readonly string[]): Plugin {
  return {
    name: "licences",
    generateBundle() {
      const folders = new Set(extra.map((name) => join(import.meta.dirname, "node_modules", name)));
      for (const module of this.getModuleIds()) {
        const folder = folderOf(module);
        if (folder !== undefined) folders.add(folder);
      }
      const rule = `\n${"-".repeat(80)}\n\n`;
      const source = [...folders].sort().map(section).join(rule);
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}
