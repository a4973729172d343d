import { isFailure } from '@castmesh/client';
import { i18n } from '../i18n/index.ts';

/** A sentence for the reader about anything that was thrown. */
export function sentence(error: unknown): string {
  const { t, te } = i18n.global;
  const key = isFailure(error) ? `errors.${error.name}` : 'errors.UNKNOWN';
  return te(key) ? t(key) : t('errors.UNKNOWN');
}
