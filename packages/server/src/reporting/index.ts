export type { EventType, JournalEntry, JournalEvent, Subjects } from './event.js';
export type { Subscription, SubscriptionOptions } from './feed.js';
export { type HistoryFilter, Journal, type JournalOptions } from './journal.js';
