-- Where a callback stood in the line, and how long agents were held for it.
create index route_request_by_callback on route_request (callback) where callback is not null;
