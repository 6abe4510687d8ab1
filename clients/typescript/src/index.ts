/** Client of the Partner API: Distributor and Issuer API of one environment, and the check of its webhooks. */

export { DISTRIBUTOR_SCOPES, ISSUER_SCOPES } from "./connection.js";
export type { Environment, Query, Settings, Upload, WriteOptions } from "./connection.js";
export { CashlinkError, Refused, SignInRefused, TooMany, Unreachable, Unreadable } from "./errors.js";
export type { RefusedField } from "./errors.js";
export { Key } from "./keys.js";
export { List } from "./lists.js";
export type * as models from "./models.js";
export * from "./operations.js";
export { Disbelief, identity, Inbox } from "./webhooks.js";
export type { InboxOptions, SentHeaders } from "./webhooks.js";
