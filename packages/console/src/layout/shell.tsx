import { Anchor, AppShell, Container, Group, Text } from '@mantine/core';
import { Link, NavLink, Outlet } from 'react-router-dom';
import { useSimulator } from '../api/simulator.js';
import { ColorSchemeToggle } from './color-scheme-toggle.js';
import { ConnectionState } from './connection-state.js';
import { Logo } from './logo.js';
import classes from './shell.module.css';

const page = classes.page ?? '';

/** The frame of every page: where one is, whether what one sees is live, and the page. */
export function Shell() {
  const simulator = useSimulator();
  return (
    <AppShell header={{ height: 52 }} padding={0}>
      <AppShell.Header className={classes.header}>
        <Anchor href="#content" className={classes.skip}>
          Skip to the content
        </Anchor>
        <Group h="100%" px="md" gap="lg" wrap="nowrap">
          <Link to="/" className={classes.brand} aria-label="Ringback, live page">
            <Logo />
            <Text component="span" fw={680} size="md" visibleFrom="xs">
              Ringback
            </Text>
          </Link>
          <nav aria-label="Pages" className={classes.pages}>
            <NavLink to="/" end className={page}>
              Live
            </NavLink>
            <NavLink to="/book" className={page}>
              Book
            </NavLink>
            <NavLink to="/campaigns" className={page}>
              Campaigns
            </NavLink>
            <NavLink to="/agent" className={page}>
              Agent
            </NavLink>
            <NavLink to="/lists" className={page}>
              Lists
            </NavLink>
            <NavLink to="/do-not-call" className={page}>
              Do not call
            </NavLink>
            <NavLink to="/customers" className={page}>
              Customers
            </NavLink>
            <NavLink to="/sessions" className={page}>
              Sessions
            </NavLink>
            {simulator.data && (
              <NavLink to="/simulator" className={page}>
                Simulator
              </NavLink>
            )}
          </nav>
          <Group gap="sm" ml="auto" wrap="nowrap">
            <ConnectionState />
            <ColorSchemeToggle />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="content" tabIndex={-1}>
        <Container size={1480} px="md" py="md">
          <Outlet />
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}
