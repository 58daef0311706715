import { Group, Pagination, Paper, Table, Text, UnstyledButton } from '@mantine/core';
import {
  flexRender,
  getCoreRowModel,
  getPaginationRowModel,
  getSortedRowModel,
  type Header,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table';
import { type ReactNode, useState } from 'react';
import classes from './callback-table.module.css';
import { COLUMNS, WIDE_ONLY } from './columns.js';
import type { LiveCallback } from './scope.js';
import { useLiveTexts } from './use-live-texts.js';

const PAGE_SIZE = 50;

const PAGE_TURN = { first: 'firstPage', previous: 'previousPage', next: 'nextPage', last: 'lastPage' } as const;

/** The live callbacks, newest activity on top until another column is chosen. */
export function CallbackTable({ callbacks, empty }: { callbacks: LiveCallback[]; empty: ReactNode }) {
  const say = useLiveTexts();
  const [sorting, setSorting] = useState<SortingState>([{ id: 'activeAt', desc: true }]);
  const [page, setPage] = useState({ pageIndex: 0, pageSize: PAGE_SIZE });
  const table = useReactTable({
    data: callbacks,
    columns: COLUMNS,
    state: { sorting, pagination: page },
    getRowId: (callback) => callback.id,
    onSortingChange: setSorting,
    onPaginationChange: setPage,
    enableSortingRemoval: false,
    autoResetPageIndex: false,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getPaginationRowModel: getPaginationRowModel(),
  });
  const pages = table.getPageCount();
  // A filter can leave fewer pages than the one that was open.
  if (page.pageIndex > 0 && page.pageIndex >= pages) setPage({ ...page, pageIndex: Math.max(0, pages - 1) });

  return (
    <Paper style={{ overflow: 'hidden' }}>
      <Table highlightOnHover className={classes.table} aria-label={say('title')}>
        <Table.Thead>
          <Table.Tr>
            {table.getLeafHeaders().map((header) => (
              <Heading key={header.id} header={header} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id} className={classes.row} data-callback={row.id} data-state={row.original.state}>
              {row.getVisibleCells().map((cell) => (
                <Table.Td key={cell.id} {...visibility(cell.column.id)}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {callbacks.length === 0 && empty}
      {pages > 1 && (
        <Group justify="space-between" px="sm" py="xs">
          <Text size="xs" c="dimmed">
            {say('count', { count: callbacks.length })}
          </Text>
          <Pagination
            size="sm"
            total={pages}
            value={page.pageIndex + 1}
            onChange={(shown) => setPage({ ...page, pageIndex: shown - 1 })}
            getControlProps={(control) => ({ 'aria-label': say(PAGE_TURN[control]) })}
          />
        </Group>
      )}
    </Paper>
  );
}

function Heading({ header }: { header: Header<LiveCallback, unknown> }) {
  const { column } = header;
  const label = flexRender(column.columnDef.header, header.getContext());
  const sorted = column.getIsSorted();
  const order = sorted === false ? 'none' : sorted === 'desc' ? 'descending' : 'ascending';
  return (
    <Table.Th aria-sort={column.getCanSort() ? order : undefined} {...visibility(column.id)}>
      {column.getCanSort() ? (
        <UnstyledButton fz="inherit" className={classes.sort} onClick={column.getToggleSortingHandler()}>
          {label}
          <span aria-hidden="true">{sorted === false ? '' : sorted === 'desc' ? '↓' : '↑'}</span>
        </UnstyledButton>
      ) : (
        label
      )}
    </Table.Th>
  );
}

function visibility(column: string) {
  return WIDE_ONLY.has(column) ? { visibleFrom: 'sm' as const } : {};
}
