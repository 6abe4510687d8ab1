// Whoever comes by without an account.
import { network, picture, withBrowser } from "./browser.mjs";

const pages = ["/", "/docs/api/"];
await withBrowser(async ({ person }) => {
  const page = await person();
  for (const path of pages) {
    const answer = await page.goto(network + path, { waitUntil: "networkidle" });
    if (!answer.ok()) throw new Error(`${path} answers ${answer.status()}`);
    if ((await page.title()) === "") throw new Error(`${path} has no title`);
  }
  await page.goto(network);
  await picture(page, "start");
});
console.log(`${pages.length} pages, no request to another host, no error in the console`);
