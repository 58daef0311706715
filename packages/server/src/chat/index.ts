/** Chats of customers with agents: a conversation, its durable transcript, and who is told of it. */
export type { ChatClient, ChatRecord, TranscriptLine } from './chat-record.js';
export { ChatRouting, type ChatStaff } from './chat-routing.js';
export { Chats, type ChatView, type ClientRequest, described } from './chats.js';
export type { ChatEvent, ChatInput, ChatState, Party } from './conversation.js';
export type { ChatAgent } from './offer.js';
export { CHAT_TEMPLATE, requestChat } from './request-chat.js';
export { type ChatAgents, SimulatedChatAgents } from './simulated-chat-agents.js';
