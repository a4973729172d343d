import { type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Event, RpcError } from './rpc.ts';

interface Named {
  name: string;
}

interface OpenRpc {
  methods: Named[];
  'x-events': (Named & { params: (Named & { required: boolean })[] })[];
  components: { errors: Record<string, { code: number; message: string }> };
}

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

function compiler(name: string, document: object): (pointer: string[]) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: `castmesh:${name}`, ...document });
  const compiled = new Map<string, ValidateFunction>();
  return (pointer) => {
    const path = pointer
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    let validate = compiled.get(path);
    if (!validate) {
      validate = ajv.compile({ $ref: `castmesh:${name}#/${path}` });
      compiled.set(path, validate);
    }
    return validate;
  };
}

function assertValid(validate: ValidateFunction, value: unknown, what: string): void {
  if (!validate(value)) {
    const why = (validate.errors ?? []).map((one) => `${one.instancePath || '/'} ${one.message}`);
    throw new Error(`${what} does not fit its schema: ${why.join('; ')}\n${JSON.stringify(value)}`);
  }
}

/** The signalling document of a running gateway, as a judge of what it sends. */
export class SignallingDocument {
  readonly #document: OpenRpc;
  readonly #schema: (pointer: string[]) => ValidateFunction;

  private constructor(document: OpenRpc) {
    this.#document = document;
    this.#schema = compiler('openrpc', document);
  }

  static async of(base: string): Promise<SignallingDocument> {
    return new SignallingDocument((await (await fetch(`${base}/openrpc.json`)).json()) as OpenRpc);
  }

  get methods(): string[] {
    return this.#document.methods.map((method) => method.name);
  }

  get events(): string[] {
    return this.#document['x-events'].map((event) => event.name);
  }

  checkResult(method: string, result: unknown): void {
    const index = this.methods.indexOf(method);
    if (index < 0) throw new Error(`${method} is not described`);
    const validate = this.#schema(['methods', String(index), 'result', 'schema']);
    assertValid(validate, result, `the result of ${method}`);
  }

  checkError(method: string, error: RpcError): void {
    const described = this.#document.components.errors[error.data.name];
    if (described?.code !== error.code) {
      throw new Error(`${method}: the error ${JSON.stringify(error)} is not described`);
    }
    if (typeof error.data.retryable !== 'boolean' || !error.message) {
      throw new Error(`${method}: the error ${JSON.stringify(error)} says too little`);
    }
  }

  checkEvent(event: Event): void {
    const index = this.events.indexOf(event.method);
    if (index < 0) throw new Error(`the event ${event.method} is not described`);
    const params = this.#document['x-events'][index]?.params ?? [];
    params.forEach((param, at) => {
      const value = event.params[param.name];
      if (value === undefined && !param.required) return;
      const pointer = ['x-events', String(index), 'params', String(at), 'schema'];
      assertValid(this.#schema(pointer), value, `${event.method}.${param.name}`);
    });
    const known = params.map((param) => param.name);
    const unknown = Object.keys(event.params).filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new Error(`${event.method} carries what is not described: ${unknown.join(', ')}`);
    }
  }
}

/** The HTTP document of a running gateway. */
export class HttpDocument {
  readonly #document: OpenApi;
  readonly #schema: (pointer: string[]) => ValidateFunction;

  private constructor(document: OpenApi) {
    this.#document = document;
    this.#schema = compiler('openapi', document);
  }

  static async of(base: string): Promise<HttpDocument> {
    return new HttpDocument((await (await fetch(`${base}/openapi.json`)).json()) as OpenApi);
  }

  /** Every operation as [method, path]. */
  get operations(): [string, string][] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [method, path]),
    );
  }

  /** Status, type and body of a response are among those that are described. */
  async check(method: string, path: string, response: Response): Promise<unknown> {
    const what = `${method.toUpperCase()} ${path}`;
    const responses = this.#document.paths[path]?.[method]?.responses;
    if (!responses) throw new Error(`${what} is not described`);
    const status = String(response.status);
    const key = status in responses ? status : 'default';
    if (key === 'default' && response.ok) {
      throw new Error(`${what}: the status ${status} is not described`);
    }
    const content = (responses[key] as { content?: Record<string, { schema?: object }> }).content;
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (!content) return undefined;
    if (!(type in content)) throw new Error(`${what}: ${status} with ${type} is not described`);
    if (!content[type]?.schema) return undefined;
    const body: unknown = await response.json();
    const pointer = ['paths', path, method, 'responses', key, 'content', type, 'schema'];
    assertValid(this.#schema(pointer), body, `${what} (${status})`);
    return body;
  }
}
