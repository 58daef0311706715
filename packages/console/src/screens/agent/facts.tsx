import { asTexts } from '../../api/customers.js';
import type { Members } from '../../api/json.js';
import classes from './agent.module.css';

/** Keys and their values. */
export function Facts({ members }: { members: Members }) {
  return (
    <dl className={classes.facts}>
      {Object.entries(asTexts(members)).map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
