// The registrar's side: the first two people, an issuer's account, and decisions that need both.
import { network, picture } from "./browser.mjs";
import { done, fill, refused, says, send } from "./forms.mjs";
import { getAccount } from "./people.mjs";

/** From the link that `serve` prints to two people who can decide. */
export async function opens(steps, { one, two }, link) {
  await steps.take("The registrar's first administrator gets an account by the link that `serve` prints", async () => {
    await getAccount(one, link, { name: "Erika Mustermann", email: "erika@registrar.example" });
    await says(one, "Work list");
  });
  await steps.take("She invites a second person, who gets an account", async () => {
    const invited = await invites(one, { email: "max@registrar.example" });
    await getAccount(two, invited, { name: "Max Mustermann", email: "max@registrar.example" });
    await says(two, "Work list");
  });
}

/** An account for an issuer, and the link to it for its first person. */
export async function opensAccount(one, firm) {
  await one.goto(`${network}/console/issuer-accounts`);
  await fill(one, { company_name: firm });
  await send(one, "/console/issuer-accounts");
  await done(one, "created");
  await one.goto(`${network}/console/members`);
  const value = await one.locator("select[name=organisation] option", { hasText: firm }).getAttribute("value");
  return invites(one, { email: "erika@havelkontor.example", organisation: value });
}

async function invites(page, fields) {
  await page.goto(`${network}/console/members`);
  await fill(page, fields, "form[action='/console/members']");
  await send(page, "/console/members");
  return page.locator("code[data-link]").textContent();
}

/** What one person has proposed: it cannot confirm it, neither on the page nor beside it; the second person can. `subject` is the name of what it is about. */
export async function confirm(steps, { one, two }, what, subject, name) {
  await steps.take(`Who has proposed ${what} cannot confirm it`, async () => {
    await one.goto(`${network}/console/decisions`);
    await one.locator("main tr", { hasText: subject }).locator("a").first().click();
    await one.locator("[data-own]").waitFor();
    if (await one.locator("form[action$='/confirm']").count()) throw new Error("the page offers it all the same");
    // The page does not offer it; whoever sends the form all the same is refused by the operation.
    await one.evaluate(() => {
      const form = document.querySelector("form[action$='/withdraw']");
      form.action = form.action.replace("/withdraw", "/confirm");
      form.requestSubmit();
    });
    await refused(one, "four_eyes_required");
  });
  await steps.take(`A second person confirms ${what}`, async () => {
    await two.goto(`${network}/console/decisions`);
    await two.locator("main tr", { hasText: subject }).locator("a").first().click();
    await two.locator("form[action$='/confirm']").waitFor();
    if (name) await picture(two, name);
    await two.locator("form[action$='/confirm'] button").click();
    await done(two, "confirmed");
  });
}
