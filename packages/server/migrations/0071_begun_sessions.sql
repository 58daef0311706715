-- Whether a session has run its first macrostep. An index that names the step itself would have to be changed, and with it
-- every other index of the table, by each macrostep of every session; this column changes once.
alter table session add column begun boolean not null default false;
update session set begun = true where state = 'running' and step > 0;
create index session_unbegun on session (started_at) where state = 'running' and not begun;
drop index session_unstarted;
-- Room for the next snapshot beside the one that it replaces.
alter table session set (fillfactor = 70);
