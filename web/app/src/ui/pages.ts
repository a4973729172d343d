import type { Page } from '@castmesh/client';

/**
 * The page to show when one has been read: another one if it has gone with its last item.
 *
 * @param page - counted from 0
 */
export function pageAfter(found: Page<unknown>, page: number): number {
  if (found.items.length > 0 || page === 0) return page;
  const last = Math.max(0, Math.ceil(found.total / found.size) - 1);
  return Math.min(page - 1, last);
}
