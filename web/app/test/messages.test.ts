import { FAILURE_CODES } from '@castmesh/client';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { en } from '../src/i18n/en.ts';
import { preferredLocale } from '../src/i18n/index.ts';
import { zh } from '../src/i18n/zh.ts';

function keysOf(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([name, value]) =>
    typeof value === 'string' ? [prefix + name] : keysOf(value as object, `${prefix}${name}.`),
  );
}

function textOf(messages: object, key: string): string {
  return String(
    key
      .split('.')
      .reduce((node: unknown, name) => (node as Record<string, unknown>)[name], messages),
  );
}

test('both languages have the same sentences with the same blanks', () => {
  const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  assert.deepEqual(keysOf(zh).sort(), keysOf(en).sort());
  for (const key of keysOf(en)) {
    assert.deepEqual(blanks(textOf(zh, key)), blanks(textOf(en, key)), key);
  }
});

test('every failure of the catalogue has a sentence', () => {
  const names = Object.keys(FAILURE_CODES);
  assert.deepEqual(
    names.filter((name) => !(name in en.errors)),
    [],
  );
});

test('every sentence a template names is there', () => {
  // given
  const root = new URL('../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true }) as string[];
  const sources = files
    .filter((file) => /\.(vue|ts)$/.test(file))
    .map((file) => readFileSync(new URL(file, root), 'utf8'));
  // when
  const named = sources.flatMap((source) =>
    [...source.matchAll(/\bt\('([a-zA-Z]+\.[\w.]+)'/g)].map((match) => match[1]!),
  );
  // then
  const known = new Set(keysOf(en));
  assert.ok(named.length > 100, 'the search finds them');
  assert.deepEqual(
    named.filter((key) => !known.has(key)),
    [],
  );
});

test('the language follows the browser, with English for everybody else', () => {
  assert.equal(preferredLocale(['zh-TW', 'en']), 'zh');
  assert.equal(preferredLocale(['fr-FR', 'zh-CN']), 'zh');
  assert.equal(preferredLocale(['fr-FR']), 'en');
});
