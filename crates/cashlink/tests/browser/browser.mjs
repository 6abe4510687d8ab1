// A browser that refuses what a page of ours must never do: ask another host, complain in its console, or be too wide.
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT);
export const network = process.env.NETWORK_URL;
const WIDTH = 1280;
/** A picture shows so much of a long page. */
const HEIGHT = 900;

/** Opens a page of a person of its own, does the work, and fails if a page misbehaved meanwhile. */
export async function withBrowser(work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const misdeeds = [];
  try {
    await work({
      /** A person with cookies of its own, who reads this language. */
      async person(locale = "en") {
        const context = await browser.newContext({ viewport: { width: WIDTH, height: 900 }, locale });
        const page = await context.newPage();
        // Where nothing comes of waiting, the reader should not wait half a minute for it.
        page.setDefaultTimeout(15_000);
        page.on("console", (message) => {
          // A page that answers with a problem says so by its status; the browser repeats that in its console.
          if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) misdeeds.push(`console: ${message.text()}`);
        });
        page.on("pageerror", (error) => misdeeds.push(`script: ${error}`));
        page.on("request", (request) => {
          const url = request.url();
          if (!url.startsWith(network) && !url.startsWith("data:") && !url.startsWith("blob:")) misdeeds.push(`asks ${url}`);
        });
        return page;
      },
    });
  } finally {
    await browser.close();
  }
  if (misdeeds.length > 0) throw new Error(`pages misbehaved:\n${misdeeds.join("\n")}`);
}

/**
 * Keeps a picture of a screen of the page under this name, and looks for what a picture shows too late. It begins at the top, or
 * at what `from` names.
 */
export async function picture(page, name, from) {
  await page.waitForLoadState();
  await looksRight(page);
  const { top, bottom, height } = await page.evaluate((from) => {
    // What is cut out is measured from what is in sight.
    scrollTo({ top: 0, behavior: "instant" });
    const place = (one) => one.getBoundingClientRect();
    const parts = [...document.querySelectorAll("main > *, aside")];
    const end = Math.max(...(parts.length > 0 ? parts : [document.body]).map((one) => place(one).bottom));
    const top = from ? place(document.querySelector(from)).top - 16 : 0;
    return { top: top + scrollY, bottom: end + scrollY + 16, height: document.documentElement.scrollHeight };
  }, from);
  const y = Math.max(0, Math.min(top, height - 1));
  const clip = { x: 0, y, width: WIDTH, height: Math.min(Math.max(bottom - y, 200), HEIGHT) };
  await page.screenshot({ path: join(process.env.DOCS, "pictures", `${name}.png`), fullPage: true, clip });
}

/** Nothing stands out to the right, and whoever does not see a field hears what it is. */
export async function looksRight(page) {
  const faults = await page.evaluate(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth - root.clientWidth} pixels too wide`);
    for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      const named = field.getAttribute("aria-label") || [...field.labels].some((label) => label.textContent.trim() !== "");
      if (!named) found.push(`no label: ${field.outerHTML.slice(0, 120)}`);
    }
    for (const way of document.querySelectorAll("a, button")) {
      if (way.textContent.trim() === "" && !way.getAttribute("aria-label")) found.push(`no words: ${way.outerHTML.slice(0, 120)}`);
    }
    return found;
  });
  if (faults.length > 0) throw new Error(`${page.url()}:\n${faults.join("\n")}`);
}
