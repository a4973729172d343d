import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { i18n, preferredLocale, type Locale } from '../i18n/index.ts';

export type Theme = 'system' | 'light' | 'dark';

const THEME = 'castmesh.theme';
const LOCALE = 'castmesh.locale';

/** What the reader has chosen about the look and the language; kept on the device. */
export const useSettings = defineStore('settings', () => {
  const theme = ref<Theme>(oneOf(localStorage.getItem(THEME), ['light', 'dark'], 'system'));
  const locale = ref<Locale>(
    oneOf(localStorage.getItem(LOCALE), ['en', 'zh'], preferredLocale(navigator.languages)),
  );

  watch(
    theme,
    (value) => {
      if (value === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = value;
      keep(THEME, value === 'system' ? undefined : value);
    },
    { immediate: true },
  );

  watch(
    locale,
    (value) => {
      i18n.global.locale.value = value;
      document.documentElement.lang = value === 'zh' ? 'zh-CN' : 'en';
    },
    { immediate: true },
  );

  function chooseLocale(value: Locale): void {
    locale.value = value;
    keep(LOCALE, value);
  }

  return { theme, locale, chooseLocale };
});

function keep(key: string, value: string | undefined): void {
  if (value === undefined) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
}

function oneOf<T extends string>(value: string | null, allowed: T[], otherwise: T | 'system'): T {
  return (allowed.includes(value as T) ? value : otherwise) as T;
}
