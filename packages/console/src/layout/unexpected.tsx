import { Button, Container, Stack, Text, Title } from '@mantine/core';
import { useRouteError } from 'react-router-dom';
import { explain } from '../api/request.js';

/** Shown instead of the page when the console itself fails, or when a newer build has replaced its files. */
export function Unexpected() {
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <Stack gap="sm" align="flex-start" role="alert">
        <Title order={1}>The console stopped working here</Title>
        <Text>{explain(error)}</Text>
        <Text c="dimmed" size="sm">
          Nothing that you booked or changed is lost. If the server was updated a moment ago, loading the page again is
          all that is needed.
        </Text>
        <Button onClick={() => window.location.reload()}>Load the page again</Button>
      </Stack>
    </Container>
  );
}
