import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { parse as parseYaml } from 'yaml';
import { root } from './machine.ts';

/** A query and where it stands. */
export interface Query {
  where: string;
  expression: string;
}

export interface Alert {
  name: string;
  expression: string;
  severity: string;
  summary: string;
  runbook: string;
}

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  metric: string;
  matchers: Matcher[];
}

/** What a query reads, and the labels by which it puts series together. */
export interface Parts {
  selectors: Selector[];
  grouping: string[];
}

const RULES = join(root, 'docker/prometheus/rules');
const DASHBOARDS = join(root, 'docker/grafana/dashboards');

interface RuleFile {
  groups: {
    rules: {
      alert: string;
      expr: string;
      labels: { severity: string };
      annotations: { summary: string; runbook: string };
    }[];
  }[];
}

interface Dashboard {
  uid: string;
  title: string;
  panels: { title: string; type: string; targets?: { expr: string }[] }[];
  templating: { list: { name: string; definition?: string }[] };
  annotations: { list: { name: string; expr?: string }[] };
}

export function alerts(): Alert[] {
  return readdirSync(RULES)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => parseYaml(readFileSync(join(RULES, name), 'utf8')) as RuleFile)
    .flatMap((file) => file.groups)
    .flatMap((group) => group.rules)
    .map((rule) => ({
      name: rule.alert,
      expression: rule.expr,
      severity: rule.labels.severity,
      summary: rule.annotations.summary,
      runbook: rule.annotations.runbook,
    }));
}

export function dashboards(): Dashboard[] {
  return readdirSync(DASHBOARDS).map(
    (name) => JSON.parse(readFileSync(join(DASHBOARDS, name), 'utf8')) as Dashboard,
  );
}

/** Every query of rules and dashboards. */
export function queries(): Query[] {
  const all = alerts().map(({ name, expression }) => ({ where: `the alert ${name}`, expression }));
  for (const board of dashboards()) {
    for (const panel of board.panels) {
      for (const { expr } of panel.targets ?? []) {
        all.push({ where: `${board.title}: ${panel.title}`, expression: withoutVariables(expr) });
      }
    }
    for (const { name, definition } of board.templating.list) {
      const [, selector] = /^label_values\((.*),\s*\w+\)$/.exec(definition ?? '') ?? [];
      if (selector) {
        const expression = withoutVariables(selector);
        all.push({ where: `${board.title}: the variable ${name}`, expression });
      }
    }
    for (const { name, expr } of board.annotations.list) {
      if (expr) all.push({ where: `${board.title}: ${name}`, expression: withoutVariables(expr) });
    }
  }
  return all;
}

/** What Grafana puts in place of its variables. */
function withoutVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/"\$\w+"/g, '".*"');
}

/** Fails when it is no PromQL. */
export function take(query: Query): Parts {
  const { expression } = query;
  const parts: Parts = { selectors: [], grouping: [] };
  const text = (node: SyntaxNode | null): string =>
    node ? expression.slice(node.from, node.to) : '';
  parser.parse(expression).iterate({
    enter: (ref) => {
      const node = ref.node;
      if (node.type.isError) {
        const at = expression.slice(Math.max(0, node.from - 20), node.to + 20);
        throw new Error(`${query.where}: not PromQL near "${at}"`);
      }
      if (node.name === 'VectorSelector') {
        const matchers = node
          .getChild('LabelMatchers')
          ?.getChildren('UnquotedLabelMatcher')
          .map((matcher) => ({
            label: text(matcher.getChild('LabelName')),
            operator: text(matcher.getChild('MatchOp')),
            value: JSON.parse(text(matcher.getChild('StringLiteral'))) as string,
          }));
        parts.selectors.push({
          metric: text(node.getChild('Identifier')),
          matchers: matchers ?? [],
        });
      }
      if (node.name === 'GroupingLabels') {
        parts.grouping.push(...node.getChildren('LabelName').map(text));
      }
    },
  });
  if (parts.selectors.length === 0) throw new Error(`${query.where}: reads nothing`);
  return parts;
}

/** Whether a matcher lets a value through. */
export function matches(matcher: Matcher, value: string): boolean {
  const pattern = new RegExp(`^(?:${matcher.value})$`);
  switch (matcher.operator) {
    case '=':
      return value === matcher.value;
    case '!=':
      return value !== matcher.value;
    case '=~':
      return pattern.test(value);
    case '!~':
      return !pattern.test(value);
    default:
      throw new Error(`unknown operator ${matcher.operator}`);
  }
}
