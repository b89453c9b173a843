// The one live socket of the page: opened again whenever it is lost, with everything watched asked for anew.
import type { FromServer, ToServer } from "./types";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 2000;

export interface Ear {
  opened(): void;
  closed(): void;
  heard(message: FromServer): void;
}

export class Socket {
  private socket: WebSocket | undefined;
  private wait = FIRST_WAIT;

  constructor(
    private readonly address: string,
    private readonly ear: Ear,
  ) {}

  open(): void {
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      this.wait = FIRST_WAIT;
      this.ear.opened();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.ear.heard(JSON.parse(event.data) as FromServer);
    socket.onclose = () => {
      this.socket = undefined;
      this.ear.closed();
      setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
  }

  /** Say whether the message went out; a message for a closed socket is not kept. */
  send(message: ToServer): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}

export function socketAddress(page: Location): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/ws`;
}
