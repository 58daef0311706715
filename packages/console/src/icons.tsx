import type { ReactNode } from 'react';

/** The console's own line icons, 16 by 16, in the colour of the text around them. */
function Icon({ children, size = 16 }: { children: ReactNode; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.75" />
    <path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7z" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M8 3.25v9.5M3.25 8h9.5" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon size={12}>
    <path d="M3 8.5l3.5 3.5L13 4.5" strokeWidth="2" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon size={12}>
    <path d="M4 4l8 8M12 4l-8 8" strokeWidth="2" />
  </Icon>
);

export const DotIcon = () => (
  <Icon size={12}>
    <circle cx="8" cy="8" r="2.5" fill="currentColor" />
  </Icon>
);

export const RouteIcon = () => (
  <Icon size={12}>
    <path d="M2.5 8H6l4-4.5h3.5M6 8l4 4.5h3.5" strokeWidth="1.8" />
  </Icon>
);

export const GearIcon = () => (
  <Icon size={12}>
    <circle cx="8" cy="8" r="2.25" />
    <path d="M8 2v2M8 12v2M2 8h2M12 8h2M3.75 3.75l1.4 1.4M10.85 10.85l1.4 1.4M12.25 3.75l-1.4 1.4M5.15 10.85l-1.4 1.4" />
  </Icon>
);

export const PhoneIcon = () => (
  <Icon size={12}>
    <path
      d="M3 2.5h2.5l1.25 3L5.25 6.75a8.5 8.5 0 0 0 4 4l1.25-1.5 3 1.25V13c0 .5-.5 1-1 1C6.5 14 2 9.5 2 3.5c0-.5.5-1 1-1z"
      strokeWidth="1.7"
    />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.25" />
    <path d="M10.25 10.25L13.5 13.5" />
  </Icon>
);

export const ArrowLeftIcon = () => (
  <Icon>
    <path d="M13 8H3M7 4L3 8l4 4" />
  </Icon>
);
