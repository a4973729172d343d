import { Emitter } from '../emitter.js';
import { CastmeshError, isFailure, type FailureName } from '../errors.js';
import { watchNetwork } from '../transport/network.js';
import { RpcSocket, type Notification } from '../transport/rpc-socket.js';
import type { ServerEvents, User } from '../types.js';
import { actionOnClose, CLOSE_CODES } from './close-codes.js';
import { Heartbeat } from './heartbeat.js';
import { Inbox } from './inbox.js';
import { isRepeatable } from './repeatable.js';
import { ReturnPlan } from './return-plan.js';
import type {
  SessionEnd,
  SessionEvents,
  SessionOptions,
  SessionState,
  Verdict,
  Welcome,
} from './session-types.js';

/** A socket that lived this long was a success: the next failure starts with short waits. */
const STABLE_MS = 5_000;
const MAX_PING_DEADLINE_MS = 10_000;
const PROBE_DEADLINE_MS = 3_000;
const TOKEN_REFUSED: FailureName[] = [
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'TOKEN_INVALID',
];

/**
 * One user's lasting conversation with the mesh over a chain of sockets.
 *
 * It authenticates each socket, keeps a heartbeat, comes back after a loss with growing waits and
 * resumes where it was. Events reach {@link events} in order, each once.
 */
export class Session extends Emitter<SessionEvents> {
  /** The server's events by their names on the wire. */
  readonly events = new Emitter<ServerEvents>();

  readonly #options: SessionOptions;
  readonly #return: ReturnPlan;
  readonly #inbox: Inbox;
  #state: SessionState = 'idle';
  #end: SessionEnd | undefined;
  #verdict: Verdict | undefined;
  #socket: RpcSocket | undefined;
  #heartbeat: Heartbeat | undefined;
  #sessionId: string | undefined;
  #user: User | undefined;
  #iceServers: RTCIceServer[] = [];
  #iceServersAt = 0;
  #connectedAt = 0;
  #freshToken = false;
  #refreshTried = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: SessionOptions) {
    super();
    this.#options = options;
    this.#return = new ReturnPlan(options.backoff);
    this.#inbox = new Inbox(
      (event) => this.#deliver(event),
      () => this.emit('reset', { cause: 'events-lost' }),
      options.inbox,
    );
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why the session is closed, once it is. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** What an administrator said, once the session is closed as kicked or banned. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** The server's name for this session, once authenticated. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  get user(): User | undefined {
    return this.#user;
  }

  /** The ICE servers told at the last authentication, and when that was (`Date.now()`). */
  get iceServers(): { servers: RTCIceServer[]; at: number } {
    return { servers: this.#iceServers, at: this.#iceServersAt };
  }

  /** Starts connecting; does nothing while it is connecting or connected. */
  open(): void {
    if (this.#state !== 'idle' && this.#state !== 'closed') return;
    this.#end = this.#verdict = undefined;
    this.#freshToken = this.#refreshTried = false;
    this.#return.startOver();
    this.#unwatch = watchNetwork(() => this.#networkChanged());
    this.#setState('connecting');
    void this.#connect();
  }

  /** Leaves for good: the server releases at once what this session holds. */
  close(): void {
    this.#finish('closed');
  }

  /** Resolves when the session is connected; rejects when it is closed or the time is over. */
  async whenConnected(timeoutMs: number = this.#requestTimeoutMs): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (this.#state !== 'connected') {
      if (!this.#isOpening()) throw this.#notOpen();
      await this.#nextState(end - Date.now());
    }
  }

  #nextState(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        off();
        reject(CastmeshError.local('TIMEOUT', 'There is no connection yet'));
      }, timeoutMs);
      const off = this.once('state', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /**
   * Asks the server. While reconnecting, the request waits for the connection; the deadline covers
   * that wait too, though not the time for which a draining server has asked to stay away. When the
   * connection goes before the reply came, a request that may be carried out twice is made once
   * more on the next connection, with a deadline of its own; any other fails with CONNECTION_LOST:
   * whether it was carried out is not known here.
   */
  async request<T>(
    method: string,
    params: object = {},
    timeoutMs: number = this.#requestTimeoutMs,
  ): Promise<T> {
    try {
      return (await this.#ask(method, params, timeoutMs)) as T;
    } catch (error) {
      const again = isFailure(error, 'CONNECTION_LOST') && isRepeatable(method, params);
      if (!again || !this.#isOpening()) throw error;
      return (await this.#ask(method, params, timeoutMs)) as T;
    }
  }

  async #ask(method: string, params: object, timeoutMs: number): Promise<unknown> {
    const end = Date.now() + timeoutMs + this.#return.askedWaitMs;
    const left = () => Math.max(1, end - Date.now());
    let socket = this.#socket;
    while (this.#state !== 'connected' || !socket?.isOpen) {
      // A socket that is closing has not told of its end yet; nothing would be answered on it.
      if (this.#state === 'connected') await this.#nextState(left());
      await this.whenConnected(left());
      socket = this.#socket;
    }
    return socket.request(method, params, left());
  }

  /** Sends without asking for a reply; dropped while there is no connection. */
  notify(method: string, params: object): void {
    if (this.#state === 'connected') this.#socket?.notify(method, params);
  }

  get #requestTimeoutMs(): number {
    return this.#options.requestTimeoutMs ?? 10_000;
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    let token: string;
    const fresh = this.#freshToken;
    try {
      token = await this.#options.token(fresh);
    } catch (error) {
      if (!this.#isOpening() || attempt !== this.#attempt) return;
      if (isFailure(error, 'BANNED')) this.#dismissed(error);
      else if (isFailure(error) && !error.retryable) this.#finish('unauthenticated');
      else this.#retryLater();
      return;
    }
    // Closed, or closed and opened again, while the token was on its way.
    if (!this.#isOpening() || attempt !== this.#attempt) return;
    this.#freshToken = false;
    const factory = this.#options.socketFactory ?? ((url: string) => new WebSocket(url));
    const deadline = this.#options.connectTimeoutMs ?? 10_000;
    const started = Date.now();
    const timer = setTimeout(() => socket.close(4000, 'connect timeout'), deadline);
    const socket: RpcSocket = new RpcSocket(
      this.#options.url,
      {
        open: () => {
          const left = Math.max(1, deadline - (Date.now() - started));
          void this.#authenticate(socket, token, left).finally(() => clearTimeout(timer));
        },
        notification: (event) => this.#receive(socket, event),
        close: (code) => {
          clearTimeout(timer);
          this.#lost(socket, code);
        },
      },
      factory,
      this.#options.traceparent,
    );
    this.#socket = socket;
  }

  async #authenticate(socket: RpcSocket, token: string, deadlineMs: number): Promise<void> {
    const resume = this.#sessionId
      ? { sessionId: this.#sessionId, lastSeq: this.#inbox.lastSeq }
      : undefined;
    let welcome: Welcome;
    try {
      const params = resume ? { token, resume } : { token };
      welcome = (await socket.request('session.authenticate', params, deadlineMs)) as Welcome;
    } catch (error) {
      if (this.#socket === socket && (isFailure(error, 'BANNED') || isFailure(error, 'KICKED'))) {
        this.#dismissed(error);
        return;
      }
      const refused = isFailure(error) && TOKEN_REFUSED.includes(error.name);
      socket.close(refused ? CLOSE_CODES.NOT_AUTHENTICATED : 4000, 'not authenticated');
      return;
    }
    if (this.#socket !== socket) return;
    this.#welcome(socket, welcome, resume !== undefined);
  }

  /** The server has refused to let this person in, and has said why. */
  #dismissed({ name, reason, until }: CastmeshError): void {
    this.#verdict = { reason, until };
    this.#finish(name === 'KICKED' ? 'kicked' : 'banned');
  }

  #welcome(socket: RpcSocket, welcome: Welcome, asked: boolean): void {
    // Another gateway may carry a session on whose own one has died: then the events begin anew,
    // and everything that the session holds stands.
    const isSame = asked && welcome.sessionId === this.#sessionId;
    if (!welcome.resumed) this.#inbox.reset();
    this.#sessionId = welcome.sessionId;
    this.#user = welcome.user;
    this.#iceServers = welcome.iceServers ?? [];
    this.#iceServersAt = this.#connectedAt = Date.now();
    this.#refreshTried = false;
    if (welcome.maxMessageBytes) socket.maxMessageBytes = welcome.maxMessageBytes;
    const everyMs = Math.max(1, welcome.heartbeatSeconds || 20) * 1_000;
    this.#heartbeat = new Heartbeat(
      (ms) => socket.request('session.ping', {}, ms),
      () => socket.close(4000, 'heartbeat unanswered'),
      { everyMs, deadlineMs: Math.min(everyMs, MAX_PING_DEADLINE_MS) },
    );
    this.#return.arrived();
    this.#setState('connected');
    if (asked && !welcome.resumed) {
      this.emit('reset', { cause: isSame ? 'taken-over' : 'not-resumed' });
    }
    this.emit('ready', { user: welcome.user, resumed: welcome.resumed });
    this.#flushEarly();
  }

  /**
   * Events of the resumed session may overtake the reply to `session.authenticate`; they wait for
   * it, because only the reply says which session they belong to.
   */
  #early: Notification[] = [];

  #receive(socket: RpcSocket, event: Notification): void {
    if (this.#socket !== socket) return;
    // One that comes with the missed events is about the server before.
    if (event.method === 'server.draining' && this.#state === 'connected') {
      this.#return.asked(event.params.reconnectAfterMs);
    }
    // Nothing may follow it: the socket is about to be closed.
    if (event.method === 'session.kicked' || event.method === 'session.banned') {
      this.#verdict = event.params as Verdict;
    }
    if (this.#state === 'connected') this.#inbox.accept(event);
    else this.#early.push(event);
  }

  #flushEarly(): void {
    for (const event of this.#early.splice(0)) this.#inbox.accept(event);
  }

  #deliver({ method, params }: Notification): void {
    if (method === 'session.stale') this.emit('reset', { cause: 'events-lost' });
    // The wire's names are the type's; an event this SDK does not know has no listener.
    this.events.emit(method as keyof ServerEvents, params as never);
  }

  #lost(socket: RpcSocket, code: number): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#early = [];
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    if (this.#state === 'connected' && Date.now() - this.#connectedAt > STABLE_MS) {
      this.#return.succeeded();
    }
    switch (actionOnClose(code)) {
      case 'stop-replaced':
        return this.#finish('replaced');
      case 'stop-forbidden':
        return this.#finish('forbidden');
      case 'stop-kicked':
        return this.#finish('kicked');
      case 'stop-banned':
        return this.#finish('banned');
      case 'refresh-token':
        if (this.#refreshTried) return this.#finish('unauthenticated');
        this.#refreshTried = this.#freshToken = true;
        this.#setState(this.#sessionId ? 'reconnecting' : 'connecting');
        return void this.#connect();
      case 'reconnect':
        return this.#retryLater();
    }
  }

  #retryLater(): void {
    const waitMs = this.#return.next();
    this.#setState(this.#sessionId ? 'reconnecting' : 'connecting');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retryNow(), waitMs);
  }

  #retryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#return.attempting();
    void this.#connect();
  }

  #networkChanged(): void {
    if (this.#state === 'connected') this.#heartbeat?.probe(PROBE_DEADLINE_MS);
    else if (this.#timer !== undefined) this.#retryNow();
  }

  #finish(end: SessionEnd): void {
    if (this.#state === 'closed' || this.#state === 'idle') return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#heartbeat?.stop();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#end = end;
    this.#early = [];
    this.#dropOldSession();
    this.#setState('closed');
    socket?.close(1000, 'done');
  }

  #dropOldSession(): void {
    this.#sessionId = undefined;
    this.#inbox.reset();
  }

  #isOpening(): boolean {
    return this.#state === 'connecting' || this.#state === 'reconnecting';
  }

  #setState(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    const planned = state === 'reconnecting' && this.#return.isPlanned;
    this.emit('state', { state, end: this.#end, verdict: this.#verdict, planned });
  }

  #notOpen(): CastmeshError {
    return CastmeshError.local('CLIENT_CLOSED', 'The session is not open');
  }
}
