-- What each request was told about its wait when it was submitted, beside which its wait is put when it has ended; and
-- since when an agent who was selected for it is free of it again without a call.

alter table route_request
  add column estimate_ms           bigint, -- null: not to be compared, or nobody was logged in who could serve
  add column estimate_low_ms       bigint, -- 80 of 100 waits end between these
  add column estimate_high_ms      bigint,
  add column estimate_deviation_ms bigint, -- of the model, from which the interval is made
  add column freed_at              timestamptz;

-- The report of a time span.
create index route_request_by_end on route_request (virtual_queue, ended_at) where ended_at is not null;
