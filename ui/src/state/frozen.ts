// Markets that the desk has frozen because orders which are not its own were seen there.
import { onReply, refusal, say } from "./live";

const waiting = new Map<string, string>();

/** Have a frozen market traded again; what speaks against it is shown where refusals of the server are. */
export function thaw(symbol: string): void {
  const key = crypto.randomUUID();
  if (say({ thaw: { key, symbol } })) waiting.set(key, symbol);
  else refusal.value = `${symbol} stays frozen: the page is not connected to its server.`;
}

onReply((answer) => {
  const symbol = waiting.get(answer.key);
  waiting.delete(answer.key);
  if (symbol !== undefined && !answer.ok) refusal.value = answer.message;
});
