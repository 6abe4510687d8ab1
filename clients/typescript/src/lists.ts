/** Lists: entry by entry, one page in memory at a time, or all at once up to a limit. */

import type { Api, Connection, Query } from "./connection.js";
import { isObject, TooMany, Unreadable } from "./errors.js";

/** A list of the server, oldest entry first. Nothing is read before it is iterated; each iteration reads anew. */
export class List<Entry> implements AsyncIterable<Entry> {
  readonly #connection: Connection;
  readonly #api: Api;
  readonly #path: string;
  readonly #query: Query;

  constructor(connection: Connection, api: Api, path: string, query: Query = {}) {
    this.#connection = connection;
    this.#api = api;
    this.#path = path;
    this.#query = query;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Entry, void, undefined> {
    let query = written(this.#query);
    for (;;) {
      const page: unknown = await this.#connection.call(this.#api, "GET", this.#path, { query });
      if (Array.isArray(page)) {
        yield* page as Entry[];
        return;
      }
      const results = isObject(page) ? page["results"] : undefined;
      if (!isObject(page) || !Array.isArray(results)) {
        throw new Unreadable(`GET ${this.#path} was not answered with a page`, 200, false);
      }
      yield* results as Entry[];
      const next = page["next"];
      if (typeof next !== "string" || next === "") return;
      // Only the query is followed: behind a proxy the host may be wrong, and the token goes nowhere but to the environment.
      const after = Object.fromEntries(new URL(next, "http://environment.invalid").searchParams);
      if (JSON.stringify(after) === JSON.stringify(query) || results.length === 0) {
        throw new Unreadable(`GET ${this.#path}: a page that leads nowhere but to another one`, 200, false);
      }
      query = after;
    }
  }

  /** Every entry at once; throws TooMany if there are more than the limit, since a list cut short would look like a whole one. */
  async all(limit: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const entry of this) {
      if (entries.length === limit) throw new TooMany(limit);
      entries.push(entry);
    }
    return entries;
  }
}

function written(query: Query): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
