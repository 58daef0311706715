export { type ServiceRequest, Services, type SessionOfId } from './services.js';
export { Storage, type StoredFile, type StoredValue } from './storage.js';
