const form = new URLSearchParams({
  grant_type: "client_credentials", client_id: "{{client_id}}", client_secret: "{{client_secret}}",
});
const { access_token } = await (await fetch("{{token_url}}", { method: "POST", body: form })).json();
const answer = await fetch("{{environment_url}}/distributor/v2/campaigns/{{campaign_id}}/", {
  headers: { Authorization: `Bearer ${access_token}` },
});
console.log(answer.status, await answer.json());
