// Signing in with a wallet that the browser knows (EIP-1193). Without it, or without this script, address and signature are pasted by hand.
"use strict";
const wallet = window.ethereum;
const addressForm = document.querySelector("form[data-wallet='address']");
const signatureForm = document.querySelector("form[data-wallet='signature']");
const isGerman = document.documentElement.lang === "de";

function offer(form, label, ask) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  const failure = document.createElement("p");
  failure.setAttribute("role", "alert");
  button.addEventListener("click", async () => {
    failure.textContent = "";
    try {
      await ask();
      form.requestSubmit();
    } catch (error) {
      failure.textContent = isGerman ? "Die Wallet hat abgelehnt." : "The wallet refused.";
    }
  });
  form.before(button, failure);
}

if (wallet && addressForm) {
  offer(addressForm, isGerman ? "Wallet dieses Browsers verwenden" : "Use this browser's wallet", async () => {
    const [address] = await wallet.request({ method: "eth_requestAccounts" });
    addressForm.elements.address.value = address;
  });
}

if (wallet && signatureForm) {
  offer(signatureForm, isGerman ? "Mit der Wallet unterschreiben" : "Sign with the wallet", async () => {
    const bytes = new TextEncoder().encode(document.querySelector("#message code").textContent);
    const text = "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const address = signatureForm.elements.address.value;
    signatureForm.elements.signature.value = await wallet.request({ method: "personal_sign", params: [text, address] });
  });
}
