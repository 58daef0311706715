/** The product's mark: a call that comes back. Decorative; the name stands beside it. */
export function Logo() {
  return (
    <svg aria-hidden="true" width="26" height="26" viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M22 11.5a8 8 0 1 0 2 6.5" />
        <path d="M23.5 6.5v5.5H18" />
      </g>
      <circle cx="16" cy="17" r="2.6" fill="#fff" />
    </svg>
  );
}
