import type { Members } from '../../api/json.js';
import { flat } from './particulars.js';

/** Why a routing decision fell as it did: for the agent that was chosen, and against each of the others. */
export function RoutingReasons({ data }: { data: Members }) {
  return (
    <ul>
      {flat('why', data.why).map(([key, value]) => (
        <li key={key}>
          {key}: {value}
        </li>
      ))}
    </ul>
  );
}
