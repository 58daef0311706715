import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';

export function NotFound() {
  return (
    <Stack gap="xs" py="xl">
      <Title order={1}>There is no such page</Title>
      <Text c="dimmed">
        The address does not belong to the console. Go to the{' '}
        <Anchor component={Link} to="/">
          live page
        </Anchor>
        .
      </Text>
    </Stack>
  );
}
