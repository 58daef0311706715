import { Anchor, AppShell, Burger, Container, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet } from 'react-router-dom';
import { Account } from './account.js';
import { ColorSchemeToggle } from './color-scheme-toggle.js';
import { ConnectionState } from './connection-state.js';
import { LanguagePicker } from './language-picker.js';
import { Logo } from './logo.js';
import { PageLinks } from './page-links.js';
import classes from './shell.module.css';
import { useShellTexts } from './use-shell-texts.js';

/** The frame of every page: where one is, whether what one sees is live, and the page. */
export function Shell() {
  const say = useShellTexts();
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 176, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={0}
    >
      <AppShell.Header className={classes.header}>
        <Anchor href="#content" className={classes.skip}>
          {say('skip')}
        </Anchor>
        <Group h="100%" px="md" gap="md" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={say('openPages')} />
          <Link to="/" className={classes.brand} aria-label={say('brand')}>
            <Logo />
            <Text component="span" fw={680} size="md" visibleFrom="xs">
              Ringback
            </Text>
          </Link>
          <Group gap="sm" ml="auto" wrap="nowrap">
            <ConnectionState />
            <LanguagePicker />
            <ColorSchemeToggle />
            <Account />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={say('pages')} className={classes.pages}>
        <PageLinks onFollow={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Container size={1480} px="md" py="md">
          <Outlet />
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}
