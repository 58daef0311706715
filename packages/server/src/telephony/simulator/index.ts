/** The simulated telephone network: a driver of the switch port, and the agents who work by themselves in it. */
export type { ListedCall } from './call-listing.js';
export type { InboundRequest } from './placement.js';
export type { AgentBehaviour, Attempt, Outcome, Party, Settings } from './settings.js';
export { type AgentControl, type AgentDescriptions, SimulatedAgents } from './simulated-agents.js';
export { Simulator, type SimulatorOptions } from './simulator.js';
