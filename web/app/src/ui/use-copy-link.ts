import { useI18n } from 'vue-i18n';
import { useToasts } from '../stores/toasts.ts';

/** Copies a link; where the browser gives no clipboard, shows it to be copied by hand. */
export function useCopyLink(): (link: string) => Promise<void> {
  const { t } = useI18n();
  const toasts = useToasts();
  return async (link) => {
    try {
      await navigator.clipboard.writeText(link);
      toasts.show(t('studio.copied'), { tone: 'good' });
    } catch {
      toasts.show(link);
    }
  };
}
