/** What load balancers are told of this node. */
export type NodeState = 'ONLINE' | 'OFFLINE';

/**
 * Whether this process says that it is there for clients (GMS Node API). It says so from its start; an operator or a
 * shutdown takes it back, so that load balancers send nobody any more. Requests are served in either state.
 */
export class NodeStatus {
  #state: NodeState = 'ONLINE';

  get state(): NodeState {
    return this.#state;
  }

  get isOnline(): boolean {
    return this.#state === 'ONLINE';
  }

  change(state: NodeState): void {
    this.#state = state;
  }
}
