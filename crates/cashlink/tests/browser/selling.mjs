// From the catalogue to the first delivered investment: the sandbox first, then production.
import { network, picture } from "./browser.mjs";
import { done, fill, refusedFor, says, send, until } from "./forms.mjs";
import { ASSET } from "./issuing.mjs";
import { invest, readsCampaign } from "./shell.mjs";

/** The platform chooses, issuer and registrar agree, and it sells. */
export async function sells(steps, people) {
  await agree(steps, people);
  const { broker, issuer } = people;
  const request = broker.url();
  await steps.take("In the sandbox it makes a client, pastes the first call, and signs an investment", async () => {
    await broker.click("a[href^='/console/selling/'] >> nth=0");
    const things = await fourThings(broker, "sandbox");
    await readsCampaign("bash", await snippet(broker, "curl"), things);
    const investment = await invest(things);
    await seesInvestment(broker, things, investment, "KYC_PENDING");
  });
  await approve(steps, people);
  const things = await steps.take("The broker makes a client for production and has its four things", async () => {
    await broker.goto(request);
    await broker.click("a[href^='/console/selling/'] >> nth=1");
    const things = await fourThings(broker, "shop");
    await picture(broker, "four-things");
    return things;
  });
  await steps.take("It pastes the first call into a shell and into Python", async () => {
    await readsCampaign("bash", await snippet(broker, "curl"), things);
    await readsCampaign(process.env.PYTHON || "python3", await snippet(broker, "python"), things);
  });
  await steps.take("The secret is shown this once", async () => {
    await broker.goto(broker.url().replace(/\/clients$/, ""));
    await says(broker, things.client_id);
    if ((await broker.content()).includes(things.client_secret)) throw new Error("the secret is shown again");
  });
  const investment = await steps.take("With exactly these it creates an investor with a wallet, and an investment", () => invest(things));
  await steps.take("The registrar looks at the identification, for it does not know the broker well yet", async () => {
    const { one } = people;
    await one.goto(`${network}/console/work`);
    await one.click("main a[href='/console/identifications']");
    const own = one.locator("main tr", { hasNotText: "sandbox-" }).locator("button[value=approve]");
    await own.click();
    await done(one, "decided");
  });
  await delivered(steps, { broker, issuer }, things, investment);
}

async function agree(steps, { broker, issuer }) {
  await steps.take("The broker finds the asset in the catalogue and asks for more than there is, then for some", async () => {
    await broker.goto(`${network}/console/catalogue`);
    await picture(broker, "catalogue");
    await broker.click(`main a:has-text("${ASSET}")`);
    await fill(broker, { wanted_units: "12001", note: "For our savers in Potsdam." });
    await picture(broker, "asset");
    await broker.locator("form[action$='/request'] button").click();
    await refusedFor(broker, "wanted_units", "12000");
    await fill(broker, { wanted_units: "500" });
    await broker.locator("form[action$='/request'] button").click();
    await done(broker, "asked");
  });
  await steps.take("The issuer gives it units and keeps acceptance and payments for itself", async () => {
    await issuer.goto(`${network}/console/requests`);
    await issuer.click(`main table a:has-text("${ASSET}")`);
    await fill(issuer, { allocation: "300" });
    await picture(issuer, "request-of-a-platform");
    await issuer.locator("form[action$='/accept'] button").click();
    await done(issuer, "decided");
  });
  await broker.reload();
}

async function approve(steps, { one }) {
  await steps.take("The registrar, who has seen the contract, opens the sale", async () => {
    await one.goto(`${network}/console/work`);
    await one.click("main a[href^='/console/requests']");
    await one.click(`main table a:has-text("${ASSET}")`);
    await one.locator("form[action$='/approve'] button").click();
    await done(one, "decided");
  });
}

async function delivered(steps, { broker, issuer }, things, investment) {
  await steps.take("The issuer accepts on its page, and marks the payment when it is there", async () => {
    await issuer.goto(`${network}/console/issued/investments`);
    await issuer.locator("select[name=product]").selectOption({ label: ASSET });
    await issuer.click("form[method=get] button");
    for (const [status, button] of [["WAITING_FOR_ACCEPTANCE", "button:not(.unseen, .secondary)"], ["ACCEPTED", "button[formaction$='/mark-paid']"]]) {
      await issuer.selectOption("select[name=status]", status);
      await issuer.click("form[method=get] button");
      await issuer.check(`input[name=investment][value="${investment}"]`);
      if (status === "WAITING_FOR_ACCEPTANCE") await picture(issuer, "investments-to-accept");
      await issuer.locator("form[action$='/accept']").locator(button).first().click();
      await done(issuer, "decided");
    }
  });
  await steps.take("The broker sees its first investment delivered", async () => {
    await seesInvestment(broker, things, investment, "DELIVERED");
    await picture(broker, "delivered");
  });
}

/** Environment URL, campaign ID, client ID and client secret, as the page shows them. */
async function fourThings(page, name) {
  await fill(page, { name });
  await page.locator("form[action$='/clients'] button").click();
  const text = async (selector) => (await page.locator(selector).first().textContent()).trim();
  return {
    environment_url: await text("#environment-url"),
    campaign_id: await text("pre[id^=campaign-]"),
    client_id: await text("code[data-client]"),
    client_secret: await text("code[data-secret]"),
  };
}

/** The text under the button that copies it. */
async function snippet(page, language) {
  return page.locator(`#first-call-${language}`).textContent();
}

async function seesInvestment(page, things, investment, status) {
  const environment = things.environment_url.match(/environments\/([^/]+)\//)[1];
  await page.goto(`${network}/console/environments/${environment}/investments`);
  await page.click(`main table a[href$="${investment}"]`);
  await until(page, `main [data-status="${status}"]`);
}
