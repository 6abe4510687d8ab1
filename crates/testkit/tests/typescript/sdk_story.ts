/** The main job with the packed TypeScript client: a broker sells in two environments, an issuer decides, every step is heard, signed. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { Distributor, identity, Inbox, Issuer, Key, type models, Refused, SignInRefused, TooMany } from "cashlink-sdk";

interface Credentials {
  client_id: string;
  client_secret: string;
}
interface Access {
  url: string;
  campaign_id: string;
  distributor: Credentials;
  issuer: Credentials;
}
const file = JSON.parse(readFileSync(process.env["CREDENTIALS"] ?? "", "utf8")) as { environments: Access[] };
const [one, two] = file.environments as [Access, Access];

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const NEWER = "whsec_8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYoMfKQ9o=";
const today = new Date().toISOString();
const nextYear = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);

const inbox = new Inbox({ secrets: [NEWER, SECRET] });
const heard = new Map<string, string[]>();
const seen = new Set<string>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const event = inbox.open(request.headers, body);
    if (!seen.has(identity(event, body)) && event.investment_id && event.status) {
      heard.set(event.investment_id, [...(heard.get(event.investment_id) ?? []), event.status]);
    }
    seen.add(identity(event, body));
    response.writeHead(204).end();
  });
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const environment = (url: string, { client_id, client_secret }: Credentials) => ({ url, clientId: client_id, clientSecret: client_secret });

async function openAccount(api: Distributor, customer: string): Promise<[string, string]> {
  const key = Key.of(customer);
  const bytes = new TextEncoder().encode("%PDF-1.4\n%%EOF\n");
  const protocol = await api.uploadDocument({ name: "protocol.pdf", contentType: "application/pdf", bytes }, { key });
  const body: models.InvestorCreate = {
    natural_person: {
      forename: "Erika", surname: "Mustermann", birth_date: "1984-01-31", birth_place: "Berlin", citizenship: "DEU",
      street: "Heidestr. 17", zip: "51147", city: "Köln", country: "DEU", is_pep: false,
    },
    tax_information: { tax_identification_number: "36574261809" },
    is_beneficiary: true,
  };
  const investor = await api.createInvestor(body, { key });
  // The repeat of a program that crashed before it stored the answer.
  assert.equal((await api.createInvestor(body, { key })).id, investor.id);
  const identification = await api.createIdentification(
    investor.id,
    {
      document_type: "IDCARD", document_id: "L01X00T47", document_issuer: "Stadt Köln", document_valid_from: "2024-05-02",
      document_valid_to: nextYear, identity_provider: "POSTIDENT", legitimation_protocol_id: protocol.id, verified_at: today,
    },
    { key },
  );
  assert.equal(identification.status, "SUCCESS");
  const address = `0x${randomBytes(20).toString("hex")}`;
  const wallet = await api.createGenericWallet(investor.id, { address, receiving_enabled: true }, { key });
  return [investor.id, wallet.id];
}

async function delivered(api: Distributor, id: string): Promise<models.Investment> {
  for (let look = 0; look < 300; look += 1) {
    const investment = await api.getInvestment(id);
    if (investment.status === "DELIVERED") return investment;
    await sleep(200);
  }
  throw new Error(`${id} was not delivered`);
}

// Every client of this family derives the same key.
assert.equal(Key.of("customer-4711").forCall("POST", "investors/"), "abda801c-3916-861a-9f63-9ade204427ec");

const first = new Distributor(environment(one.url, one.distributor));
const second = new Distributor(environment(`${two.url}/distributor/v2`, two.distributor), { attempts: 2 });
for (const api of [first, second]) {
  const endpoint = await api.createWebhookEndpoint({ url: hook, secret: SECRET });
  await api.rotateWebhookSecret(endpoint.id, { secret: NEWER });
}

// Here the broker has the mandates …
const [investor, wallet] = await openAccount(first, "customer-1");
const order: models.InvestmentCreate = {
  investor_id: investor, campaign_id: one.campaign_id, units: 3, wallet, signed_at: today, accepted_at: today,
};
const placed = await first.createInvestment(order, { key: Key.of("order-1") });
assert.equal((await first.createInvestment(order, { key: Key.of("order-1") })).id, placed.id);
await first.updateInvestment(placed.id, { paid_at: today }, { key: Key.of("order-1/paid") });

// … and here the issuer decides.
const [other, otherWallet] = await openAccount(second, "customer-1");
const ids: string[] = [];
for (let count = 0; count < 2; count += 1) {
  const body = { investor_id: other, campaign_id: two.campaign_id, units: 4, wallet: otherWallet, signed_at: today };
  ids.push((await second.createInvestment(body)).id);
}
const [alone, together] = ids as [string, string];
const issuer = new Issuer(environment(`${two.url}/issuer`, two.issuer));
await issuer.acceptInvestment(alone);
await issuer.markInvestmentPaid(alone);
for (const answer of [
  await issuer.acceptInvestments({ investment_ids: [together] }),
  await issuer.markInvestmentsPaid({ investment_ids: [together] }),
]) {
  assert.deepEqual(answer.results.map((result) => result.status), [200]);
}

const orders: Array<[Distributor, string]> = [[first, placed.id], ...ids.map((id): [Distributor, string] => [second, id])];
for (const [api, id] of orders) assert.ok((await delivered(api, id)).transaction_hash);
const way = ["WAITING_FOR_ACCEPTANCE", "ACCEPTED", "PAID", "DELIVERED"].join();
for (let look = 0; look < 300 && !orders.every(([, id]) => heard.get(id)?.join() === way); look += 1) await sleep(200);
for (const [, id] of orders) assert.equal(heard.get(id)?.join(), way);

// A statement of the register is a file, whose bytes are those that were announced.
let statement = await first.requestRegistryStatement(placed.id, { language: "en" }, { key: Key.of("statement-1") });
for (let tries = 0; statement.status !== "ready" && tries < 300; tries += 1) {
  await sleep(200);
  statement = await first.getRegistryStatement(statement.id);
}
const document = await first.getRegistryStatementDocument(statement.id);
assert.equal(Buffer.from(document.subarray(0, 5)).toString(), "%PDF-");
assert.equal(createHash("sha256").update(document).digest("hex"), statement.sha256);

// Lists follow their pages; all is all or an error.
const listed: string[] = [];
for await (const investment of second.listInvestments({ status: "DELIVERED", page_size: 1 })) listed.push(investment.id);
assert.deepEqual(listed, ids);
assert.equal((await issuer.listInvestments({ page_size: 1 }).all(2)).length, 2);
await assert.rejects(second.listInvestments().all(1), TooMany);
assert.equal((await first.listEvents()).has_more, false);

// A new address, and what the server refuses.
const moved = await first.updateInvestor(investor, { natural_person: { city: "Hamburg" } }, { key: Key.of("customer-1/2") });
assert.equal(`${moved.natural_person.forename} of ${moved.natural_person.city}`, "Erika of Hamburg");
await assert.rejects(first.updateInvestor(investor, { natural_person: { birth_date: "31.01.1984" } }), (error) => {
  assert.ok(error instanceof Refused);
  assert.equal(error.code, "invalid_body");
  assert.equal(error.errors[0]?.field, "natural_person.birth_date");
  return error.requestId !== undefined && !error.isTemporary;
});
await assert.rejects(
  first.createInvestor({ natural_person: moved.natural_person }, { key: Key.of("customer-1") }),
  (error) => error instanceof Refused && error.code === "idempotency_key_reused" && error.resourceId === investor,
);
await assert.rejects(
  new Distributor(environment(one.url, two.distributor)).signIn(),
  (error) => error instanceof SignInRefused && error.error === "invalid_client",
);
server.close();
console.log("the TypeScript client is content");
