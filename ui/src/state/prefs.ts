// What the page remembers between visits, in this browser alone.
import { effect, type Signal, signal } from "@preact/signals";

function read<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`basisdesk.${name}`);
    const value: unknown = text === null ? otherwise : JSON.parse(text);
    return typeof value === typeof otherwise ? (value as T) : otherwise;
  } catch {
    return otherwise;
  }
}

export function remembered<T>(name: string, otherwise: T): Signal<T> {
  const value = signal(read(name, otherwise));
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      localStorage.setItem(`basisdesk.${name}`, text);
    } catch {
      // A browser that forbids storage still trades; it only forgets.
    }
  });
  return value;
}
