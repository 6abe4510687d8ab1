// Filling in, sending, and reading what a page says.

/** Fills fields by their names: texts, choices and boxes. `scope` narrows to one of several forms. */
export async function fill(page, fields, scope = "main") {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`${scope} [name="${name}"]`);
    const kind = await field.first().evaluate((one) => (one.tagName === "SELECT" ? "select" : one.type));
    if (kind === "select") await field.first().selectOption(value);
    else if (kind === "checkbox") for (const one of value) await page.check(`${scope} [name="${name}"][value="${one}"]`);
    else await field.first().fill(value);
  }
}

/** Presses the button of the form that goes to this address. */
export async function send(page, action) {
  await page.locator(`form[action="${action}"] button[type=submit]`).first().click();
}

/** Waits for the sentence that a form leaves on the next page. */
export async function done(page, code) {
  await page.locator(`[data-flash="${code}"]`).waitFor();
}

/** Waits until the page says this. */
export async function says(page, text) {
  await page.locator("main").getByText(text, { exact: false }).first().waitFor();
}

/** Waits until the page says which rule was broken, beside the field and in words. */
export async function refusedFor(page, field, sentence) {
  await page.locator(`[name="${field}"][aria-invalid=true]`).waitFor();
  const said = await page.locator(`[id="${field}-wrong"]`).innerText();
  if (!said.includes(sentence)) throw new Error(`${field}: ${said}`);
}

/** Waits until the page refuses with this code of the catalogue. */
export async function refused(page, code) {
  await page.locator(`[data-code="${code}"]`).waitFor();
}

/** Loads the page again and again until it shows this. */
export async function until(page, selector) {
  for (let round = 0; round < 120 && !(await page.locator(selector).count()); round += 1) {
    await page.waitForTimeout(250);
    await page.reload();
  }
  await page.locator(selector).first().waitFor();
}

/** A small PDF. */
export function paper(text) {
  const bytes = Buffer.from(`%PDF-1.4\n% ${text}\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n`);
  return { name: `${text}.pdf`, mimeType: "application/pdf", buffer: bytes };
}

/** What is no document, whatever its name says. */
export function noPaper() {
  return { name: "terms.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ this is a program") };
}
