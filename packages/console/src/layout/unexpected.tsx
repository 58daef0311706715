import { Button, Container, Stack, Text, Title } from '@mantine/core';
import { useRouteError } from 'react-router-dom';
import { explain } from '../api/request.js';
import { useShellTexts } from './use-shell-texts.js';

/** Shown instead of the page when the console itself fails, or when a newer build has replaced its files. */
export function Unexpected() {
  const say = useShellTexts();
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <Stack gap="sm" align="flex-start" role="alert">
        <Title order={1}>{say('stopped')}</Title>
        <Text>{explain(error)}</Text>
        <Text c="dimmed" size="sm">
          {say('stoppedHelp')}
        </Text>
        <Button onClick={() => window.location.reload()}>{say('reload')}</Button>
      </Stack>
    </Container>
  );
}
