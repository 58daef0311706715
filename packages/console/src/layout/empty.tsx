import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing to show: says so, and what to do about it. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap={4} align="center" py="xl" px="md" ta="center">
      <Text fw={550}>{title}</Text>
      <Text size="sm" c="dimmed" maw={420} component="div">
        {children}
      </Text>
    </Stack>
  );
}
