import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useShellTexts } from './use-shell-texts.js';
import { With } from './with.js';

export function NotFound() {
  const say = useShellTexts();
  return (
    <Stack gap="xs" py="xl">
      <Title order={1}>{say('noPage')}</Title>
      <Text c="dimmed">
        <With text={(page) => say('noPageHelp', { page })}>
          <Anchor component={Link} to="/">
            {say('livePage')}
          </Anchor>
        </With>
      </Text>
    </Stack>
  );
}
