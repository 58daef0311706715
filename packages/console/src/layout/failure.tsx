import { Alert, Button, Stack, Text } from '@mantine/core';
import { explain } from '../api/request.js';
import { useShellTexts } from './use-shell-texts.js';

/** A request that failed: what did not work, why, and a way to try again. */
export function Failure({ what, error, retry }: { what: string; error: unknown; retry?: () => unknown }) {
  const say = useShellTexts();
  return (
    <Alert color="red" variant="light" title={what} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{explain(error)}</Text>
        {retry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => void retry()}>
            {say('tryAgain')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
