import { Anchor, Paper, Skeleton, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useCallbackSearch } from '../../api/callback-search.js';
import { StateMark } from '../../callbacks/state.js';
import { Failure } from '../../layout/failure.js';
import { formatMoment, formatTimeToMinute } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { useNow } from '../../time/now.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

/** The callbacks behind a cell of the calendar. */
export function BucketCallbacks({ service, from, to }: { service: string; from: number; to: number }) {
  const say = useCallbacksTexts();
  const now = useNow();
  const search = useCallbackSearch({ from, to, states: [], services: [service], number: '' }, true);
  const found = search.data?.pages[0]?.callbacks ?? [];
  return (
    <Paper p="sm" component="section" aria-labelledby="bucket-title">
      <Title order={2} id="bucket-title" mb="xs">
        {say('bucket', { from: formatMoment(from, now), to: formatTimeToMinute(to) })}
      </Title>
      {search.isPending && <Skeleton h={80} aria-label={say('loading')} />}
      {search.isError && <Failure what={say('notShown')} error={search.error} retry={search.refetch} />}
      {search.isSuccess && found.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('emptyBucket')}
        </Text>
      )}
      {found.length > 0 && (
        <Table aria-labelledby="bucket-title">
          <Table.Tbody>
            {found.map((callback) => (
              <Table.Tr key={callback.id}>
                <Table.Td>{callback.desiredAt !== undefined && <Moment at={callback.desiredAt} />}</Table.Td>
                <Table.Td>
                  <StateMark state={callback.state} reason={callback.reason} />
                </Table.Td>
                <Table.Td className="tabular">
                  <Anchor
                    component={Link}
                    to={`/callbacks/${encodeURIComponent(callback.id)}`}
                    size="sm"
                    aria-label={say('detail', { number: callback.customerNumber || say('noNumber') })}
                  >
                    {callback.customerNumber || say('noNumber')}
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}
