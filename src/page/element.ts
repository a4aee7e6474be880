/** Elements from values. Data becomes text nodes and attributes, never markup. */

export type Child = Node | string | null;

interface Attributes {
  readonly [name: string]: string | number | boolean | null | undefined;
}

/**
 * A new element. An attribute that is `true` is there without a value; one that is `false`, `null` or `undefined`
 * is not there.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    created.setAttribute(attribute, value === true ? '' : String(value));
  }
  created.append(...children.filter((child) => child !== null));
  return created;
}

/** A button that is no part of a form. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const created = element('button', { type: 'button', ...attributes }, label);
  created.addEventListener('click', act);
  return created;
}

/** Puts new children in place of all that an element has. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null));
}

/** A section of the page with its heading, which can be led to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  const heading = element('h2', { id: `${id}-title` }, title);
  return element('section', { id, tabindex: '-1', 'aria-labelledby': `${id}-title` }, heading, ...children);
}
