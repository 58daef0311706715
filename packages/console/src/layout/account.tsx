import { Button, Text } from '@mantine/core';
import { useMe } from '../api/people.js';
import { useShellTexts } from './use-shell-texts.js';

/** Who is logged in and, for those who came by the login page, the way out; nothing where nobody has to log in. */
export function Account() {
  const say = useShellTexts();
  const me = useMe();
  const name = me.data?.name;
  if (name === undefined || name === 'anonymous') return null;
  return (
    <form method="post" action="/logout">
      <Text component="span" size="sm" mr="xs" id="nav_account" visibleFrom="sm">
        {name}
      </Text>
      {me.data?.isSession && (
        <Button type="submit" size="compact-sm" variant="default" id="nav_logout">
          {say('logOut')}
        </Button>
      )}
    </form>
  );
}
