import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { helping } from "../state/keys";
import { desk } from "../state/live";
import { Modal } from "./modal";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Search a spread"],
  ["B or S", "Arm the ticket to buy or sell"],
  ["Enter", "Send the ticket, or select the crossing that has the focus"],
  ["Arrows", "Move through the matrix"],
  ["Esc", "Clear the ticket, close a dialog"],
  ["?", "This page"],
];

export function Help() {
  return (
    <Modal
      open={helping.value}
      title="Keys and about"
      close={() => {
        helping.value = false;
      }}
    >
      <dl class="keys">
        {KEYS.map(([key, means]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <h3>How to read a spread</h3>
      <p>
        A spread is LEG1 minus LEG2. Buying it buys LEG1 and sells LEG2. Its ask is LEG1's ask less LEG2's
        bid, its bid LEG1's bid less LEG2's ask. Grey numbers are old: point at them to see their age.
      </p>
      <About />
    </Modal>
  );
}

function About() {
  const text = useSignal("");
  useEffect(() => {
    fetch("/licences.txt")
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((found) => {
        text.value = found;
      })
      .catch(() => {
        text.value = "The licence texts could not be loaded.";
      });
  }, []);
  return (
    <>
      <h3>About</h3>
      <p>
        Basisdesk {desk.value?.body.build ?? ""}, Apache-2.0. Charts by{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          TradingView
        </a>{" "}
        Lightweight Charts™, Copyright (c) 2025 TradingView, Inc.
      </p>
      <details>
        <summary>Licences of what this page contains</summary>
        <pre>{text.value}</pre>
      </details>
    </>
  );
}
