import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { client } from './castmesh/client.ts';
import { i18n } from './i18n/index.ts';
import { followNewVersions } from './new-version.ts';
import { router } from './router.ts';
import { useAccount } from './stores/account.ts';
import { useCall } from './stores/call.ts';
import { useConnection } from './stores/connection.ts';
import { useSettings } from './stores/settings.ts';
import { useStanding } from './stores/standing.ts';
import { useStudio } from './stores/studio.ts';
import './styles/tokens.css';
import './styles/base.css';

const app = createApp(App).use(createPinia()).use(i18n);

useSettings();
// These listen to the session and must be there before it opens.
useConnection();
useStanding();
const call = useCall();
const studio = useStudio();
useAccount().resume();

followNewVersions(router, (address) => location.assign(address));
app.use(router).mount('#app');

// A page that goes away takes its media along: saying so spares the others the wait for a time-out.
addEventListener('pagehide', ({ persisted }) => {
  if (persisted) return;
  void studio.stop().catch(() => undefined);
  void call.leave();
  client.disconnect();
});
