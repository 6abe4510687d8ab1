-- How a holder gets to its own view of the register (§ 10(1) eWpG): a link from its partner, or the signature of its wallet.
create table holder_links (
  token_hash bytea not null primary key,
  investor_id uuid not null references investors (id),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index holder_links_by_time on holder_links (expires_at);

-- Of a link the session has the investor, of a signature the wallet: whoever the wallet belongs to is looked up each time.
create table holder_sessions (
  token_hash bytea not null primary key,
  investor_id uuid references investors (id),
  wallet_address bytea,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  check ((investor_id is null) <> (wallet_address is null))
);
create index holder_sessions_by_time on holder_sessions (expires_at);

-- What was signed once is not good again.
create table holder_nonces (
  nonce text not null primary key,
  expires_at timestamptz not null
);
create index holder_nonces_by_time on holder_nonces (expires_at);

create index wallets_by_address on wallets (address);
create index holders_by_investor on holders (investor_id);
