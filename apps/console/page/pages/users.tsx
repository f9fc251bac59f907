import { type FormEvent, useState } from 'react';
import { facetWords, time } from '../format.ts';
import { follow } from '../route.ts';
import { Card, Empty, Loaded, Page } from '../ui/parts.tsx';
import { useData } from '../use-data.ts';

interface UserSummary {
  user_id: string;
  facets: Record<string, number>;
  interaction_count: number;
  updated_at: string;
}

export function UsersPage() {
  const [prefix, setPrefix] = useState('');
  const results = useData<{ users: UserSummary[] }>(`/api/users?prefix=${encodeURIComponent(prefix)}`);
  function search(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setPrefix(String(new FormData(event.currentTarget).get('prefix') ?? '').trim());
  }
  return (
    <Page title="Users" lead="What was learned of whom, and from what.">
      <search>
        <form className="search" onSubmit={search}>
          <label className="hidden" htmlFor="prefix">
            User id begins with
          </label>
          <input id="prefix" name="prefix" type="search" placeholder="User id begins with …" />
          <button type="submit">Search</button>
        </form>
      </search>
      <Card title={prefix === '' ? 'Active last' : `Beginning with “${prefix}”`}>
        <Loaded data={results}>{({ users }) => <UserList users={users} prefix={prefix} />}</Loaded>
      </Card>
    </Page>
  );
}

function UserList({ users, prefix }: { users: UserSummary[]; prefix: string }) {
  if (users.length === 0)
    return (
      <Empty>
        {prefix === ''
          ? 'Nobody has picked a hypothesis yet. Be the first, under “Try it”.'
          : 'No user that something was learned of has such an id. Ids are case-sensitive.'}
      </Empty>
    );
  return (
    <ul className="rows">
      {users.map((user) => (
        <li key={user.user_id}>
          <a href={`/users/${encodeURIComponent(user.user_id)}`} onClick={follow}>
            <b>{user.user_id}</b>
            <span className="note">{strongest(user.facets)}</span>
            <span className="note">
              {user.interaction_count === 1 ? '1 pick' : `${user.interaction_count} picks`}
            </span>
            <span className="note">{time(user.updated_at)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Names the facet farthest from the neutral 0.5. */
function strongest(facets: Record<string, number>): string {
  const [name, value] = Object.entries(facets).reduce((a, b) =>
    Math.abs(b[1] - 0.5) > Math.abs(a[1] - 0.5) ? b : a,
  );
  if (Math.abs(value - 0.5) < 0.005) return 'No leaning yet';
  return `${value > 0.5 ? 'More' : 'Less'} ${facetWords[name]?.toLowerCase() ?? name}`;
}
