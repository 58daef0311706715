/** A moment as PostgreSQL keeps it (`pg_snapshot`): which transactions are over. */
export interface Moment {
  /** All before it are over. */
  xmin: number;
  /** It and all behind it have not begun. */
  xmax: number;
  /** Those in between that are under way. */
  underWay: ReadonlySet<number>;
}

/** @param text as PostgreSQL writes it, `xmin:xmax:xid,xid` */
export function readMoment(text: string): Moment {
  const [xmin = '', xmax = '', underWay = ''] = text.split(':');
  const xids = underWay === '' ? [] : underWay.split(',').map(Number);
  return { xmin: Number(xmin), xmax: Number(xmax), underWay: new Set(xids) };
}

/** Whether a transaction was over then. */
export function isOver(xid: number, { xmax, underWay }: Moment): boolean {
  return xid < xmax && !underWay.has(xid);
}
