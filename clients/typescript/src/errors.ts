/** Why a call came to nothing. */

const MOST_FIELDS = 200;
const TEMPORARY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Every error of this package. */
export class CashlinkError extends Error {
  /** The same call with the same key may succeed later, although nobody changes anything. */
  readonly isTemporary: boolean;

  constructor(message: string, isTemporary: boolean) {
    super(message);
    this.name = new.target.name;
    this.isTemporary = isTemporary;
  }
}

/** There was no answer, or not all of it. */
export class Unreachable extends CashlinkError {
  /** The request may have reached the server. A repeat with the same key is safe. */
  readonly mayHaveHappened: boolean;

  constructor(message: string, mayHaveHappened: boolean) {
    super(message, true);
    this.mayHaveHappened = mayHaveHappened;
  }
}

/** There was an answer, but not one of this API: a page of HTML, a redirect, JSON of another shape. */
export class Unreadable extends CashlinkError {
  readonly status: number;

  constructor(message: string, status: number, isTemporary: boolean) {
    super(message, isTemporary);
    this.status = status;
  }
}

/** A list has more entries than were asked for at most. */
export class TooMany extends CashlinkError {
  constructor(limit: number) {
    super(`the list has more than ${limit} entries`, false);
  }
}

/** The token endpoint refused the client: usually credentials of another environment. */
export class SignInRefused extends CashlinkError {
  readonly status: number;
  /** RFC 6749 section 5.2, such as `invalid_client`. */
  readonly error: string;

  constructor(url: string, status: number, error: string, description: string | undefined) {
    super(`${url} refused the client with ${status}: ${error} ${description ?? ""}`.trimEnd(), false);
    this.status = status;
    this.error = error;
  }
}

/** What is wrong with one field. */
export interface RefusedField {
  field: string;
  code: string;
  message: string;
}

/** The server's no: its status, its code to branch on, and the fields concerned. */
export class Refused extends CashlinkError {
  readonly status: number;
  /** Stable code; undefined if the server has none. */
  readonly code: string | undefined;
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly errors: RefusedField[];
  readonly requestId: string | undefined;
  readonly resourceId: string | undefined;
  /** Seconds that the server asks for before a repeat. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: string, requestId: string | undefined, retryAfter: number | undefined) {
    const said = asObject(body);
    const code = text(said, "code");
    const errors = fields(said);
    const id = text(said, "request_id") ?? requestId;
    const words = text(said, "detail") ?? text(said, "message") ?? text(said, "title");
    super(
      `refused with ${status}${code ? ` ${code}` : ""}${words ? `: ${words}` : ""}` +
        errors.map((error) => `; ${error.field} ${error.message}`).join("") +
        (id ? ` (request ${id})` : ""),
      TEMPORARY.has(status) || code === "idempotency_in_flight",
    );
    this.status = status;
    this.code = code;
    this.title = text(said, "title");
    this.detail = text(said, "detail") ?? text(said, "message");
    this.errors = errors;
    this.requestId = id;
    this.resourceId = text(said, "resource_id");
    const asked = said["retry_after_s"];
    this.retryAfter = retryAfter ?? (typeof asked === "number" ? asked : undefined);
  }
}

type Said = Record<string, unknown>;

export function isObject(value: unknown): value is Said {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asObject(body: string): Said {
  try {
    const said: unknown = JSON.parse(body);
    return isObject(said) ? said : {};
  } catch {
    return {};
  }
}

export function text(said: Said, name: string): string | undefined {
  const value = said[name];
  return typeof value === "string" ? value : undefined;
}

function fields(said: Said): RefusedField[] {
  const errors = said["errors"];
  const found: RefusedField[] = [];
  if (Array.isArray(errors)) {
    for (const error of errors.filter(isObject)) {
      found.push({ field: String(error["field"] ?? ""), code: String(error["code"] ?? ""), message: String(error["message"] ?? "") });
    }
  } else if (isObject(errors)) {
    collect("", errors, found);
  } else if (!("code" in said) && !("title" in said)) {
    // As Django REST Framework does it: a map from fields to complaints.
    const { detail: _detail, message: _message, ...complaints } = said;
    collect("", complaints, found);
  }
  return found.slice(0, MOST_FIELDS);
}

function collect(path: string, value: unknown, found: RefusedField[]): void {
  if (found.length >= MOST_FIELDS) return;
  if (typeof value === "string") {
    found.push({ field: path || "body", code: "invalid", message: value });
  } else if (Array.isArray(value)) {
    const nested = value.some(isObject);
    value.forEach((item: unknown, index) => collect(nested ? `${path}[${index}]` : path, item, found));
  } else if (isObject(value)) {
    for (const [name, below] of Object.entries(value)) {
      collect(name === "non_field_errors" ? path : path ? `${path}.${name}` : name, below, found);
    }
  }
}
