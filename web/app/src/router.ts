import { createRouter, createWebHistory } from 'vue-router';
import { i18n } from './i18n/index.ts';
import LivesPage from './pages/LivesPage.vue';
import SignInPage from './pages/SignInPage.vue';
import { useAccount } from './stores/account.ts';
import { useAnnouncer } from './stores/announcer.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without an account, and shown without the navigation. */
    bare?: boolean;
    /** Key of the window's title. */
    title?: string;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'lives', component: LivesPage, meta: { title: 'lives.title' } },
    {
      path: '/sign-in',
      name: 'sign-in',
      component: SignInPage,
      meta: { bare: true, title: 'signIn.submit' },
    },
    {
      path: '/go-live',
      name: 'studio',
      component: () => import('./pages/StudioPage.vue'),
      meta: { title: 'studio.title' },
    },
    {
      path: '/live/:id',
      name: 'watch',
      component: () => import('./pages/WatchPage.vue'),
      meta: { title: 'lives.title' },
    },
    {
      path: '/videos',
      name: 'videos',
      component: () => import('./pages/VideosPage.vue'),
      meta: { title: 'videos.title' },
    },
    {
      path: '/videos/:id',
      name: 'video',
      component: () => import('./pages/VideoPage.vue'),
      meta: { title: 'videos.title' },
    },
    {
      path: '/calls',
      name: 'people',
      component: () => import('./pages/PeoplePage.vue'),
      meta: { title: 'people.title' },
    },
    {
      path: '/admin/:tab?',
      name: 'admin',
      component: () => import('./pages/AdminPage.vue'),
      meta: { title: 'admin.title' },
    },
    {
      path: '/:rest(.*)*',
      name: 'not-found',
      component: () => import('./pages/NotFoundPage.vue'),
      meta: { title: 'app.notFound' },
    },
  ],
});

router.beforeEach((to) => {
  const account = useAccount();
  if (!to.meta.bare && !account.user) {
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  }
  return true;
});

/** Names the window after the page, in the language of now. */
export function nameWindow(): void {
  const { t } = i18n.global;
  const { title } = router.currentRoute.value.meta;
  document.title = title ? `${t(title)} · castmesh` : 'castmesh';
}

router.afterEach((to, from, failure) => {
  nameWindow();
  // Who does not look at the page would not know that a link has led somewhere.
  const hasMoved = !failure && from.matched.length > 0 && to.path !== from.path;
  if (hasMoved && to.meta.title) useAnnouncer().say(i18n.global.t(to.meta.title));
});

/** Where to go after signing in; only paths of our own, so that a link cannot lead elsewhere. */
export function safeNext(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}
