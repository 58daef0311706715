/**
 * Statistics as clients of the original's statistics server name them, and the statistic of the router that is the same
 * figure here. What is not listed is looked up under its own name (docs/orchestration.md lists those).
 */
const EQUIVALENTS: Readonly<Record<string, string>> = {
  CurrNumberWaitingCalls: 'StatCallsInQueue',
  CurrentNumberWaitingCalls: 'StatCallsInQueue',
  CurrNumberInQueue: 'StatCallsInQueue',
  CallsWaiting: 'StatCallsInQueue',
  ExpectedWaitTime: 'StatExpectedWaitingTime',
  ExpectedWaitTime2: 'StatExpectedWaitingTime',
  EstimatedWaitTime: 'StatExpectedWaitingTime',
  EstimatedWaitingTime: 'StatExpectedWaitingTime',
  LoadBalance: 'StatLoadBalance',
  CurrNumberReadyAgents: 'StatAgentsAvailable',
  CurrentReadyAgents: 'StatAgentsAvailable',
  CurrentAgentsReady: 'StatAgentsAvailable',
  CurrNumberLoggedInAgents: 'StatAgentsTotal',
  CurrentLoggedInAgents: 'StatAgentsTotal',
  CurrentAgentsLoggedIn: 'StatAgentsTotal',
  CurrNumberNotReadyAgents: 'StatAgentsNotReady',
  CurrentNotReadyAgents: 'StatAgentsNotReady',
  CurrNumberBusyAgents: 'StatAgentsBusy',
  CurrentBusyAgents: 'StatAgentsBusy',
  TotalEntered: 'CallsEntered',
  TotalCallsEntered: 'CallsEntered',
  TotalNumberCallsEntered: 'CallsEntered',
  TotalDistributed: 'CallsDistributed',
  TotalCallsDistributed: 'CallsDistributed',
  TotalNumberCallsDistributed: 'CallsDistributed',
  TotalAnswered: 'CallsAnswered',
  AverageWaitTime: 'DistributedWaitingTime',
  AverTimeBeforeDistribution: 'DistributedWaitingTime',
  TotalCallsAnswered: 'StatCallsAnswered',
  TotalNumberCallsAnswered: 'StatCallsAnswered',
};

const BY_NAME = new Map(Object.entries(EQUIVALENTS).map(([name, statistic]) => [name.toLowerCase(), statistic]));

/** Name of the router's statistic for a client's metric, whatever its case. */
export function statisticOf(metric: string): string {
  return BY_NAME.get(metric.toLowerCase()) ?? metric;
}

/** What kinds of objects are, by the names that statistic definitions use, as the router abbreviates them. */
const TYPES: Readonly<Record<string, string>> = {
  queue: 'Q',
  virtualqueue: 'Q',
  routepoint: 'Q',
  groupqueues: 'Q',
  agent: 'A',
  groupagents: 'GA',
  agentgroup: 'GA',
  place: 'AP',
  agentplace: 'AP',
  regulardn: 'AP',
};

/**
 * The router's name of an object: `VQ1@switch` of type `Queue` is `VQ1@.Q`.
 * @returns undefined for a type that there is not
 */
export function objectOf(type: string, id: string): string | undefined {
  const kind = TYPES[type.toLowerCase()];
  const name = id.split('@')[0]?.trim();
  return kind !== undefined && name ? `${name}@.${kind}` : undefined;
}
