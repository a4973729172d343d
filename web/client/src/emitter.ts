/** A listener for one kind of event. */
export type Listener<T> = (event: T) => void;

/**
 * A typed event source.
 *
 * A listener that throws does not keep the others from hearing the event: its error is rethrown in
 * a task of its own, where the page's error reporting sees it.
 *
 * @typeParam Events - maps an event's name to what its listeners receive
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /**
   * Listens to an event.
   *
   * @returns a function that ends the listening
   */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    let set = this.#listeners.get(name);
    if (!set) {
      set = new Set();
      this.#listeners.set(name, set);
    }
    set.add(listener);
    return () => void set.delete(listener);
  }

  /** Listens to the next event of this name only. */
  once<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const off = this.on(name, (event) => {
      off();
      listener(event);
    });
    return off;
  }

  /** Tells every listener; meant for the owner of the emitter. */
  emit<K extends keyof Events>(name: K, event: Events[K]): void {
    const set = this.#listeners.get(name);
    if (!set) return;
    for (const listener of [...set] as Listener<Events[K]>[]) {
      try {
        listener(event);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
