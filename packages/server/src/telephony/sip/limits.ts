/** What is read of a peer at most; whatever exceeds it is malformed. */
export const LIMITS = {
  /** Bytes of start line and headers. */
  headBytes: 65_536,
  /** Bytes of a body. */
  bodyBytes: 262_144,
  /** Header fields of one message. */
  headers: 512,
  /** Values of one header, such as `Via`. */
  values: 128,
  /** Parameters of one value. */
  parameters: 64,
} as const;

/** The largest value of `CSeq`: RFC 3261 8.1.1.5. */
export const MAX_CSEQ = 2_147_483_647;
