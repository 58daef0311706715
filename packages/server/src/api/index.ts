/** Every outside protocol, each in a folder of its own. */
export {
  Authentication,
  adminApi,
  bindRefusal,
  type CallbackOverviewDesk,
  type ChatDesk,
  type ComplianceDesk,
  type CustomerDesk,
  isLoopback,
  loginApi,
  OpenId,
  type PlannedAttempt,
  type RecordHistoryDesk,
  type TestClock,
  type WaitingDesk,
} from './admin/index.js';
export { commDnApi } from './commdn/index.js';
export { contextServicesApi } from './cs/index.js';
export { desktopApi } from './desktop/index.js';
export { isAuthenticated } from './gms/authentication.js';
export { gmsCallbackApi } from './gms/callback.js';
export { chatAnswer, chatPath, gmsChatApi } from './gms/chat.js';
export { cometdApi } from './gms/cometd.js';
export { allowOrigins } from './gms/cross-origin.js';
export { gmsDocumentApi } from './gms/document.js';
export { gmsEwtApi } from './gms/ewt.js';
export { gmsNodeApi } from './gms/node.js';
export { gmsNotificationApi } from './gms/notification.js';
export { gmsPatternsApi } from './gms/patterns.js';
export { gmsPhoneNumberApi } from './gms/phone-number.js';
export { restrictPorts } from './gms/port-restrictions.js';
export { gmsServiceApi } from './gms/service.js';
export { gmsResourceApi } from './gms/service-resources.js';
export { gmsStatisticApi } from './gms/statistic.js';
export { gmsStorageApi } from './gms/storage.js';
export { gmsTenantsApi } from './gms/tenants.js';
export { createHttp, openListeners } from './http.js';
export { ocsApi } from './ocs/index.js';
export { type OrsSettings, orsApi, orsHeartbeat, orsHelp } from './ors/index.js';
