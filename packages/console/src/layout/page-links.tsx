import { Text } from '@mantine/core';
import { NavLink } from 'react-router-dom';
import { useMe } from '../api/people.js';
import { useSimulator } from '../api/simulator.js';
import classes from './shell.module.css';
import type * as texts from './shell.texts.js';
import { useShellTexts } from './use-shell-texts.js';

interface PageLink {
  to: string;
  /** What one has to be allowed to do, to be shown it. */
  deed?: string;
  label: keyof typeof texts.en;
  /** As automation written for the original finds it. */
  id?: string;
}

const GROUPS: readonly { label: keyof typeof texts.en; pages: readonly PageLink[] }[] = [
  {
    label: 'watch',
    pages: [
      { to: '/', label: 'live' },
      { to: '/callbacks', label: 'callbacks', id: 'nav_callback' },
      { to: '/day', label: 'day' },
    ],
  },
  {
    label: 'engage',
    pages: [
      { to: '/book', label: 'book' },
      { to: '/agent', label: 'agent' },
      { to: '/customers', label: 'customers' },
    ],
  },
  {
    label: 'configure',
    pages: [
      { to: '/services', label: 'services', id: 'nav_configured_services' },
      { to: '/hours', label: 'hours' },
      { to: '/capacity', label: 'capacity' },
      { to: '/resources', label: 'resources', id: 'nav_tools_resources' },
      { to: '/patterns', label: 'patterns', id: 'nav_tools_patterns' },
    ],
  },
  {
    label: 'outbound',
    pages: [
      { to: '/campaigns', label: 'campaigns' },
      { to: '/lists', label: 'lists' },
      { to: '/do-not-call', label: 'doNotCall' },
    ],
  },
  { label: 'engine', pages: [{ to: '/sessions', label: 'sessions' }] },
  {
    label: 'administration',
    pages: [
      { to: '/people', label: 'people', deed: 'administer' },
      { to: '/audit', label: 'audit', deed: 'administer' },
    ],
  },
];

const SIMULATOR: PageLink = { to: '/simulator', label: 'simulator' };

/** The links to all pages that one may see, in groups; the simulator's where there is one. */
export function PageLinks({ onFollow }: { onFollow: () => void }) {
  const say = useShellTexts();
  const simulator = useSimulator();
  const me = useMe();
  const isShown = ({ deed }: PageLink) => deed === undefined || me.data?.may.has(deed);
  return GROUPS.filter(({ pages }) => pages.some(isShown)).map(({ label, pages }) => (
    <section key={label} aria-labelledby={`pages-${label}`} className={classes.group}>
      <Text component="h2" size="xs" c="dimmed" fw={550} id={`pages-${label}`} className={classes.groupName}>
        {say(label)}
      </Text>
      {[...pages.filter(isShown), ...(label === 'engine' && simulator.data ? [SIMULATOR] : [])].map((page) => (
        <NavLink
          key={page.to}
          to={page.to}
          end={page.to === '/'}
          className={classes.page ?? ''}
          onClick={onFollow}
          {...(page.id !== undefined && { id: page.id })}
        >
          {say(page.label)}
        </NavLink>
      ))}
    </section>
  ));
}
