/** Idempotency keys: what makes the repeat of a writing call harmless. */

import { createHash, randomUUID } from "node:crypto";

const NAMESPACE = "cashlink-sdk/1";

type Kind = "of" | "exact" | "none";

/** The identity of one writing call. Two calls with the same key are one call: the second gets the answer of the first. */
export class Key {
  readonly #kind: Kind;
  readonly #text: string;

  private constructor(kind: Kind, text: string) {
    this.#kind = kind;
    this.#text = text;
  }

  /**
   * Derived from an ID of your own, which you have stored before you call.
   *
   * The key that is sent is a UUID (version 8) of SHA-256 over a namespace, method and path of the call, and your ID; every client of this
   * family derives the same. One ID may name a customer at several calls, but not two calls of one kind: the second update of a customer
   * needs another ID than the first, such as `customer-4711/2`.
   */
  static of(ownId: string): Key {
    return new Key("of", ownId);
  }

  /** A new key (UUID version 4); for repeats after a crash, store it before you call. */
  static random(): Key {
    return new Key("exact", randomUUID());
  }

  /** This key and no other. */
  static exact(key: string): Key {
    if (!/^[!-~]{1,255}$/.test(key)) throw new RangeError("an idempotency key is 1 to 255 visible ASCII characters");
    return new Key("exact", key);
  }

  /** No key: the call is sent once and never repeated, unless no connection came about at all. */
  static none(): Key {
    return new Key("none", "");
  }

  /** What is sent in `X-Idempotency-Key` by the call of this method and path (below the version, `investors/`). */
  forCall(method: string, path: string): string | undefined {
    if (this.#kind === "none") return undefined;
    if (this.#kind === "exact") return this.#text;
    const hash = createHash("sha256");
    for (const part of [NAMESPACE, method, path, this.#text]) {
      const bytes = Buffer.from(part, "utf8");
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(bytes.length));
      hash.update(length).update(bytes);
    }
    const derived = hash.digest().subarray(0, 16);
    derived.writeUInt8((derived.readUInt8(6) & 0x0f) | 0x80, 6);
    derived.writeUInt8((derived.readUInt8(8) & 0x3f) | 0x80, 8);
    const digits = derived.toString("hex");
    return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
  }
}
