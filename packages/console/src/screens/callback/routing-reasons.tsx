import { Fragment } from 'react';
import { type Passed, routingDecision } from './routing-decision.js';
import classes from './routing-reasons.module.css';

/** Why a routing decision fell as it did: for the agent that was chosen, and against each of the others. */
export function RoutingReasons({ why }: { why: unknown }) {
  const { chosen, standing, others, unnamed, targets, before } = routingDecision(why);
  return (
    <dl className={classes.reasons}>
      {chosen !== undefined && (
        <>
          <dt>Why this agent</dt>
          <dd>{chosen}</dd>
        </>
      )}
      {(others.length > 0 || unnamed > 0) && (
        <>
          <dt>Why not the others</dt>
          <dd>
            <PassedList passed={others} />
            {unnamed > 0 && <span className={classes.unnamed}>and {unnamed} more who do not serve this target</span>}
          </dd>
        </>
      )}
      {standing.length > 0 && (
        <>
          <dt>The request</dt>
          <dd>{standing.join(' · ')}</dd>
        </>
      )}
      {targets.length > 0 && (
        <>
          <dt>Targets</dt>
          <dd>
            {targets.map((target) => (
              <div key={target}>{target}</div>
            ))}
          </dd>
        </>
      )}
      {before.length > 0 && (
        <>
          <dt>Stood before it</dt>
          <dd>
            <PassedList passed={before} />
          </dd>
        </>
      )}
    </dl>
  );
}

function PassedList({ passed }: { passed: readonly Passed[] }) {
  return (
    <div className={classes.passed}>
      {passed.map(({ name, reason }) => (
        <Fragment key={name}>
          <span className={classes.name}>{name}</span>
          <span>{reason}</span>
        </Fragment>
      ))}
    </div>
  );
}
