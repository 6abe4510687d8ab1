// A button beside every text that is to be taken elsewhere. Without this script the text can be marked and copied by hand.
"use strict";
for (const text of document.querySelectorAll("pre[data-copy]")) {
  const german = document.documentElement.lang === "de";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "outline";
  button.textContent = german ? "Kopieren" : "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = german ? "Kopiert" : "Copied";
  });
  text.after(button);
}
