-- When a submission's end was known: one of its transactions is final, or none ever will be.
alter table chain_submission add column settled_at timestamptz;

update chain_submission
set settled_at = sent_at
where exists (select 1 from chain_attempt a where a.submission = chain_submission.id and a.gas_used is not null);

create index chain_submission_open on chain_submission (chain_id, sender, nonce) where settled_at is null;
