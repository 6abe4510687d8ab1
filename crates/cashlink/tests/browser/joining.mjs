// From a stranger to an admitted partner with credentials of its own: nobody touches a command line.
import { createServer } from "node:http";
import { network, picture, withBrowser } from "./browser.mjs";
import { Steps, getAccount, mailedLink } from "./people.mjs";

const links = JSON.parse(process.env.LINKS);
const firm = "Mustermann & Söhne GmbH";
const address = "erika@mustermann.example";
const steps = new Steps();

/** The investment platform whose domain is to be proven. */
async function investmentPlatform() {
  const state = { token: "" };
  const server = createServer((request, response) => {
    const known = request.url === "/.well-known/cashlink-platform";
    response.writeHead(known ? 200 : 404, { "content-type": "text/plain" }).end(known ? state.token : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { state, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function paper(text) {
  const bytes = Buffer.from(`%PDF-1.4\n% ${text}\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n`);
  return { name: `${text}.pdf`, mimeType: "application/pdf", buffer: bytes };
}

async function says(page, text) {
  await page.getByText(text, { exact: false }).first().waitFor();
}

await withBrowser(async ({ person }) => {
  const [one, two, applicant] = [await person(), await person(), await person()];

  await steps.take("The registrar's first administrator gets an account by the link that `serve` prints", async () => {
    await getAccount(one, links.registrar, { name: "Erika Mustermann", email: "erika@registrar.example" });
    await says(one, "Work list");
    await picture(one, "work-list");
  });
  await steps.take("She invites a second person, who gets an account", async () => {
    await one.goto(`${network}/console/members`);
    await one.fill("input[name=email]", "max@registrar.example");
    await one.click("form[action='/console/members'] button[type=submit]");
    const link = await one.locator("code[data-link]").textContent();
    await getAccount(two, link, { name: "Max Mustermann", email: "max@registrar.example" });
  });

  await steps.take("A broker reads what the network demands and asks for a link", async () => {
    await applicant.goto(network);
    await applicant.click("a[href='/console/join']");
    await says(applicant, "Criteria for taking part");
    await picture(applicant, "join");
    await applicant.fill("input[name=company_name]", firm);
    await applicant.fill("input[name=email]", address);
    await applicant.click("form[action='/console/join'] button[type=submit]");
    await applicant.locator("[data-flash=join-asked]").waitFor();
  });
  await steps.take("It follows the link in its mail and gets an account", async () => {
    const link = await mailedLink(applicant, address);
    await picture(applicant, "mailbox");
    await getAccount(applicant, link, { name: "Erika Mustermann", email: address });
    await says(applicant, "Begin an application");
  });

  const platform = await investmentPlatform();
  await steps.take("It fills the application in and saves it", async () => {
    await applicant.click("form[action='/console/applications'] button");
    await applicant.locator("input[name='company.lei']").waitFor();
    const said = {
      "company.legal_form": "GmbH", "company.lei": "529900T8BM49AURSDO55", "company.commercial_register": "Amtsgericht Potsdam",
      "company.commercial_register_number": "HRB 12345", "company.street": "Musterweg 1", "company.zip": "14467",
      "company.city": "Potsdam", "company.country": "DEU", "platform.url": platform.url, "licence.authority": "BaFin",
      "licence.number": "10099999", "licence.valid_from": "2025-01-01", "contact_persons[0].name": "Erika Mustermann",
      "contact_persons[0].role": "Compliance", "contact_persons[0].email": address,
    };
    for (const [name, text] of Object.entries(said)) await applicant.fill(`input[name='${name}']`, text);
    await applicant.fill("textarea[name='platform.business_model']", "Sells tokenised securities to retail investors online; identifies them by POSTIDENT.");
    await applicant.selectOption("select[name='licence.type']", "wpig_15");
    await applicant.check("input[value=investment_brokerage]");
    await applicant.getByRole("button", { name: "Save" }).click();
    await applicant.locator("[data-flash=saved]").waitFor();
  });
  await steps.take("It puts the token on its domain and has it checked", async () => {
    platform.state.token = await applicant.locator("#domain-token").textContent();
    await applicant.locator("#domain button[type=submit]").click();
    await applicant.locator("[data-flash=domain-asked]").waitFor();
    for (let round = 0; round < 60 && !(await applicant.locator("[data-domain=proven]").count()); round += 1) {
      await applicant.waitForTimeout(500);
      await applicant.reload();
    }
    await applicant.locator("[data-domain=proven]").waitFor();
  });
  await steps.take("It uploads the two extracts and hands in", async () => {
    for (const kind of ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"]) {
      await applicant.selectOption("select[name=document_type]", kind);
      await applicant.setInputFiles("input[type=file]", paper(kind.toLowerCase()));
      await applicant.getByRole("button", { name: "Upload" }).click();
      await applicant.locator("[data-flash=uploaded]").waitFor();
    }
    await picture(applicant, "application-draft");
    await applicant.getByRole("button", { name: "Hand in" }).click();
    await applicant.locator("[data-flash=application-submitted]").waitFor();
  });

  await steps.take("The registrar asks, and the broker answers", async () => {
    await one.goto(`${network}/console/applications`);
    await one.click(`main table a:has-text("${firm}")`);
    await one.fill("textarea[name=text]", "Who identifies your investors?");
    await one.locator("#messages button[type=submit]").click();
    await applicant.reload();
    await says(applicant, "Who identifies your investors?");
    await applicant.fill("textarea[name=text]", "We do, by POSTIDENT.");
    await applicant.locator("#messages button[type=submit]").click();
    await one.reload();
    await says(one, "We do, by POSTIDENT.");
    await picture(one, "application");
  });
  await steps.take("One of the registrar's proposes the admission, the other confirms it", async () => {
    await one.fill("textarea[name=reason]", "Every criterion is met.");
    await one.getByRole("button", { name: "Propose to admit" }).click();
    await one.locator("[data-flash=proposed]").waitFor();
    await two.goto(`${network}/console/decisions`);
    await two.click("main table a");
    await picture(two, "decision");
    await two.getByRole("button", { name: "Confirm" }).click();
    await two.locator("[data-flash=confirmed]").waitFor();
  });
  await steps.take("The broker reads the letter and makes a client", async () => {
    await applicant.reload();
    await says(applicant, "Zulassung zur Teilnahme");
    await picture(applicant, "admitted");
    await applicant.goto(`${network}/console/credentials`);
    await applicant.fill("input[name=name]", "shop");
    await applicant.locator("#new button[type=submit]").click();
    await applicant.locator("code[data-secret]").waitFor();
    await applicant.locator("pre[data-copy] + button").first().waitFor();
  });
  platform.close();
});
steps.write("joining", "# Joining, step by step\n\nA full run drives a browser through these steps (`crates/cashlink/tests/browser/joining.mjs`) and writes this page and the pictures beside it.");
console.log(`${steps.count} steps, ${steps.seconds.toFixed(1)} s`);
