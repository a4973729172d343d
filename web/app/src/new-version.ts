import type { Router } from 'vue-router';
import { i18n } from './i18n/index.ts';
import { useCall } from './stores/call.ts';
import { useConnection } from './stores/connection.ts';
import { useStudio } from './stores/studio.ts';
import { useToasts } from './stores/toasts.ts';

const RELOADED = 'castmesh.reloaded';

/**
 * After an upgrade, a tab that is open asks for parts of pages that the server no longer has. The
 * page that somebody wants to go to is then loaded anew, once; whoever is live or in a call is asked.
 *
 * @param load - loads an address as a whole page
 */
export function followNewVersions(router: Router, load: (address: string) => void): void {
  const { t } = i18n.global;
  const toasts = useToasts();
  const connection = useConnection();
  const studio = useStudio();
  const call = useCall();
  /** What was thrown because a part of a page could not be read. */
  const missing = new WeakSet<object>();

  addEventListener('vite:preloadError', ({ payload }) => missing.add(payload));

  router.onError((error: object, to) => {
    if (!missing.has(error)) return;
    const address = to.fullPath;
    const isAway = connection.state === 'reconnecting' || !navigator.onLine;
    if (studio.isLive || call.phase !== 'idle') {
      toasts.show(t('app.newVersion'), {
        action: { label: t('app.reload'), run: () => load(address) },
      });
    } else if (!isAway && sessionStorage.getItem(RELOADED) !== address) {
      sessionStorage.setItem(RELOADED, address);
      load(address);
    } else {
      // The network is away, or the part is missing in the new version, too.
      toasts.show(t('app.notLoaded'), {
        tone: 'bad',
        action: { label: t('app.retry'), run: () => void router.push(to) },
      });
    }
  });

  router.afterEach((_to, _from, failure) => {
    if (!failure) sessionStorage.removeItem(RELOADED);
  });
}
