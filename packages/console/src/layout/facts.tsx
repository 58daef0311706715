import type { ReactNode } from 'react';
import classes from './facts.module.css';

/** Names and what stands for them, one below the other. */
export function Facts({ members }: { members: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className={classes.facts}>
      {Object.entries(members).map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
