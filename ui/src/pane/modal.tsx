import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  open: boolean;
  title: string;
  close: () => void;
  children: ComponentChildren;
}

/** A dialog over the page; Escape and the close button end it, and the focus returns to where it was. */
export function Modal({ open, title, close, children }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && box.current?.open === false) {
      box.current.showModal();
      box.current.querySelector<HTMLElement>("[data-first]")?.focus();
    }
    if (!open && box.current?.open === true) box.current.close();
  }, [open]);
  return (
    <dialog ref={box} class="modal" aria-label={title} onClose={close} onCancel={close}>
      {open ? (
        <>
          <header>
            <h2>{title}</h2>
            <button type="button" class="icon" onClick={close} title="Close (Esc)">
              <span aria-hidden="true">✕</span>
              <span class="hidden">Close</span>
            </button>
          </header>
          {children}
        </>
      ) : null}
    </dialog>
  );
}
