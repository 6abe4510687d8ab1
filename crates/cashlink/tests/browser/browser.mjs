// A browser that refuses what a page of ours must never do: ask another host, or complain in its console.
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT);
export const network = process.env.NETWORK_URL;

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
      /** A person with cookies of its own. */
      async person() {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en" });
        const page = await context.newPage();
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

/** Keeps a picture of the whole page under this name. */
export async function picture(page, name) {
  await page.screenshot({ path: join(process.env.PICTURES, `${name}.png`), fullPage: true });
}
