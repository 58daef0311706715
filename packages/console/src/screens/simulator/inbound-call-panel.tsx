import { Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { explain } from '../../api/request.js';
import { usePlaceInboundCall } from '../../api/simulator.js';
import { useSimulatorTexts } from './use-simulator-texts.js';

/** Lets a simulated customer call one of the contact centre's numbers. */
export function InboundCallPanel() {
  const say = useSimulatorTexts();
  const [from, setFrom] = useState('5115');
  const [to, setTo] = useState('8999');
  const place = usePlaceInboundCall();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place.mutate({ from: from.trim(), to: to.trim() });
  };
  return (
    <Paper p="md" component="form" onSubmit={submit} aria-labelledby="inbound-title">
      <Stack gap="sm">
        <Title order={2} id="inbound-title">
          {say('customerCalls')}
        </Title>
        <TextInput
          label={say('from')}
          type="tel"
          required
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label={say('to')}
          type="tel"
          required
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" role="status" c={place.isError ? 'red' : 'dimmed'}>
            {place.isError ? explain(place.error) : place.isSuccess ? say('onItsWay') : ''}
          </Text>
          <Button type="submit" variant="default" loading={place.isPending}>
            {say('place')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
