/**
 * Tells of moments at which the machine's way to the network may have changed: a network came back,
 * a phone went from Wi-Fi to mobile data, a laptop woke up. Where the platform cannot tell (outside
 * a browser), nothing is ever reported and time-outs find out instead.
 *
 * @returns a function that ends the watching
 */
export function watchNetwork(changed: () => void): () => void {
  const ends: (() => void)[] = [];
  const listen = (target: EventTarget | undefined, name: string, listener: () => void) => {
    if (typeof target?.addEventListener !== 'function') return;
    target.addEventListener(name, listener);
    ends.push(() => target.removeEventListener(name, listener));
  };
  const scope = globalThis as { navigator?: { connection?: EventTarget }; document?: Document };
  listen(globalThis as unknown as EventTarget, 'online', changed);
  listen(scope.navigator?.connection, 'change', changed);
  const doc = scope.document;
  listen(doc, 'visibilitychange', () => {
    if (doc?.visibilityState === 'visible') changed();
  });
  return () => ends.forEach((end) => end());
}
