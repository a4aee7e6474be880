/** Who listens to what, typed by a table from names to events. */

export type Listener<Event> = (event: Event) => void;

/** @typeParam Events - The type of each name's events. */
export class Listeners<Events> {
  readonly #byName = new Map<keyof Events, Set<Listener<never>>>();

  /** @returns What ends it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byName.get(name) === listeners) this.#byName.delete(name);
    };
  }

  has(name: keyof Events): boolean {
    return this.#byName.has(name);
  }

  /**
   * Tells all who listen. What one of them throws is nobody's matter here: it is thrown again where nothing else
   * runs, as an uncaught exception.
   *
   * @param make - Makes the event, if anybody listens.
   */
  emit<Name extends keyof Events>(name: Name, make: () => Events[Name]): void {
    const listeners = this.#byName.get(name) as Set<Listener<Events[Name]>> | undefined;
    if (listeners === undefined) return;
    const event = make();
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
