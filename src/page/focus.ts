/** Keeps the keyboard where it was while parts of the page are drawn anew. */

function labelOf(node: Element): string {
  return node.getAttribute('aria-label') ?? node.textContent ?? '';
}

/** After drawing, what has the focus is what is called the same in the same section, or else the section. */
export function keepFocus(draw: () => void): void {
  const active = document.activeElement;
  const section = active?.closest('section') ?? null;
  const label = active === null ? '' : labelOf(active);
  draw();
  if (section === null || active === null || (active.isConnected && !isDisabled(active))) return;
  const same = [...section.querySelectorAll<HTMLElement>('a, button')].find(
    (one) => labelOf(one) === label && !isDisabled(one),
  );
  (same ?? section).focus({ preventScroll: true });
}

function isDisabled(node: Element): boolean {
  return node instanceof HTMLButtonElement && node.disabled;
}
