// From a stranger to an admitted partner: nobody touches a command line.
import { createServer } from "node:http";
import { network, picture } from "./browser.mjs";
import { done, fill, noPaper, paper, refused, refusedFor, says, send, until } from "./forms.mjs";
import { getAccount, mailedLink } from "./people.mjs";
import { confirm } from "./registrar.mjs";

const FIRM = "Mustermann & Söhne GmbH";
const ADDRESS = "erika@mustermann.example";
const LEI = "529900T8BM49AURSDO55";

/** What the application says, but for the address of the platform. */
const SAID = {
  "company.legal_form": "GmbH", "company.lei": LEI, "company.commercial_register": "Amtsgericht Potsdam",
  "company.commercial_register_number": "HRB 12345", "company.street": "Musterweg 1", "company.zip": "14467",
  "company.city": "Potsdam", "company.country": "DEU", "licence.type": "wpig_15", "licence.services": ["investment_brokerage"],
  "licence.authority": "BaFin", "licence.number": "10099999", "licence.valid_from": "2025-01-01",
  "contact_persons[0].name": "Erika Mustermann", "contact_persons[0].role": "Compliance", "contact_persons[0].email": ADDRESS,
  "platform.business_model": "Sells tokenised securities to retail investors online; identifies them by POSTIDENT.",
};

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

/** From the public page to the letter of admission. */
export async function joins(steps, people) {
  const { broker } = people;
  await steps.take("A broker reads what the network demands and asks for a link", async () => {
    await broker.goto(network);
    await broker.click("a[href='/console/join']");
    await says(broker, "Criteria for taking part");
    await picture(broker, "join");
    await fill(broker, { company_name: FIRM, email: ADDRESS });
    await send(broker, "/console/join");
    await done(broker, "join-asked");
  });
  await steps.take("It follows the link in its mail and gets an account", async () => {
    const link = await mailedLink(broker, ADDRESS);
    await getAccount(broker, link, { name: "Erika Mustermann", email: ADDRESS });
    await says(broker, "Begin an application");
  });
  await steps.take("A form that was not made for this session is refused", async () => {
    await broker.evaluate(() => {
      document.querySelector("form[action='/console/applications'] [name=form_token]").value = "of-another-site";
    });
    await send(broker, "/console/applications");
    await refused(broker, "form_expired");
    await broker.goto(`${network}/console/applications`);
  });
  const platform = await investmentPlatform();
  try {
    await applies(steps, broker, platform);
  } finally {
    platform.close();
  }
  await isAdmitted(steps, people);
}

async function applies(steps, broker, platform) {
  const save = async () => {
    await broker.press("input[name='company.lei']", "Enter");
    await done(broker, "saved");
  };
  const handIn = async () => broker.locator("form[action$='/submit'] button").click();
  await steps.take("It fills the application in and saves it", async () => {
    await send(broker, "/console/applications");
    await fill(broker, { ...SAID, "platform.url": platform.url, "company.lei": LEI.replace(/5$/, "6") });
    await save();
  });
  await steps.take("It puts the token on its domain and has it checked", async () => {
    platform.state.token = await broker.locator("#domain-token").textContent();
    await broker.locator("#domain button[type=submit]").click();
    await done(broker, "domain-asked");
    await until(broker, "[data-domain=proven]");
  });
  await steps.take("It uploads two extracts; by mistake first what is no document, which is refused in a sentence", async () => {
    const upload = async (file) => {
      await broker.setInputFiles("input[type=file]", file);
      await broker.locator("form[action$='/documents'] button").click();
    };
    await upload(noPaper());
    await refused(broker, "document_type_not_accepted");
    for (const kind of ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"]) {
      await broker.selectOption("select[name=document_type]", kind);
      await upload(paper(kind.toLowerCase()));
      await done(broker, "uploaded");
    }
  });
  await steps.take("It hands in; a wrong LEI is refused beside its field, and mended", async () => {
    await handIn();
    await refusedFor(broker, "company.lei", "LEI");
    await picture(broker, "wrong-lei");
    await broker.fill("input[name='company.lei']", LEI);
    await save();
    await handIn();
    await done(broker, "application-submitted");
  });
}

async function isAdmitted(steps, people) {
  const { one, broker } = people;
  await steps.take("The registrar asks, and the broker answers", async () => {
    await one.goto(`${network}/console/work`);
    await one.click("main a[href='/console/applications']");
    await one.click(`main table a:has-text("${FIRM}")`);
    await fill(one, { text: "Who identifies your investors?" });
    await one.locator("#messages button[type=submit]").click();
    await done(one, "said");
    await broker.reload();
    await says(broker, "Who identifies your investors?");
    await fill(broker, { text: "We do, by POSTIDENT." });
    await broker.locator("#messages button[type=submit]").click();
    await done(broker, "said");
    await one.reload();
    await says(one, "We do, by POSTIDENT.");
    await picture(one, "application", "#messages");
  });
  await steps.take("One of the registrar's proposes the admission", async () => {
    await fill(one, { reason: "Every criterion is met." });
    await one.click("button[value=admit]");
    await done(one, "proposed");
  });
  await confirm(steps, people, "the admission", FIRM);
  await steps.take("The broker reads the letter", async () => {
    await broker.reload();
    await says(broker, "Zulassung zur Teilnahme");
  });
}
