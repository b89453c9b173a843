import { defineConfig } from "vitest/config";
import { licences } from "./licences.ts";

const SERVER = "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [licences(["@fontsource-variable/inter"])],
  build: {
    outDir: "../src/basisdesk/web/static/terminal",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: { "/ws": { target: SERVER, ws: true } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
