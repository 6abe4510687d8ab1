/** One environment's connection: sends calls with a token and a key, and repeats what may be repeated. */

import { setTimeout as sleep } from "node:timers/promises";

import { asObject, CashlinkError, Refused, SignInRefused, text, Unreachable, Unreadable } from "./errors.js";
import { Key } from "./keys.js";

export const DISTRIBUTOR_SCOPES = "investors:write investors:read investments:write investments:read documents:write";
export const ISSUER_SCOPES = "products:read products:write issuers:read issuers:write documents:write investments:read";
const LARGEST_REFUSAL = 256 << 10;
const UNSENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** What a partner is given for an asset: the URL in any published spelling, and the client's credentials. */
export interface Environment {
  url: string;
  clientId: string;
  clientSecret: string;
}

/** The limits of a client; seconds and bytes. */
export interface Settings {
  attemptTimeout: number;
  callTimeout: number;
  attempts: number;
  firstPause: number;
  longestPause: number;
  largestAnswer: number;
  /** Scopes to ask for. Omitted: all that the client is granted; a server that insists on scopes is asked for those of the guides. */
  scope?: string;
  /** The token endpoint. Omitted: `oauth/token` below the URL without its prefix, then below the URL as it is. */
  tokenUrl?: string;
  userAgent: string;
}

const DEFAULTS: Settings = {
  attemptTimeout: 30,
  callTimeout: 120,
  attempts: 5,
  firstPause: 0.25,
  longestPause: 20,
  largestAnswer: 16 << 20,
  userAgent: "cashlink-sdk-typescript/0.1.0",
};

/** What every writing call takes beside its body. */
export interface WriteOptions {
  /** Omitted: a random key. */
  key?: Key;
}

/** A file to upload. */
export interface Upload {
  name: string;
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export type Api = "distributor" | "issuer" | "network";
export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  query?: Query | undefined;
  body?: unknown;
  file?: Upload;
  key?: Key | undefined;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Buffer<ArrayBuffer>;
}

/** Shared by everything that calls one environment. */
export class Connection {
  readonly #environment: Environment;
  readonly #settings: Settings;
  readonly #bases: Record<Api, string>;
  readonly #publishedScopes: string;
  #places: string[];
  #token: string | undefined;
  #renewAt = Infinity;
  #flight: Promise<string> | undefined;

  constructor(environment: Environment, settings: Partial<Settings> = {}) {
    this.#environment = environment;
    this.#settings = { ...DEFAULTS, ...settings };
    const { base, prefix, versioned } = split(environment.url);
    this.#bases = {
      distributor: versioned && prefix === undefined ? `${base}/v2/` : `${base}/distributor/v2/`,
      issuer: `${base}/issuer/v2/`,
      network: `${environment.url.replace(/\/+$/, "")}/`,
    };
    this.#publishedScopes = prefix === "issuer" ? ISSUER_SCOPES : DISTRIBUTOR_SCOPES;
    const places = [`${base}/oauth/token`, ...(prefix === undefined ? [] : [`${base}/${prefix}/oauth/token`])];
    this.#places = settings.tokenUrl === undefined ? places : [settings.tokenUrl];
  }

  /** Takes a token now, to find out early whether the credentials are right. */
  async signIn(): Promise<void> {
    await this.#repeat(true, () => this.#takeToken(undefined));
  }

  async call<T>(api: Api, method: string, path: string, call: Call = {}): Promise<T> {
    const told = `${method} ${path}`;
    const url = this.#address(api, path, call.query);
    const key = method === "GET" ? undefined : (call.key ?? Key.random()).forCall(method, path);
    const headers: Record<string, string> = {};
    if (key !== undefined) headers["X-Idempotency-Key"] = key;
    let body: () => string | FormData | undefined = () => undefined;
    if (call.file !== undefined) {
      const { name, contentType, bytes } = call.file;
      body = () => {
        const form = new FormData();
        form.append("file", new Blob([bytes], { type: contentType }), name);
        return form;
      };
    } else if (call.body !== undefined) {
      headers["Content-Type"] = "application/json";
      const written = JSON.stringify(call.body);
      body = () => written;
    }
    return this.#repeat(method === "GET" || key !== undefined, async () => {
      const answer = await this.#attempt(method, url, headers, body, told);
      return read(answer, told) as T;
    });
  }

  /** A file of this media type. */
  async download(api: Api, path: string, mediaType: string, query?: Query): Promise<Uint8Array> {
    const told = `GET ${path}`;
    const url = this.#address(api, path, query);
    return this.#repeat(true, async () => {
      const answer = await this.#attempt("GET", url, { Accept: mediaType }, () => undefined, told);
      return file(answer, mediaType, told);
    });
  }

  #address(api: Api, path: string, query: Query = {}): URL {
    const url = new URL(this.#bases[api] + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.append(name, String(value));
    }
    return url;
  }

  async #repeat<T>(harmless: boolean, attempt: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#settings.callTimeout * 1000;
    for (let number = 1; ; number += 1) {
      try {
        return await attempt();
      } catch (error) {
        const pause = error instanceof CashlinkError ? this.#pause(error, harmless, number) : undefined;
        if (pause === undefined || performance.now() + pause * 1000 >= end) throw error;
        await sleep(pause * 1000);
      }
    }
  }

  #pause(error: CashlinkError, harmless: boolean, number: number): number | undefined {
    const { attempts, firstPause, longestPause } = this.#settings;
    const unsent = error instanceof Unreachable && !error.mayHaveHappened;
    if (number >= attempts || !(harmless ? error.isTemporary : unsent)) return undefined;
    const asked = error instanceof Refused ? error.retryAfter : undefined;
    if (asked !== undefined) {
      // A server that asks for more than this is not waited for: the caller is told.
      return asked <= longestPause ? asked + Math.random() * firstPause : undefined;
    }
    return Math.min(firstPause * 2 ** (number - 1), longestPause) * (0.5 + Math.random() / 2);
  }

  async #attempt(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body: () => string | FormData | undefined,
    told: string,
  ): Promise<Answer> {
    const token = await this.#takeToken(undefined);
    const answer = await this.#send(method, url, { ...headers, Authorization: `Bearer ${token}` }, body(), told);
    if (answer.status !== 401) return answer;
    const renewed = await this.#takeToken(token);
    return this.#send(method, url, { ...headers, Authorization: `Bearer ${renewed}` }, body(), told);
  }

  /** One request for all who need a token at the same time. */
  async #takeToken(refused: string | undefined): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#renewAt && this.#token !== refused) return this.#token;
    this.#flight ??= this.#askForToken().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #askForToken(): Promise<string> {
    const granted = await this.#askEverywhere();
    const token = text(granted, "access_token");
    if (token === undefined) throw new Unreadable("the token endpoint gave no access_token", 200, false);
    const life = Number(granted["expires_in"] ?? NaN);
    this.#renewAt = Number.isNaN(life) ? Infinity : performance.now() + (life - Math.min(60, life / 10)) * 1000;
    this.#token = token;
    return token;
  }

  async #askEverywhere(): Promise<Record<string, unknown>> {
    for (const [index, place] of this.#places.entries()) {
      try {
        const granted = await this.#askAt(place);
        this.#places = [place];
        return granted;
      } catch (error) {
        const absent = error instanceof SignInRefused && (error.status === 404 || error.status === 405);
        if (!absent || index === this.#places.length - 1) throw error;
      }
    }
    throw new SignInRefused(this.#environment.url, 404, "not_found", undefined);
  }

  async #askAt(url: string): Promise<Record<string, unknown>> {
    try {
      return await this.#askFor(url, this.#settings.scope);
    } catch (error) {
      const insists = error instanceof SignInRefused && ["invalid_scope", "invalid_request"].includes(error.error);
      if (!insists || this.#settings.scope !== undefined) throw error;
      return this.#askFor(url, this.#publishedScopes);
    }
  }

  async #askFor(url: string, scope: string | undefined): Promise<Record<string, unknown>> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: this.#environment.clientId,
      client_secret: this.#environment.clientSecret,
    });
    if (scope !== undefined) form.append("scope", scope);
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const told = "POST oauth/token";
    const answer = await this.#send("POST", new URL(url), headers, form.toString(), told);
    if (answer.status >= 400) {
      const refused = refusal(answer);
      if (refused.isTemporary) throw refused;
      const said = asObject(answer.body.toString());
      throw new SignInRefused(url, answer.status, text(said, "error") ?? "", text(said, "error_description") ?? refused.detail);
    }
    const granted = read(answer, told);
    if (typeof granted !== "object" || granted === null) throw new Unreadable("the token endpoint gave no object", answer.status, false);
    return granted as Record<string, unknown>;
  }

  async #send(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body: string | FormData | undefined,
    told: string,
  ): Promise<Answer> {
    const { attemptTimeout, largestAnswer, userAgent } = this.#settings;
    const signal = AbortSignal.timeout(attemptTimeout * 1000);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { Accept: "application/json", ...headers, "User-Agent": userAgent },
        body: body ?? null,
        // A redirect would carry token and personal data to wherever it points.
        redirect: "manual",
        signal,
      });
    } catch (error) {
      throw new Unreachable(`${told}: ${reason(error)}`, !UNSENT.has(code(error)));
    }
    const limit = response.status < 400 ? largestAnswer : Math.min(largestAnswer, LARGEST_REFUSAL);
    const content = await take(response, limit, told);
    return { status: response.status, headers: response.headers, body: content };
  }
}

async function take(response: Response, limit: number, told: string): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) {
        if (response.status >= 400) return Buffer.alloc(0);
        throw new Unreadable(`${told} was answered with more than ${limit} bytes`, response.status, false);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CashlinkError) throw error;
    throw new Unreachable(`${told}: the answer broke off: ${reason(error)}`, true);
  }
  return Buffer.concat(chunks);
}

function read(answer: Answer, told: string): unknown {
  requireSuccess(answer, told);
  if (answer.body.length === 0) return undefined;
  try {
    return JSON.parse(answer.body.toString());
  } catch {
    throw otherThan("JSON", answer, told);
  }
}

function file(answer: Answer, mediaType: string, told: string): Uint8Array {
  requireSuccess(answer, told);
  const declared = answer.headers.get("content-type") ?? "";
  if (declared.split(";")[0]?.trim().toLowerCase() !== mediaType) throw otherThan(mediaType, answer, told);
  return answer.body;
}

function requireSuccess(answer: Answer, told: string): void {
  if (answer.status >= 400) throw refusal(answer);
  if (answer.status >= 300) {
    const where = answer.headers.get("location") ?? "nowhere";
    throw new Unreadable(`${told} was answered with ${answer.status}, a redirect to ${where}, which is not followed`, answer.status, false);
  }
}

function otherThan(wanted: string, answer: Answer, told: string): Unreadable {
  // Without the body, which may hold personal data.
  const kind = answer.headers.get("content-type") ?? "no declared type";
  return new Unreadable(`${told} was answered with ${answer.status}, not ${wanted} but ${kind}`, answer.status, true);
}

function refusal(answer: Answer): Refused {
  const requestId = answer.headers.get("x-request-id") ?? undefined;
  return new Refused(answer.status, answer.body.toString(), requestId, retryAfter(answer.headers.get("retry-after")));
}

function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, (until - Date.now()) / 1000);
}

function code(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Base, prefix and whether a version was given, of any published spelling. */
function split(url: string): { base: string; prefix: string | undefined; versioned: boolean } {
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol) || parsed.search || parsed.hash || parsed.username || parsed.password) {
    throw new TypeError(`${url} is not the address of an environment`);
  }
  const given = url.replace(/\/+$/, "");
  const versioned = given.endsWith("/v2");
  const bare = versioned ? given.slice(0, -"/v2".length) : given;
  const [, base, prefix] = /^(.*)\/(distributor|issuer)$/.exec(bare) ?? [];
  return { base: base ?? bare, prefix, versioned };
}
