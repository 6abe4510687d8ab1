-- Who has ordered in a campaign whose exemption counts persons: kept, whatever became of the order.
create table campaign_persons (
  campaign_id uuid not null references campaigns (id),
  investor_id uuid not null references investors (id),
  primary key (campaign_id, investor_id)
);
insert into campaign_persons (campaign_id, investor_id)
select distinct v.campaign_id, v.investor_id
from investments v
join campaigns c on c.id = v.campaign_id
where c.maximum_persons is not null;
