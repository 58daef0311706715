import { Loader, MantineProvider } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { Notifications } from '@mantine/notifications';
import 'dayjs/locale/en-gb.js';
import 'dayjs/locale/fr-ca.js';
import 'dayjs/locale/ja.js';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { createBrowserRouter, RouterProvider } from 'react-router-dom';
import { Refusal } from './api/refusal.js';
import { LiveFeedProvider } from './feed/live-feed.js';
import { useLanguage } from './i18n/use-texts.js';
import { Shell } from './layout/shell.js';
import { Unexpected } from './layout/unexpected.js';
import { useShellTexts } from './layout/use-shell-texts.js';
import { LiveScreen } from './screens/live/live-screen.js';
import { readableColors, withNamedButtons } from './theme.js';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Refused requests stay refused; only a server that is away, or says that its database is, is asked again.
      retry: (count, error) => count < 2 && error instanceof Refusal && (error.status === 0 || error.status === 503),
    },
  },
});

function Loading() {
  const say = useShellTexts();
  return <Loader m="xl" aria-label={say('loading')} />;
}

const router = createBrowserRouter(
  [
    {
      element: <Shell />,
      errorElement: <Unexpected />,
      hydrateFallbackElement: <Loading />,
      children: [
        { index: true, element: <LiveScreen /> },
        { path: 'book', lazy: async () => ({ Component: (await import('./screens/book/book-screen.js')).BookScreen }) },
        {
          path: 'callbacks/:id',
          lazy: async () => ({ Component: (await import('./screens/callback/callback-screen.js')).CallbackScreen }),
        },
        {
          path: 'services',
          lazy: async () => ({ Component: (await import('./screens/services/services-screen.js')).ServicesScreen }),
        },
        {
          path: 'services/:name',
          lazy: async () => ({ Component: (await import('./screens/services/service-screen.js')).ServiceScreen }),
        },
        {
          path: 'hours',
          lazy: async () => ({ Component: (await import('./screens/calendar/hours-screen.js')).HoursScreen }),
        },
        {
          path: 'hours/:name',
          lazy: async () => ({ Component: (await import('./screens/calendar/hours-screen.js')).HoursScreen }),
        },
        {
          path: 'capacity',
          lazy: async () => ({ Component: (await import('./screens/calendar/capacity-screen.js')).CapacityScreen }),
        },
        {
          path: 'capacity/:name',
          lazy: async () => ({ Component: (await import('./screens/calendar/capacity-screen.js')).CapacityScreen }),
        },
        {
          path: 'callbacks',
          lazy: async () => ({ Component: (await import('./screens/callbacks/callbacks-screen.js')).CallbacksScreen }),
        },
        {
          path: 'day',
          lazy: async () => ({ Component: (await import('./screens/day/day-screen.js')).DayScreen }),
        },
        {
          path: 'patterns',
          lazy: async () => ({ Component: (await import('./screens/patterns/patterns-screen.js')).PatternsScreen }),
        },
        {
          path: 'resources',
          lazy: async () => ({ Component: (await import('./screens/resources/resources-screen.js')).ResourcesScreen }),
        },
        {
          path: 'sessions',
          lazy: async () => ({ Component: (await import('./screens/sessions/sessions-screen.js')).SessionsScreen }),
        },
        {
          path: 'sessions/:id',
          lazy: async () => ({ Component: (await import('./screens/sessions/session-screen.js')).SessionScreen }),
        },
        {
          path: 'campaigns',
          lazy: async () => ({ Component: (await import('./screens/campaigns/campaigns-screen.js')).CampaignsScreen }),
        },
        {
          path: 'agent',
          lazy: async () => ({ Component: (await import('./screens/agent/agent-screen.js')).AgentScreen }),
        },
        {
          path: 'lists',
          lazy: async () => ({ Component: (await import('./screens/lists/lists-screen.js')).ListsScreen }),
        },
        {
          path: 'lists/:name',
          lazy: async () => ({ Component: (await import('./screens/lists/list-screen.js')).ListScreen }),
        },
        {
          path: 'lists/:name/records/:record',
          lazy: async () => ({ Component: (await import('./screens/lists/record-screen.js')).RecordScreen }),
        },
        {
          path: 'do-not-call',
          lazy: async () => ({
            Component: (await import('./screens/do-not-call/do-not-call-screen.js')).DoNotCallScreen,
          }),
        },
        {
          path: 'customers',
          lazy: async () => ({ Component: (await import('./screens/customers/customers-screen.js')).CustomersScreen }),
        },
        {
          path: 'customers/:id',
          lazy: async () => ({ Component: (await import('./screens/customers/customer-screen.js')).CustomerScreen }),
        },
        {
          path: 'simulator',
          lazy: async () => ({ Component: (await import('./screens/simulator/simulator-screen.js')).SimulatorScreen }),
        },
        {
          path: 'people',
          lazy: async () => ({ Component: (await import('./screens/people/people-screen.js')).PeopleScreen }),
        },
        {
          path: 'audit',
          lazy: async () => ({ Component: (await import('./screens/audit/audit-screen.js')).AuditScreen }),
        },
        { path: '*', lazy: async () => ({ Component: (await import('./layout/not-found.js')).NotFound }) },
      ],
    },
  ],
  { basename: '/console' },
);

/** Calendars in the language that is shown; French Canadian and Japanese weeks begin on Sunday. */
function Calendars({ children }: { children: ReactNode }) {
  const language = useLanguage();
  const locale = { en: 'en-gb', fr: 'fr-ca', ja: 'ja' }[language];
  return <DatesProvider settings={{ locale, firstDayOfWeek: language === 'en' ? 1 : 0 }}>{children}</DatesProvider>;
}

/** The whole console: look, data, live feed and pages. */
export function App() {
  const say = useShellTexts();
  const close = say('closeThis');
  const clear = say('clearThis');
  const look = useMemo(() => withNamedButtons({ close, clear }), [close, clear]);
  return (
    <MantineProvider theme={look} cssVariablesResolver={readableColors} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <LiveFeedProvider>
          <Calendars>
            <RouterProvider router={router} />
          </Calendars>
        </LiveFeedProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
