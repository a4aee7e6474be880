/** Values that are made only if somebody asks for them. */

/** Makes a value when it is first asked for, and then lets go of what it was made from. */
export function once<T>(make: () => T): () => T {
  let state: { readonly make: () => T } | { readonly value: T } = { make };
  return () => {
    if ('make' in state) state = { value: state.make() };
    return state.value;
  };
}
