export { Calendar } from './calendar.js';
export { Capacity, type CapacityPeriod, readCapacity } from './capacity.js';
export { type ClosedReason, OfficeHours, type Opening } from './office-hours.js';
export { type OptionMap, readOfficeHours, type ServiceLookup } from './office-hours-options.js';
export { contains, type Period, union } from './period.js';
export { BUCKET_MINUTES, bucketAt, bucketBefore, firstBucketFrom, type TimeBucket } from './time-bucket.js';
export { addSpan, leastAfterSpan } from './time-span.js';
export { weekday, Zone } from './zone.js';
