import { onScopeDispose } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { client } from '../castmesh/client.ts';
import { useToasts } from '../stores/toasts.ts';

/** Tells the owner, on whatever page, that a recording has become a video. */
export function useVideoNews(): void {
  const { t } = useI18n();
  const router = useRouter();
  const toasts = useToasts();
  const off = client.session.events.on('video.ready', ({ video }) => {
    toasts.show(t('studio.saved'), {
      tone: 'good',
      action: {
        label: t('studio.savedLink'),
        run: () => void router.push({ name: 'video', params: { id: video.id } }),
      },
    });
  });
  onScopeDispose(off);
}
