/**
 * Webhooks on the receiver's side: whether a message is the network's, whole and fresh, and what it says.
 *
 * Verify the bytes as they came, before anything parses them. Answer 2xx once you have stored the event, and expect it again: the same event
 * has the same `identity`.
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { asObject } from "./errors.js";
import type { Event } from "./models.js";

const LARGEST_BODY = 1 << 20;
const MOST_SIGNATURES = 16;

/** Why a message is not to be believed. Answer 401 or 400: the network repeats what you did not take. */
export class Disbelief extends Error {
  override name = "Disbelief";
}

/** Headers of node's `http`, of `fetch`, or any other map with names in lower case. */
export type SentHeaders = Headers | Record<string, string | string[] | undefined>;

export interface InboxOptions {
  /** Signing secrets, `whsec_…`; during a rotation the new and the old one. */
  secrets?: string[];
  /** The agreed token, which `Authorization` must carry. */
  bearerToken?: string;
  /** How old or early an attempt may be, in seconds; omitted: five minutes. */
  tolerance?: number;
}

/**
 * What a receiver needs. With a secret, the signature must be right; with a token, `Authorization` must carry it. The published, unsigned form
 * is an inbox with only a token. A message never becomes genuine by leaving its signature out.
 */
export class Inbox {
  readonly #secrets: Buffer[];
  readonly #bearerToken: string | undefined;
  readonly #tolerance: number;

  constructor({ secrets = [], bearerToken, tolerance = 300 }: InboxOptions) {
    if (secrets.length === 0 && !bearerToken) throw new TypeError("an inbox needs a signing secret or a bearer token");
    this.#secrets = secrets.map(secret);
    this.#bearerToken = bearerToken;
    this.#tolerance = tolerance;
  }

  /** The event, if the message is genuine; `now` is in Unix seconds, omitted: now. */
  open(headers: SentHeaders, body: Uint8Array, now: number = Date.now() / 1000): Event {
    if (body.byteLength > LARGEST_BODY) throw new Disbelief("the body is larger than any event");
    const bearer = /^bearer\s+(.*)$/i.exec(header(headers, "authorization") ?? "")?.[1] ?? "";
    if (this.#bearerToken !== undefined && !same(Buffer.from(bearer.trim()), Buffer.from(this.#bearerToken))) {
      throw new Disbelief("the bearer token is not the agreed one");
    }
    if (this.#secrets.length > 0) this.#checkSignature(headers, body, now);
    const event = asObject(Buffer.from(body).toString("utf8"));
    if (Object.keys(event).length === 0) throw new Disbelief("the body is not an event");
    return event as unknown as Event;
  }

  #checkSignature(headers: SentHeaders, body: Uint8Array, now: number): void {
    const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => header(headers, `webhook-${name}`));
    if (id === undefined || timestamp === undefined || signatures === undefined || !/^\d+$/.test(timestamp)) {
      throw new Disbelief("webhook-id, webhook-timestamp and webhook-signature are needed");
    }
    if (Math.abs(now - Number(timestamp)) > this.#tolerance) throw new Disbelief("webhook-timestamp is outside the tolerance");
    const expected = this.#secrets.map((key) => createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest());
    const genuine = signatures
      .split(" ")
      .slice(0, MOST_SIGNATURES)
      .filter((signature) => signature.startsWith("v1,"))
      .map((signature) => Buffer.from(signature.slice("v1,".length), "base64"))
      .some((given) => expected.some((own) => same(given, own)));
    if (!genuine) throw new Disbelief("no signature matches");
  }
}

/** What tells one event from another: its ID, or of the unsigned form investment, status and time together. */
export function identity(event: Event, body: Uint8Array): string {
  if (event.id) return event.id;
  const parts = [event.investment_id, event.status, event.changed_at];
  return parts.every(Boolean) ? parts.join("/") : createHash("sha256").update(body).digest("hex");
}

function header(headers: SentHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function same(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}

function secret(text: string): Buffer {
  const encoded = text.replace(/^whsec_/, "");
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, "base64") : Buffer.alloc(0);
  if (!text.startsWith("whsec_") || key.length < 24 || key.length > 64) {
    throw new TypeError("a signing secret is whsec_ and base64 of 24 to 64 bytes");
  }
  return key;
}
