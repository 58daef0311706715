import { useEffect, useRef } from 'react';
import type { ChatLine, DesktopChat } from '../../../desktop/chats.js';
import { formatTimeToMinute } from '../../../time/format.js';
import { Moment } from '../../../time/moment.js';
import classes from './chat.module.css';
import { useChatTexts } from './use-chat-texts.js';

/** What was said, the last line in sight; who is typing is shown elsewhere. */
export function ChatTranscript({ chat: { lines } }: { chat: DesktopChat }) {
  const say = useChatTexts();
  const end = useRef<HTMLDivElement>(null);
  const told = lines.filter(({ event }) => !event.startsWith('Notice.Typing'));
  const last = told.at(-1)?.position;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line is to be seen
  useEffect(() => {
    const area = end.current;
    if (area) area.scrollTop = area.scrollHeight;
  }, [last]);
  return (
    // Scrolls by itself, so it can be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be focusable
    <div ref={end} role="log" aria-label={say('transcript')} tabIndex={0} className={classes.transcript}>
      {told.map((line) => (
        <Line key={line.position} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { line: ChatLine }) {
  const say = useChatTexts();
  const { event, nickname: name, text, partyType } = line;
  if (event !== 'Message.Text') {
    const notices: Readonly<Record<string, string>> = {
      'Notice.Joined': say('joined', { name }),
      'Notice.Left': say('left', { name }),
      'Notice.PushUrl': say('page', { name, address: text }),
    };
    return <p className={classes.notice}>{notices[event] ?? text}</p>;
  }
  return (
    <div className={classes.line} data-party={partyType}>
      <span className={classes.who}>
        {name} {line.at !== undefined && <Moment at={line.at} format={formatTimeToMinute} />}
      </span>
      <p className={classes.text}>{text}</p>
    </div>
  );
}
