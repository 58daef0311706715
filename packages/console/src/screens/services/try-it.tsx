import { Anchor, Button, Code, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { isObject, text } from '../../api/json.js';
import { tryService } from '../../api/services.js';
import { Failure } from '../../layout/failure.js';
import classes from './options.module.css';
import { useServicesTexts } from './use-services-texts.js';

/** Sends a request to the service and shows what an app would get. */
export function TryIt({ service, callback }: { service: string; callback: boolean }) {
  const say = useServicesTexts();
  const [customer, setCustomer] = useState('');
  const [lines, setLines] = useState('');
  const path = `/genesys/1/service/${callback ? 'callback/' : ''}${encodeURIComponent(service)}`;
  const send = useMutation({
    mutationFn: () => {
      const number = customer.trim() === '' ? {} : { _customer_number: customer.trim() };
      return tryService(path, { ...parametersIn(lines), ...number });
    },
  });
  const id = isObject(send.data) ? text(send.data, '_id') : undefined;
  return (
    <Paper component="section" p="md" aria-labelledby="try-title">
      <Title order={2} id="try-title" mb={4}>
        {say('tryIt')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <Stack gap="sm">
          <Text size="xs" c="dimmed">
            {say('tryHelp')}
          </Text>
          <Code className={classes.path ?? ''}>POST {path}</Code>
          <TextInput
            size="xs"
            type="tel"
            label={say('number')}
            value={customer}
            onChange={(event) => setCustomer(event.currentTarget.value)}
          />
          <Textarea
            size="xs"
            autosize
            minRows={2}
            label={say('parameters')}
            description={say('parametersHelp')}
            value={lines}
            onChange={(event) => setLines(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" loading={send.isPending}>
            {say('send')}
          </Button>
          {send.isError && <Failure what={say('refused')} error={send.error} />}
          {send.isSuccess && (
            <div role="status" aria-label={say('answer')}>
              <Text size="xs" fw={550} mb={4}>
                {say('answer')}
              </Text>
              <Code block className={classes.answer ?? ''}>
                {JSON.stringify(send.data, null, 2) ?? ''}
              </Code>
              {callback && id !== undefined && (
                <Anchor component={Link} to={`/callbacks/${encodeURIComponent(id)}`} size="sm">
                  {say('follow')}
                </Anchor>
              )}
            </div>
          )}
        </Stack>
      </form>
    </Paper>
  );
}

/** `name=value`, one per line; a line without a name says nothing. */
function parametersIn(lines: string): Record<string, string> {
  return Object.fromEntries(
    lines.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value.trim()]];
    }),
  );
}
