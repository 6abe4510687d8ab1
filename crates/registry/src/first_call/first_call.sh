TOKEN=$(curl -sS --fail '{{token_url}}' --user '{{client_id}}:{{client_secret}}' --data grant_type=client_credentials \
  | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -sS --fail '{{environment_url}}/distributor/v2/campaigns/{{campaign_id}}/' --header "Authorization: Bearer $TOKEN"
