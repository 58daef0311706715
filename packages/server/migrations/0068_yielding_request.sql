-- Whether the agent who is held for a request may be given to another one that needs an agent at once.
alter table route_request add column yields boolean not null default false;
