/**
 * Notifications: who is told of what (subscriptions), and how it reaches them (channels). Published in the caller's
 * transaction, delivered at least once.
 */
export type { Channel, Delivered, Delivery, HttpAnswer, HttpPost, HttpRequest } from './channel.js';
export { AppleChannel } from './channels/apple.js';
export { FirebaseChannel } from './channels/firebase.js';
export { customHttp, httpCallback } from './channels/http-callback.js';
export { webPushChannel } from './channels/web-push.js';
export { type CometDelivery, CometMailbox, type CometSession } from './comet-mailbox.js';
export { Notifications, type OutcomeHandler, type TellSession } from './notifications.js';
export type { Address, NewSubscription, NotificationOutcome, Publication, Subscription } from './subscription.js';
