// The whole of it, as new users would: an empty network, an issuer's asset, a broker that joins, and its first investment delivered.
import { looksRight, network, withBrowser } from "./browser.mjs";
import { bringsAsset } from "./issuing.mjs";
import { joins } from "./joining.mjs";
import { Steps } from "./people.mjs";
import { opens } from "./registrar.mjs";
import { sells } from "./selling.mjs";

const HEAD = `# The first sale, step by step

From an empty network to a delivered investment, by people at the pages and one engineer in a shell: after \`cashlink serve\` nobody touches
the network's command line. A full run drives a browser through these steps (\`crates/cashlink/tests/browser/first_sale.mjs\`) and writes
this page and its pictures. The times are the machine's, from the first click to what the step waits for; a person reads and types in between.`;

const PARTS = {
  registrar: "The registrar begins",
  issuer: "An issuer brings an asset",
  broker: "A broker joins",
  sale: "The broker sells",
};

const PICTURES = {
  [PARTS.issuer]: [
    ["product-form", "The issuer's form for a product, in German"],
    ["validation", "What the registrar looks through before a crypto security is entered"],
    ["decision", "A decision waits for the second person"],
  ],
  [PARTS.broker]: [
    ["join", "What the network demands, and the way in"],
    ["wrong-lei", "What is wrong is said beside the field"],
    ["application", "An application with question and answer, as the registrar sees it"],
  ],
  [PARTS.sale]: [
    ["catalogue", "The catalogue"],
    ["asset", "An asset with what a partner needs to sell it"],
    ["request-of-a-platform", "The issuer answers the request of a platform"],
    ["four-things", "Environment URL, campaign ID, client ID and client secret"],
    ["investments-to-accept", "The issuer's investments to accept"],
    ["delivered", "The first investment, delivered"],
  ],
};

/** Every page that the navigation leads to, and the first that each of them lists. */
async function looksAround(page) {
  const ways = async (selector) => page.locator(selector).evaluateAll((all) => all.map((one) => one.pathname + one.search));
  await page.goto(`${network}/console/account`);
  const entries = ["/console/account", ...(await ways("aside a"))];
  for (const entry of entries) {
    await page.goto(network + entry);
    await looksRight(page);
    const [first] = await ways("main td a[href^='/console/']:not([href*='/documents/'])");
    if (!first) continue;
    await page.goto(network + first);
    await looksRight(page);
  }
}

const steps = new Steps();
await withBrowser(async ({ person }) => {
  const people = { one: await person(), two: await person(), issuer: await person("de"), broker: await person() };
  const open = Object.values(people);
  try {
    steps.part(PARTS.registrar);
    await opens(steps, people, process.env.FIRST_LINK);
    steps.part(PARTS.issuer);
    await bringsAsset(steps, people);
    steps.part(PARTS.broker);
    await joins(steps, people);
    steps.part(PARTS.sale);
    await sells(steps, people);
    for (const page of open) await looksAround(page);
  } catch (error) {
    // What everybody saw last says more than where the script stood.
    const pages = open.map(async (page) => `--- ${page.url()}\n${await page.locator("main").innerText().catch(() => "")}`);
    throw new Error(`${error.stack}\n${(await Promise.all(pages)).join("\n")}`);
  }
});
steps.write("first-sale", HEAD, PICTURES);
console.log(`${steps.count} steps, ${steps.seconds.toFixed(1)} s`);
