-- What is sold, and where: an environment has as many campaigns as the partner was given for it, and each investor once. One without any
-- is a home, where every investor is.
create table gateway_campaigns (
    id uuid primary key,
    environment uuid not null
);
create index gateway_campaigns_by_environment on gateway_campaigns (environment, id);

insert into gateway_campaigns (id, environment)
select campaign, id
from gateway_environments
where campaign is not null;

alter table gateway_environments drop column campaign;
