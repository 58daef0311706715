import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { Filled, SLOT } from '../i18n/filled.js';
import { useShellTexts } from './use-shell-texts.js';

export function NotFound() {
  const say = useShellTexts();
  return (
    <Stack gap="xs" py="xl">
      <Title order={1}>{say('noPage')}</Title>
      <Text c="dimmed">
        <Filled text={say('noPageHelp', { page: SLOT })}>
          <Anchor component={Link} to="/">
            {say('livePage')}
          </Anchor>
        </Filled>
      </Text>
    </Stack>
  );
}
