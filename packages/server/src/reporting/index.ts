export { type AuditEntry, type AuditFilter, AuditLog, type StoredAuditEntry } from './audit-log.js';
export type { EventType, JournalEntry, JournalEvent, Subjects } from './event.js';
export type { Subscription, SubscriptionOptions } from './feed.js';
export type { Follower, FollowerOptions } from './follower.js';
export { type HistoryFilter, Journal, type JournalOptions } from './journal.js';
