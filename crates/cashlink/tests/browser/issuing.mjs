// The issuer's side, in German: its company, its product with documents, and the entry by two people of the registrar.
import { network, picture } from "./browser.mjs";
import { done, fill, noPaper, paper, refused, refusedFor, says, until } from "./forms.mjs";
import { getAccount } from "./people.mjs";
import { confirm, opensAccount } from "./registrar.mjs";

const FIRM = "Havelkontor Projektgesellschaft mbH";
export const ASSET = "Havelkontor Anleihe 2026/2031";

const COMPANY = {
  "legal_person.commercial_register": "Amtsgericht Potsdam", "legal_person.commercial_register_number": "HRB 40417",
  "legal_person.street": "Am Kanal 3", "legal_person.zip": "14467", "legal_person.city": "Potsdam", "legal_person.country": "DEU",
  "natural_person.forename": "Erika", "natural_person.surname": "Mustermann", "natural_person.birth_date": "1984-01-31",
  "natural_person.birth_place": "Berlin", "natural_person.citizenship": "DEU", "natural_person.street": "Heidestr. 17",
  "natural_person.zip": "51147", "natural_person.city": "Köln", "natural_person.country": "DEU",
  "bank_account.account_holder": FIRM, "bank_account.iban": "DE89370400440532013000", "bank_account.bic": "COBADEFFXXX",
  "bank_account.currency": "EUR",
};

const PRODUCT = {
  name: ASSET, product_type: "BOND", ewpg: "true", legal_form: "ewpg_bearer_bond", isin: "DE000A4HVK12", asset_code: "HAVEL31",
  sector: "real_estate", nominal_value: "1000.00", currency: "EUR", max_issuable_amount: "12000", step_size: "1",
  payment_deadline: "14", cancellation_deadline: "0", matures_on: "2031-11-01", "coupon.kind": "FIXED", "coupon.rate_percent": "5.25",
  "coupon.description": "1. November, ACT/ACT ICMA", "terms[0].name": "ranking", "terms[0].value": "unsecured, not subordinated",
  "terms[1].name": "maturity", "terms[1].value": "2031-11-01 at 100 %",
  description: "Festverzinsliche Inhaberschuldverschreibung für den Umbau eines Speicherviertels in Potsdam zu 86 Mietwohnungen.",
  "target_market.client_categories": ["RETAIL", "PROFESSIONAL"], "target_market.knowledge": "BASIC",
  "target_market.loss_capacity": "FULL", "target_market.horizon_years": "5", "target_market.objectives": "Laufende Zinsen",
  "target_market.negative": "Wer das Geld vor November 2031 braucht", "fees.commission_percent": "2.5",
};

/** From nothing to an asset in the catalogue. */
export async function bringsAsset(steps, people) {
  const { one, issuer } = people;
  await steps.take("The registrar opens an account for an issuer, whose first person follows the link", async () => {
    const link = await opensAccount(one, FIRM);
    await getAccount(issuer, link, { name: "Erika Mustermann", email: "erika@havelkontor.example" });
    await says(issuer, "Investments");
  });
  await steps.take("The issuer describes its company, with two proofs", async () => {
    await issuer.goto(`${network}/console/issuers`);
    await issuer.click(`main table a:has-text("${FIRM}")`);
    await fill(issuer, COMPANY);
    for (const kind of ["identity", "structure"]) {
      await issuer.selectOption("select[name=proof]", kind);
      await issuer.setInputFiles("input[type=file]", paper(kind));
      await issuer.click("button[value=upload]");
      await issuer.locator(`input[name='legal_person.company_${kind}_proof_id']`).waitFor({ state: "attached" });
    }
    // The enter key saves; it does not upload.
    await issuer.press("input[name='bank_account.bic']", "Enter");
    await done(issuer, "saved");
  });
  await steps.take("A file that is no document is refused in a sentence", async () => {
    await issuer.goto(`${network}/console/issued/products/new`);
    await fill(issuer, PRODUCT);
    await issuer.setInputFiles("input[type=file]", noPaper());
    await issuer.click("button[value=upload]");
    await refused(issuer, "document_type_not_accepted");
  });
  await steps.take("It uploads terms and information sheet", async () => {
    for (const [kind, title] of [["TERMS", "Anleihebedingungen"], ["WIB", "Wertpapier-Informationsblatt"]]) {
      await issuer.selectOption("select[name=new_type]", kind);
      await issuer.fill("input[name=new_title]", title);
      await issuer.setInputFiles("input[type=file]", paper(title));
      await issuer.click("button[value=upload]");
      await issuer.locator(`main input[name$='.title'][value='${title}']`).waitFor();
    }
    await picture(issuer, "product-form");
  });
  await steps.take("A wrong ISIN is refused beside its field; then the product is brought", async () => {
    await issuer.fill("input[name=isin]", "DE000A4HVK13");
    await issuer.press("input[name=isin]", "Enter");
    await refusedFor(issuer, "isin", "Prüfziffern");
    await issuer.fill("input[name=isin]", PRODUCT.isin);
    await issuer.press("input[name=isin]", "Enter");
    await done(issuer, "saved");
    await says(issuer, "wartet auf Validierung");
  });
  await steps.take("One of the registrar's looks through it and proposes its entry", async () => {
    await one.goto(`${network}/console/work`);
    await one.click("main a[href='/console/validations']");
    await one.click(`main table a:has-text("${ASSET}")`);
    await fill(one, { reason: "Terms, documents and company are complete." });
    await picture(one, "validation");
    await one.locator("form[action$='/propose'] button").first().click();
    await done(one, "proposed");
  });
  await confirm(steps, people, "the entry", ASSET, "decision");
  await steps.take("Its environment opens and the issue is minted", async () => {
    await until(issuer, "[data-status=ACTIVE]");
  });
}
