// People at the pages: they get an account by a link, set up their second factor, and what they do is timed.
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join as pathOf } from "node:path";
import { network } from "./browser.mjs";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** What an authenticator app shows now for this secret (RFC 6238). */
function oneTimeCode(secret) {
  const bits = [...secret.replace(/=+$/, "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const code = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}

/** Follows a link to an account, with a password and a second factor. */
export async function getAccount(page, link, { name, email }) {
  await page.goto(link);
  await page.fill("input[name=name]", name);
  if (await page.locator("input[name=email]").count()) await page.fill("input[name=email]", email);
  await page.fill("input[name=password]", "correct horse battery");
  await page.click("main button[type=submit]");
  const secret = await page.locator("code[data-secret]").textContent();
  await page.fill("input[name=code]", oneTimeCode(secret));
  await page.click("main button[type=submit]");
  await page.locator("code[data-recovery]").first().waitFor();
  await page.click("main a[role=button]");
}

/** The link of the newest mail to this address; this network keeps its mails. */
export async function mailedLink(page, address) {
  await page.goto(`${network}/console/mailbox/`);
  const mail = page.locator("section", { hasText: address }).first();
  return mail.locator("a").first().getAttribute("href");
}

/** Times each step, and writes the page that tells of them. */
export class Steps {
  #parts = [];

  /** What follows belongs to this part. */
  part(title) {
    this.#parts.push({ title, rows: [] });
  }

  async take(title, work) {
    const begin = performance.now();
    const result = await work();
    const ms = performance.now() - begin;
    this.#parts.at(-1).rows.push({ title, ms });
    console.log(`${title}: ${Math.round(ms)} ms`);
    return result;
  }

  get #rows() {
    return this.#parts.flatMap((part) => part.rows);
  }

  get count() {
    return this.#rows.length;
  }

  get seconds() {
    return this.#rows.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  }

  /** `head` begins the page; `pictures` are names and captions by the title of the part that they belong to. */
  write(name, head, pictures) {
    let number = 0;
    const text = [head];
    for (const { title, rows } of this.#parts) {
      text.push("", `## ${title}`, "", "| | step | took |", "| --- | --- | --- |");
      for (const row of rows) text.push(`| ${(number += 1)} | ${row.title} | ${(row.ms / 1000).toFixed(1)} s |`);
      for (const [picture, caption] of pictures[title] ?? []) text.push("", `![${caption}](pictures/${picture}.png)`);
    }
    text.push("");
    writeFileSync(pathOf(process.env.DOCS, `${name}.md`), text.join("\n"));
  }
}
