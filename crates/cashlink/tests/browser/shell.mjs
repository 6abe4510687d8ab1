// What a partner's engineer does with the four things, outside of the browser.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const INVESTOR = {
  natural_person: {
    salutation: "MS", forename: "Erika", surname: "Mustermann", birth_date: "1984-01-31", birth_place: "Berlin", citizenship: "DEU",
    street: "Heidestr. 17", zip: "51147", city: "Köln", country: "DEU", phone: "+49 221 123456", is_pep: false, is_subject_to_us_tax: false,
  },
  bank_account: { account_holder: "Erika Mustermann", iban: "DE89370400440532013000", bic: "COBADEFFXXX", currency: "EUR" },
  tax_information: { tax_identification_number: "36574261809", is_subject_to_german_tax: true },
  communication: { email: "erika@example.com", email_confirmed: true },
  is_beneficiary: true,
};

/** Runs a snippet as it was copied; its answer is the campaign. */
export async function readsCampaign(program, text, things) {
  const file = join(mkdtempSync(join(tmpdir(), "first-call-")), "snippet");
  writeFileSync(file, text);
  const { stdout } = await promisify(execFile)(program, [file]);
  if (!stdout.includes(things.campaign_id)) throw new Error(`${program}: ${stdout}`);
}

/** Creates investor, identification, wallet and investment; the ID of the investment. */
export async function invest(things) {
  const api = await signIn(things);
  const form = new FormData();
  form.append("file", new Blob(["%PDF-1.4\n%%EOF\n"], { type: "application/pdf" }), "protocol.pdf");
  const protocol = await api("documents/", form);
  const investor = await api("investors/", INVESTOR);
  const now = new Date().toISOString();
  await api(`investors/${investor.id}/identifications/`, {
    document_type: "IDCARD", document_id: "L01X00T47", document_issuer: "Stadt Köln", document_valid_from: "2024-05-02",
    document_valid_to: "2034-05-01", identity_provider: "POSTIDENT", legitimation_process_id: "P-1",
    legitimation_protocol_id: protocol.id, verified_at: now,
  });
  const address = "0x52908400098527886e0f7030069857d2e4169ee7";
  const wallet = await api(`investors/${investor.id}/wallets/eth-generic/`, { address, receiving_enabled: true });
  const order = { investor_id: investor.id, campaign_id: things.campaign_id, units: 10, wallet: wallet.id, signed_at: now, signed_documents: [] };
  return (await api("investments/", order)).id;
}

/** A function that posts, with a token for these things. */
async function signIn(things) {
  const credentials = { grant_type: "client_credentials", client_id: things.client_id, client_secret: things.client_secret };
  const token = await answer(fetch(`${things.environment_url}/oauth/token`, { method: "POST", body: new URLSearchParams(credentials) }));
  return (path, body) => {
    const headers = { authorization: `Bearer ${token.access_token}`, "x-idempotency-key": randomUUID() };
    const isForm = body instanceof FormData;
    if (!isForm) headers["content-type"] = "application/json";
    const sent = isForm ? body : JSON.stringify(body);
    return answer(fetch(`${things.environment_url}/distributor/v2/${path}`, { method: "POST", headers, body: sent }));
  };
}

async function answer(response) {
  const { ok, status, url } = await response;
  const text = await (await response).text();
  if (!ok) throw new Error(`${url} answers ${status}: ${text}`);
  return JSON.parse(text);
}
